"""An error says what to do, in our own words: no form of the product answers with a sentence of Django or allauth."""

import pkgutil
import re
from datetime import timedelta
from importlib import import_module
from pathlib import Path

import allauth
import django.conf
import django.contrib.auth
import pytest
from babel.messages.pofile import read_po
from django import forms
from django.core.exceptions import NON_FIELD_ERRORS
from django.http import QueryDict
from django.test import Client, RequestFactory
from django.urls import reverse
from django.utils.translation import override

import groundwork
from groundwork.access import forms as access
from groundwork.access import leaving, links
from groundwork.access.models import Department, User
from groundwork.access.presets import all_things
from groundwork.access.roles import make_role
from groundwork.core.clock import now, standing_at
from groundwork.crm.customers.forms import RuleForm
from groundwork.crm.customers.models import Company
from groundwork.crm.customers.relationship import Settings, rules
from groundwork.crm.insight import built_forms
from groundwork.crm.insight.question import Question
from groundwork.crm.sales.assigning import AssignmentRule
from groundwork.crm.sales.checks import HygieneCheck
from groundwork.crm.sales.converting import ConvertForm
from groundwork.crm.sales.forms import AssignmentForm, CheckForm, OrderedForm, StageForm, StatusForm
from groundwork.crm.sales.lead_statuses import LeadStatus
from groundwork.crm.sales.leads import Lead
from groundwork.crm.sales.pipelines import Pipeline, Stage
from groundwork.crm.sales.review.forms import PlanForm, SayForm
from groundwork.crm.sales.targets import TargetsForm
from groundwork.crm.trade.actions import credited
from groundwork.crm.trade.buttons import IssueForm, QuantitiesForm
from groundwork.crm.trade.goods_buttons import CostForm
from groundwork.crm.trade.testing import make_claim, make_company, make_draft, make_invoice
from groundwork.records.added.fields import AddedField
from groundwork.records.added.forms import FieldForm, TypeForm
from groundwork.records.added.layout_forms import ByValueForm, LayoutForm
from groundwork.records.added.layouts import as_declared
from groundwork.records.control.forms import ControlForm
from groundwork.records.forms import ActivityForm, PartForm, RecordForm, form_for, part_form
from groundwork.records.imports.answers import DecisionForm, ReadingForm
from groundwork.records.imports.models import ImportJob
from groundwork.records.imports.rows import words_of_a_form
from groundwork.records.imports.views import UploadForm
from groundwork.records.lists.view_forms import ShareForm, ViewForm
from groundwork.records.tasks.asking import BackForm
from groundwork.records.tasks.models import Task
from groundwork.records.testing import make_record
from groundwork.records.types import types
from groundwork.rollout.chain.forms import FilterForm
from groundwork.rollout.discovery.forms import ConflictForm, OtherNeedForm, TellForm, TellHereForm
from groundwork.rollout.discovery.models import Need
from groundwork.rollout.discovery.questions import QuestionForm
from groundwork.rollout.questions.forms import AskForm
from groundwork.rollout.requirements.cases import UseCase
from groundwork.rollout.requirements.forms import AgreeForm, CaseForm
from groundwork.ui.forms import PlainErrors

WRONG = ["", "x", "x" * 5000, "a\x00b", "-1", "9" * 30, "2026-13-45", "http://["]
MADE_BY_A_FUNCTION = {RecordForm, PartForm}  # form_for and part_form, below


def native_sentences() -> set[str]:
    """Every sentence that Django and allauth bring translations for."""
    found: set[str] = set()
    for package in (django.conf, django.contrib.auth, allauth):
        path = Path(package.__file__).parent / "locale/pl/LC_MESSAGES/django.po"
        with path.open("rb") as file:
            for message in read_po(file):
                found |= {message.id} if isinstance(message.id, str) else {*message.id}
    return found


def pattern_of(sentence: str) -> str:
    """Its places for values filled in with anything."""
    return re.sub(r"%(?:\\\(\w+\\\))?[sd]", ".+", re.escape(sentence))


NATIVE = [re.compile(pattern_of(sentence), re.DOTALL) for sentence in native_sentences() if " " in sentence]


def is_native(sentence: str) -> bool:
    return any(pattern.fullmatch(sentence) for pattern in NATIVE)


def test_the_sentences_of_django_are_known_by_sight():
    assert is_native("This field is required.")
    assert is_native("Enter a valid email address.")
    assert is_native("Ensure this value has at most 5 characters (it has 7).")
    assert is_native("Select a valid choice. x is not one of the available choices.")
    assert not is_native("Fill in “Name”.")


