"""The form of the third step."""

from django import forms
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from groundwork.blueprint.models import Element
from groundwork.records.forms import CleanText
from groundwork.rollout.discovery.models import Goal, Need
from groundwork.ui.forms import SeveralField


class Labelled(SeveralField):
    widget = forms.CheckboxSelectMultiple

    def label_from_instance(self, item):
        if isinstance(item, Need):
            return f"{item.statement[:160]} ({item.author})"
        return f"{item.label} ({item.get_kind_display()})"


class AgreeForm(CleanText, forms.Form):
    version = forms.IntegerField(widget=forms.HiddenInput, required=False)
    statement = forms.CharField(label=_("what we agree"), max_length=300)
    done_when = forms.CharField(
        label=_("done when"), max_length=2000, widget=forms.Textarea(attrs={"rows": 2}),
        help_text=_("Somebody will try exactly this and say whether it works and fits."),
    )  # fmt: skip
    goal = forms.ModelChoiceField(label=_("for which number"), queryset=None)
    needs = Labelled(label=_("who asked for it"), queryset=None, required=False)
    elements = Labelled(label=_("what it needs"), queryset=None, required=False)

    def __init__(self, data=None, *, user, **kwargs):
        super().__init__(data, **kwargs)
        goals = Goal.objects.visible_to(user).standing().filter(kind=Goal.Kind.GOAL)
        self.fields["goal"].queryset = goals.order_by("pk")
        open_needs = Q(state__in=[Need.State.CAPTURED, Need.State.AGREED, Need.State.COVERED])
        needs = Need.objects.visible_to(user).current().filter(open_needs)
        self.fields["needs"].queryset = needs.select_related("author").order_by("-pk")
        kinds = [Element.Kind.FIELD, Element.Kind.REPORT]
        self.fields["elements"].queryset = Element.objects.filter(kind__in=kinds).order_by("kind", "key")

    @classmethod
    def of(cls, requirement, user, data=None):
        initial = {name: getattr(requirement, name) for name in ("version", "statement", "done_when")}
        initial |= {
            "goal": requirement.goal_id,
            "needs": [link.need_id for link in requirement.needs.all()],
            "elements": [use.element_id for use in requirement.uses.all()],
        }
        return cls(data, user=user, initial=initial, prefix=f"r{requirement.pk}")
