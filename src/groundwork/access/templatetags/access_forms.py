"""A single field of a form inside a table, where the label is the table's own head."""

from django import template

from groundwork.ui.templatetags.ui import widget_of

register = template.Library()


@register.simple_tag
def bound_widget(bound):
    bound.field.widget.attrs.setdefault("aria-label", str(bound.label))
    return widget_of(bound)