def form_classes() -> set[type[forms.BaseForm]]:
    for module in pkgutil.walk_packages(groundwork.__path__, "groundwork."):
        if not re.search(r"\.(tests|migrations|conftest|__main__|wsgi|commands)\b", module.name):
            import_module(module.name)
    ours = {kind for kind in below(forms.BaseForm) if kind.__module__.startswith("groundwork.")}
    return {kind for kind in ours if ".tests." not in kind.__module__}


def below(kind: type) -> set[type]:
    return {deeper for one in kind.__subclasses__() for deeper in (one, *below(one))}


def test_every_form_speaks_plainly():
    assert {kind.__name__ for kind in form_classes() if not issubclass(kind, PlainErrors)} == set()


def forms_asked(cast):
    """``make(data)`` of every form of the product."""
    adam = User.objects.get(pk=cast.adam.pk)
    draft, invoice = make_draft(adam), make_invoice(adam, (None, 2, "3"), number="INV-2")
    claim = make_claim(adam, make_company(adam))
    link, _token = links.issue(by=adam, email="")
    job = ImportJob.objects.create(layout="records:company", name="a.csv", path="a.csv", requester=adam)
    own, company = make_role("Helper", by=adam, reason="Helps"), types["company"]
    report = Question(types["order"], adam, QueryDict("by=ordered_on&across=owner"))
    special = {
        access.JoinForm: lambda data: access.JoinForm(data, link=link),
        access.PasswordFromLinkForm: lambda data: access.PasswordFromLinkForm(data, person=adam),
        access.PasswordForm: lambda data: access.PasswordForm(data, person=adam),
        access.InviteForm: lambda data: access.InviteForm(data, by=adam),
        access.PersonForm: lambda data: access.PersonForm(data, by=adam, instance=adam),
        access.RoleForm: lambda data: access.RoleForm(data, role=own, things=all_things()),
        access.LeaveForm: lambda data: access.LeaveForm(data, person=adam, held=leaving.held_by(adam)),
        access.AgainForm: lambda data: access.AgainForm(data, person=adam),
        access.TwoStepsForm: lambda data: access.TwoStepsForm(data, person=adam),
        access.SignInForm: lambda data: access.SignInForm(data, request=RequestFactory().post("/")),
        access.DepartmentForm: lambda data: access.DepartmentForm(data, instance=Department()),
        RuleForm: lambda data: RuleForm(data, rule=next(iter(rules)), settings=Settings.load(), keeping=True),
        TellForm: lambda data: TellForm(data, user=adam),
        OtherNeedForm: lambda data: OtherNeedForm(data, need=Need(), user=adam),
        ConflictForm: lambda data: ConflictForm(data, need=Need(), user=adam),
        TellHereForm: lambda data: TellHereForm(data, fields=[]),
        QuestionForm: lambda data: QuestionForm(data, no=3, said={"things": [{"name": "Ask"}]}),
        built_forms.QuestionForm: lambda data: built_forms.QuestionForm(report, data),
        built_forms.ReportForm: lambda data: built_forms.ReportForm(data, user=adam, asked=report),
        FilterForm: lambda data: FilterForm(data, [], []),
        AskForm: lambda data: AskForm(data, user=adam),
        AgreeForm: lambda data: AgreeForm(data, user=adam),
        CaseForm: lambda data: CaseForm(data, case=UseCase(pk=0)),
        IssueForm: lambda data: IssueForm(draft, adam, data),
        BackForm: lambda data: BackForm(Task(), adam, data),
        CostForm: lambda data: CostForm(claim, adam, data),
        QuantitiesForm: lambda data: QuantitiesForm(credited(invoice), data),
        OrderedForm: lambda data: OrderedForm(data, row=Pipeline()),
        StageForm: lambda data: StageForm(data, row=Stage()),
        CheckForm: lambda data: CheckForm(data, row=HygieneCheck(weight=1)),
        StatusForm: lambda data: StatusForm(data, row=LeadStatus()),
        AssignmentForm: lambda data: AssignmentForm(data, row=AssignmentRule()),
        ConvertForm: lambda data: ConvertForm(Lead(name="Nuts", person="Ewa", company_name="Baltic"), adam, data),
        PlanForm: lambda data: PlanForm(data, user=adam),
        SayForm: lambda data: SayForm(data, user=adam),
        TargetsForm: lambda data: TargetsForm(data, user=adam),
        FieldForm: lambda data: FieldForm(data, kind="text", type_key="company"),
        LayoutForm: lambda data: LayoutForm(data, kind=company, shape=as_declared(company), is_made=False),
        ByValueForm: lambda data: ByValueForm(data, kind=company, when="kind", is_made=False),
        ControlForm: lambda data: ControlForm(data, kind=company),
        ViewForm: lambda data: ViewForm(data, user=adam),
        TypeForm: lambda data: TypeForm(data, user=adam),
        UploadForm: lambda data: UploadForm(data, user=adam),
        ReadingForm: lambda data: ReadingForm(job, data),
        DecisionForm: lambda data: DecisionForm(job, data),
    }
    for kind in form_classes() - MADE_BY_A_FUNCTION - {ActivityForm, ShareForm}:
        yield kind.__name__, special.get(kind, kind)
    for kind in AddedField.Kind.values:
        yield f"field {kind}", lambda data, kind=kind: FieldForm(data, kind=kind, type_key="company")
    for kind in types:
        record = make_record(kind, owner=adam, word="planted")
        yield f"{kind.key} new", lambda data, kind=kind: form_for(kind, adam, data)
        yield f"{kind.key} old", lambda data, kind=kind, record=record: form_for(kind, adam, data, instance=record)
        for part in kind.parts:
            yield f"{kind.key} {part.key}", lambda data, part=part, record=record: part_form(part, adam, record, data)
    yield "note", ActivityForm


