"""What is asked of a pipeline, a stage, or a word of one of the firm's lists."""

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from groundwork.access.models import Department, User
from groundwork.crm.sales.assigning import AssignmentRule
from groundwork.crm.sales.checks import MOST, HygieneCheck
from groundwork.crm.sales.deals import NEEDED, Deal
from groundwork.crm.sales.lead_statuses import LeadState, LeadStatus
from groundwork.crm.sales.pipelines import Category, Ordered, Outcome, Pipeline, Stage, Word, source_options
from groundwork.records.added.forms import Reasoned

A_NUMBER = _("Type a whole number.")


class OrderedForm(Reasoned):
    """What is asked of each: its name and its place."""

    name = forms.CharField(label=_("Name"), max_length=60, error_messages={"required": _("Type the name.")})
    order = forms.IntegerField(
        label=_("Place among the others"), min_value=0, max_value=10_000,
        help_text=_("The smallest number comes first."),
        error_messages={"required": A_NUMBER, "invalid": A_NUMBER, "min_value": A_NUMBER, "max_value": A_NUMBER},
    )  # fmt: skip

    def __init__(self, data: Any = None, *, row: Ordered):
        self.row = row
        held = {name: getattr(row, name) for name in row.FACTS}
        super().__init__(data, initial={**held, "name": str(row) if row.pk else ""})
        self.order_fields([*(name for name in self.fields if name not in ("reason", "asked_by")), "reason", "asked_by"])


class StageForm(OrderedForm):
    outcome = forms.ChoiceField(label=_("Deals in it are"), choices=Outcome.choices)
    probability = forms.IntegerField(
        label=_("Probability, %"), min_value=0, max_value=100,
        help_text=_("How many of a hundred deals in this stage are won in the end."),
        error_messages=dict.fromkeys(
            ("required", "invalid", "min_value", "max_value"), _("Type a whole number from 0 to 100.")
        ),
    )  # fmt: skip
    category = forms.ChoiceField(label=_("In the forecast"), choices=Category.choices)
    expected_days = forms.IntegerField(
        label=_("Expected days"), required=False, min_value=1, max_value=3650,
        help_text=_("A deal that stands longer stands still. From thirty won deals on four of five of them say it."),
        error_messages={"invalid": A_NUMBER, "min_value": A_NUMBER, "max_value": A_NUMBER},
    )  # fmt: skip
    idle_days = forms.IntegerField(
        label=_("Days without a touch"), required=False, min_value=1, max_value=3650,
        help_text=_("After how many days without a word it is idle."),
        error_messages={"invalid": A_NUMBER, "min_value": A_NUMBER, "max_value": A_NUMBER},
    )  # fmt: skip
    needs = forms.MultipleChoiceField(
        label=_("Facts that a deal must tell to enter it"), required=False, widget=forms.CheckboxSelectMultiple,
        help_text=_("Every stage after it asks for them, too; only those that are missing are asked."),
    )  # fmt: skip

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        labels = [(name, str(Deal._meta.get_field(name).verbose_name)) for name in NEEDED]  # type: ignore[union-attr]
        self.fields["needs"].choices = [(name, label[:1].upper() + label[1:]) for name, label in labels]  # type: ignore[attr-defined]


class CheckForm(OrderedForm):
    weight = forms.IntegerField(
        label=_("Weight"), min_value=0, max_value=MOST,
        help_text=_("How much it counts beside the others; 0: not at all."),
        error_messages={"required": A_NUMBER, "invalid": A_NUMBER, "min_value": A_NUMBER, "max_value": A_NUMBER},
    )  # fmt: skip


class StatusForm(OrderedForm):
    outcome = forms.ChoiceField(label=_("Leads in it are"), choices=LeadState.choices)


class AssignmentForm(OrderedForm):
    """What a lead must be like, and who gets it. What is left empty may be anything."""

    sources = forms.MultipleChoiceField(
        label=_("Where it came from"), required=False, widget=forms.CheckboxSelectMultiple,
        help_text=_("Nothing ticked: from anywhere."),
    )  # fmt: skip
    country = forms.CharField(
        label=_("Country"), max_length=60, required=False, help_text=_("Its name or its two letters.")
    )
    word = forms.CharField(
        label=_("A word in what is asked"), max_length=60, required=False,
        help_text=_("Looked for in what is asked and in the message."),
    )  # fmt: skip
    people = forms.MultipleChoiceField(
        label=_("Who gets it"), required=False, widget=forms.CheckboxSelectMultiple,
        help_text=_("Several: one after the other. Who left or may not work with leads is passed over."),
    )  # fmt: skip
    department = forms.ModelChoiceField(
        Department.objects.order_by("name"), label=_("Or everybody of a department, in turn"), required=False,
        empty_label="–",
    )  # fmt: skip

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        held, people = (
            set(self.row.sources),
            User.objects.filter(is_active=True) | User.objects.filter(pk__in=self.row.people),
        )
        open_ones = [(one.key, one.label) for one in source_options() if one.open or one.key in held]
        self.fields["sources"].choices = open_ones  # type: ignore[attr-defined]
        self.fields["people"].choices = [(str(one.pk), str(one)) for one in people.order_by("name")]  # type: ignore[attr-defined]
        self.initial |= {"people": [str(pk) for pk in self.row.people], "department": self.row.department_id}

    def clean(self):
        cleaned = super().clean() or {}
        if bool(cleaned.get("people")) == bool(cleaned.get("department")) and "people" not in self.errors:
            self.add_error("people", _("Say who gets these leads: people, or a department."))
        department = cleaned.pop("department", None)
        cleaned["department_id"] = department.pk if department else None
        cleaned["people"] = [int(pk) for pk in cleaned.get("people", [])]
        return cleaned


FORMS: dict[type[Ordered], type[OrderedForm]] = {
    Pipeline: OrderedForm, Stage: StageForm, Word: OrderedForm, HygieneCheck: CheckForm, LeadStatus: StatusForm,
    AssignmentRule: AssignmentForm,
}  # fmt: skip


def form_of(row: Ordered, data: Any = None) -> OrderedForm:
    return FORMS[type(row)](data, row=row)
