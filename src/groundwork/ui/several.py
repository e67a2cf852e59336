"""Several of a list in a form: ticks, a box to find them in where they are many, and none of them said as such."""

from django import forms
from django.utils.html import format_html
from django.utils.translation import gettext as _

LONG = 12  # ticks beyond which a list is looked through


class Ticks(forms.CheckboxSelectMultiple):
    """Ticks with a mark that the form asked: an unticked list is sent as empty, not as unsaid."""

    def render(self, name, value, attrs=None, renderer=None):
        label = self.attrs.get("aria-label", "")
        role = format_html(' role="group" aria-label="{}"', label) if label else ""
        find = format_html(' data-find="{}"', _("Find")) if len(list(self.choices)) > LONG else ""
        ticks = super().render(name, value, attrs, renderer)
        mark = format_html('<input type="hidden" name="{}" value="">', name)
        return format_html('<gw-ticks class="choices several"{}{}>{}{}</gw-ticks>', role, find, mark, ticks)

    def create_option(self, name, value, label, selected, index, subindex=None, attrs=None):
        option = super().create_option(name, value, label, selected, index, subindex, attrs)
        option["attrs"].pop("aria-label", None)  # of them all
        if index:
            option["attrs"].pop("autofocus", None)
        return option

    def value_from_datadict(self, data, files, name):
        values = super().value_from_datadict(data, files, name)
        values = values.split(",") if isinstance(values, str) else values or []
        return [value for value in values if value]

    def value_omitted_from_data(self, data, files, name):
        return name not in data


class SeveralChoices(forms.MultipleChoiceField):
    """Keys of choices; none is an empty list."""

    widget = Ticks
