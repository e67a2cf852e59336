"""The form of the third step."""

from django import forms
from django.db.models import Q
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from groundwork.blueprint.elements import given_up
from groundwork.blueprint.models import Element
from groundwork.records.added.fields import AddedField
from groundwork.records.forms import CleanText
from groundwork.records.types import types
from groundwork.rollout.discovery.models import Goal, Need
from groundwork.rollout.requirements.actions import PARKED, whens
from groundwork.rollout.requirements.cases import UseCase, UseStep, roles, used
from groundwork.rollout.requirements.models import Phase, Requirement
from groundwork.ui.forms import DayInput, PlainErrors, SeveralField


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
    when = forms.ChoiceField(label=_("when"), required=False)
    until = forms.DateField(
        label=_("decide again on"), required=False, widget=DayInput(),
        help_text=_("Of what is not done now. Empty: in three months."),
    )  # fmt: skip
    worth = forms.ChoiceField(
        label=_("how much it matters"), choices=Requirement.Worth, initial=Requirement.Worth.USEFUL, required=False
    )
    fit = forms.ChoiceField(
        label=_("what it takes"), choices=Requirement.Fit, initial=Requirement.Fit.CONFIGURED, required=False
    )
    parent = forms.ModelChoiceField(label=_("part of"), queryset=None, required=False)
    folded = ("until", "worth", "fit", "parent")

    def __init__(self, data=None, *, user, **kwargs):
        super().__init__(data, **kwargs)
        goals = Goal.objects.visible_to(user).standing().filter(kind=Goal.Kind.GOAL)
        self.fields["goal"].queryset = goals.order_by("pk")
        open_needs = Q(state__in=[Need.State.CAPTURED, Need.State.AGREED, Need.State.COVERED])
        needs = Need.objects.visible_to(user).current().filter(open_needs)
        self.fields["needs"].queryset = needs.select_related("author").order_by("-pk")
        kinds = [Element.Kind.FIELD, Element.Kind.REPORT]
        gone = given_up().exclude(pk__in=self.initial.get("elements", []))  # what it needs already stays ticked
        found = Element.objects.filter(kind__in=kinds).exclude(pk__in=gone.values("pk"))
        self.fields["elements"].queryset = found.order_by("kind", "key")
        self.fields["when"].choices = whens(list(Phase.objects.visible_to(user).open()))
        self.fields["parent"].queryset = Requirement.objects.visible_to(user).in_force().order_by("pk")

    def clean(self):
        cleaned = super().clean()
        return cleaned | {name: cleaned.get(name) or self.fields[name].initial for name in ("worth", "fit")}

    @classmethod
    def of(cls, requirement, user, data=None):
        initial = {name: getattr(requirement, name) for name in ("version", "statement", "done_when")}
        initial |= {
            "goal": requirement.goal_id,
            "needs": [link.need_id for link in requirement.needs.all()],
            "elements": [use.element_id for use in requirement.uses.all()],
            "when": PARKED if requirement.state == Requirement.State.PARKED else str(requirement.phase_id or ""),
            "until": requirement.parked_until,
            **{name: getattr(requirement, name) for name in ("worth", "fit")},
            "parent": requirement.parent_id,
        }
        told = {name: value for name, value in initial.items() if value is not None}
        return cls(data, user=user, initial=told, prefix=f"r{requirement.pk}")


class CaseForm(CleanText, forms.Form):
    """How it goes, on one page: who, when, and the steps with room for two more. A step without words is left out."""

    MORE = ("new1", "new2")

    version = forms.IntegerField(widget=forms.HiddenInput, min_value=1)
    actor = forms.ChoiceField(label=_("who does it"), required=False)
    trigger = forms.CharField(label=_("when"), max_length=300, required=False)

    def __init__(self, data=None, *, case: UseCase):
        self.case, self.steps = case, {f"s{step.pk}": step for step in case.steps.select_related("element")}
        super().__init__(data, initial={name: getattr(case, name) for name in ("version", "actor", "trigger")})
        open_roles = [(option.key, option.label) for option in roles() if option.open or option.key == case.actor]
        self.fields["actor"].choices = [("", "–"), *open_roles]  # type: ignore[attr-defined]
        groups = []
        for place, key in enumerate((*self.steps, *self.MORE), start=1):
            self._add(key, place, self.steps.get(key))
            heading = gettext("Step %(place)s") % {"place": place} if key in self.steps else gettext("One more step")
            groups.append((heading, [f"{name}-{key}" for name in ("action", "expected", "uses", "nth")]))
        self.groups = [("", ["actor", "trigger"]), *groups]

    def _add(self, key: str, place: int, step: UseStep | None) -> None:
        held = step or UseStep(nth=place)
        things = [(option.key, option.label) for option in used() if option.open or option.key == held.uses]
        self.fields |= {
            f"action-{key}": forms.CharField(
                label=_("what is done"), max_length=300, required=False, initial=held.said,
                help_text=_("Emptied, the step is left out.") if step else "",
            ),
            f"expected-{key}": forms.CharField(
                label=_("what should come of it"), max_length=2000, required=False, initial=held.expected,
                widget=forms.Textarea(attrs={"rows": 2}),
            ),
            f"uses-{key}": forms.ChoiceField(
                label=_("field or report"), choices=[("", "–"), *things], required=False, initial=held.uses
            ),
            f"nth-{key}": forms.IntegerField(
                label=_("which step"), min_value=1, max_value=999, required=False, initial=held.nth
            ),
        }  # fmt: skip

    def typed(self) -> list[tuple[UseStep, dict]]:
        """Each step that is there or new, with what was typed for it."""
        return [
            (step, {name: self.cleaned_data[f"{name}-{key}"] for name in ("action", "expected", "uses", "nth")})
            for key, step in [*self.steps.items(), *((key, UseStep()) for key in self.MORE)]
        ]


class WhereForm(PlainErrors, forms.Form):
    """Which kind of record gets a new field, and what the field holds."""

    on = forms.ChoiceField(label=_("of what"))
    kind = forms.ChoiceField(label=_("what it holds"), choices=AddedField.Kind)

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        self.fields["on"].choices = sorted(  # type: ignore[attr-defined]
            ((kind.key, str(kind.label)) for kind in types if kind.typed), key=lambda pair: pair[1]
        )