def takes_several(form, name: str) -> bool:
    field = form.fields.get(name.removeprefix(f"{form.prefix}-"))
    return isinstance(field, forms.MultipleChoiceField | forms.ModelMultipleChoiceField)


@pytest.mark.django_db
@pytest.mark.on_sqlite("words are the same")
def test_no_form_answers_in_the_words_of_django(cast):
    native, asked = [], 0
    with override("en"):
        for name, make in forms_asked(cast):
            for wrong in WRONG:
                shown = make({})
                typed = {shown.add_prefix(field): wrong for field in shown.fields}
                form = make(typed | {sent: [wrong] for sent in typed if takes_several(shown, sent)})
                for field, errors in form.errors.items():
                    asked += len(errors)
                    native += [
                        f"{name}.{field}, sent {str(wrong)[:12]!r}: {error}" for error in errors if is_native(error)
                    ]
    assert native == [], "\n".join(native)
    assert asked > 300, "nothing was wrong, so nothing was shown"


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("form", "typed", "field", "words"),
    [
        (access.ForgottenForm, {"email": ""}, "email", "Type the e-mail address."),
        (access.ForgottenForm, {"email": "anna"}, "email", "Write an e-mail address such as anna@example.com."),
        (access.NewRoleForm, {"name": ""}, "name", "Type the name."),
        (
            access.NewRoleForm,
            {"name": "x" * 121},
            "name",
            "Shorten it: 120 characters fit here, it has 121.",
        ),
        (access.DepartmentForm, {"name": ""}, "name", "Fill in “Name”."),
        (access.MeForm, {"name": "A", "theme": "pink"}, "theme", "Choose one from the list."),
    ],
)
def test_an_error_says_what_to_do(form, typed, field, words):
    assert form(typed).errors[field] == [words]


@pytest.mark.parametrize(("language", "example"), [("en", "2026-12-31"), ("ru", "31.12.2026"), ("pl", "31.12.2026")])
def test_a_wrong_date_is_answered_with_a_date_as_people_write_it_here(language, example):
    class DayForm(PlainErrors, forms.Form):
        day = forms.DateField()

    with override(language), standing_at(now().replace(year=2026, month=5, day=1) + timedelta(days=1)):
        assert example in DayForm({"day": "45.13.26"}).errors["day"][0]


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("password", "words"),
    [
        ("short", "Take at least 10 characters; a few words are best."),
        ("1234567890", "Take another password: many people use this one, so it is guessed first."),
        ("adam@hazel.example", "Take another password: this one is too much like your name or e-mail."),
    ],
)
def test_a_weak_password_is_answered_in_our_words(cast, password, words):
    form = access.PasswordFromLinkForm({"password": password, "again": password}, person=cast.adam)

    assert form.errors["password"] == [words]


@pytest.mark.django_db
def test_a_wrong_password_at_the_door_too(cast):
    answer = Client().post(reverse("account_login"), {"login": cast.anna.email, "password": "guess"})

    said = answer.context["form"].errors
    assert said[NON_FIELD_ERRORS] == ["The e-mail or the password does not fit."]


@pytest.mark.django_db
def test_a_wrong_cell_of_an_imported_file_hears_what_the_form_says():
    kind = types[Company.type_key]
    field = next(
        kind.field(name) for name in kind.fields if kind.field(name).model_field.get_internal_type() == "CharField"
    )

    assert words_of_a_form(field, "x" * 5000).startswith("Shorten it")
