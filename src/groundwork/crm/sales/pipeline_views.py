"""Settings: pipelines, their stages, and the firm's own words; each change with its reason."""

from django.http import Http404
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from groundwork.access.doors import allowed
from groundwork.access.models import Department, User
from groundwork.blueprint.models import Element
from groundwork.core.languages import number
from groundwork.crm.sales.assigning import AssignmentRule, rules
from groundwork.crm.sales.checks import HygieneCheck
from groundwork.crm.sales.deals import Deal
from groundwork.crm.sales.forms import form_of
from groundwork.crm.sales.lead_statuses import LeadStatus, lead_statuses
from groundwork.crm.sales.pipelines import Ordered, Pipeline, Stage, Word, needed_in, sales
from groundwork.records.added.forms import ClosingForm
from groundwork.records.added.views import tried
from groundwork.records.types import types
from groundwork.ui.notices import said
from groundwork.ui.table import Cell, Column, Row, Table

KINDS: dict[str, type[Ordered]] = {
    "pipeline": Pipeline, "stage": Stage, "word": Word, "rule": HygieneCheck, "status": LeadStatus,
    "assignment": AssignmentRule,
}  # fmt: skip
configures = allowed("configure", "settings")


@require_GET
@configures
def pipelines(request):
    held = sales()
    shown = [(row, _stages(key)) for key, row in held.pipelines.items() if not row.retired_at]
    has_leads = "lead" in types
    named = [(value, label) for value, label in Word.List.choices if has_leads or value != Word.List.DROP]
    lists = [(value, label, _words(value, label)) for value, label in named]
    checks = list(HygieneCheck.objects.all())
    of_leads = (*lead_statuses().values(), *rules().values()) if has_leads else ()
    every = (*held.pipelines.values(), *held.stages.values(), *held.words.values(), *checks, *of_leads)
    retired = [row for row in every if row.retired_at]
    context = {"pipelines": shown, "lists": lists, "retired": retired, "checks": _checks(checks)}
    if has_leads:
        context |= {"statuses": _statuses(), "assignment": _assignment()}
    return render(request, "sales/pipelines.html", context)


def _stages(pipeline: str) -> Table:
    columns = [
        Column("name", _("Stage"), main=True), Column("outcome", _("Deals in it are")),
        Column("probability", _("Probability, %"), numeric=True), Column("category", _("In the forecast")),
        Column("days", _("Expected days"), numeric=True), Column("idle", _("Days without a touch"), numeric=True),
        Column("needs", _("Asks for")),
    ]  # fmt: skip
    rows = [
        Row(
            [
                Cell(str(stage)), Cell(str(stage.get_outcome_display())), Cell(str(stage.probability), kind="number"),
                Cell(str(stage.get_category_display())), Cell(_days(stage.expected_days), kind="number"),
                Cell(_days(stage.idle_days), kind="number"), Cell(", ".join(_labels(needed_in(stage)))),
            ],
            key=stage.key, href=_address(stage),
        )
        for stage in sales().stages_of(pipeline)
    ]  # fmt: skip
    return Table(columns, rows, id=f"stages-{pipeline}", caption=_("Stages"), caption_seen=False)


def _words(listed: str, label: str) -> Table:
    words = [word for word in sales().words.values() if word.list == listed and not word.retired_at]
    rows = [Row([Cell(str(word))], key=word.key, href=_address(word)) for word in words]
    columns = [Column("name", _("Name"), main=True)]
    return Table(columns, rows, id=f"words-{listed}", caption=label, caption_seen=False)


def _statuses() -> Table:
    columns = [Column("name", _("Status"), main=True), Column("outcome", _("Leads in it are"))]
    rows = [
        Row([Cell(str(row)), Cell(str(row.get_outcome_display()))], key=row.key, href=_address(row))
        for row in lead_statuses().values() if not row.retired_at
    ]  # fmt: skip
    return Table(columns, rows, id="statuses", caption=_("Statuses of leads"), caption_seen=False)


def _assignment() -> Table:
    """The rules in their order: what each goes by, and who gets what fits."""
    columns = [Column("name", _("Rule"), main=True), Column("fits", _("Leads")), Column("who", _("Who gets them"))]
    in_use = [row for row in rules().values() if not row.retired_at]
    names = dict(User.objects.filter(pk__in={pk for row in in_use for pk in row.people}).values_list("pk", "name"))
    departments = dict(Department.objects.values_list("pk", "name")) if in_use else {}
    rows = [
        Row(
            [
                Cell(str(row)), Cell(row.said),
                Cell(departments.get(row.department_id or 0) or ", ".join(names.get(pk, "–") for pk in row.people)),
            ],
            key=row.key, href=_address(row),
        )
        for row in in_use
    ]  # fmt: skip
    return Table(columns, rows, id="assignment", caption=_("Who gets a new lead"), caption_seen=False)


def _checks(checks: list[HygieneCheck]) -> Table:
    columns = [Column("name", _("Check"), main=True), Column("weight", _("Weight"), numeric=True)]
    rows = [
        Row([Cell(str(check)), Cell(str(check.weight), kind="number")], key=check.key, href=_address(check))
        for check in checks if not check.retired_at
    ]  # fmt: skip
    return Table(columns, rows, id="checks", caption=_("Order on the board"), caption_seen=False)


def _days(count: int | None) -> str:
    return "–" if count is None else number(count)


def _labels(names: list[str]) -> list[str]:
    return [str(Deal._meta.get_field(name).verbose_name) for name in names]  # type: ignore[union-attr]


def _address(row: Ordered) -> str:
    from django.urls import reverse

    return reverse("sales:configured", args=[str(row.KIND), row.pk])


@require_http_methods(["GET", "POST"])
@configures
def new(request, what):
    """A new one; a stage says of which pipeline (``of``), a word of which list."""
    row = _model(what)()
    if isinstance(row, HygieneCheck):
        raise Http404  # the product has eight
    of = request.GET.get("of", "")
    if isinstance(row, Stage):
        row.pipeline = get_object_or_404(Pipeline, pk=of if of.isdecimal() and len(of) < 19 else 0)
    elif isinstance(row, Word):
        if of not in Word.List:
            raise Http404
        row.list = of
    others = type(row)._default_manager.all() if isinstance(row, Pipeline) else row.others()
    row.order = max((other.order for other in others), default=0) + 10
    form = form_of(row, request.POST or None)
    if request.method == "POST" and form.is_valid() and tried(form, _make, row, by=request.user):
        said(request, _("It is there for everybody from the next click on."))
        return redirect("sales:pipelines")
    return _shown(request, row, form)


def _make(row: Ordered, *, by, reason: str, asked_by=None, **facts):
    for name, value in facts.items():
        setattr(row, name, value)
    return row.make(by=by, reason=reason, asked_by=asked_by)


@require_http_methods(["GET", "POST"])
@configures
def configured(request, what, pk):
    row = get_object_or_404(_model(what), pk=pk)
    form = form_of(row, request.POST or None)
    if request.method == "POST" and form.is_valid() and tried(form, _change, row, by=request.user):
        said(request, _("Saved."))
        return redirect("sales:pipelines")
    return _shown(request, row, form)


def _change(row: Ordered, *, name: str, **facts):
    """The name of a built-in one is a word of the product until somebody types another."""
    return row.change({**_split(facts), "name": row.name if name == str(row) else name}, **_about(facts))


def _split(facts: dict) -> dict:
    return {name: value for name, value in facts.items() if name not in ("by", "reason", "asked_by")}


def _about(facts: dict) -> dict:
    return {name: facts[name] for name in ("by", "reason", "asked_by") if name in facts}


@require_POST
@configures
def switch(request, what, pk):
    """Retire it, or restore it; old deals go on naming it."""
    row = get_object_or_404(_model(what), pk=pk)
    closing = ClosingForm(request.POST, auto_id="closing_%s")
    if not closing.is_valid():
        return _shown(request, row, form_of(row), closing, status=422)
    act = row.restore if row.retired_at else row.retire
    act(by=request.user, reason=closing.cleaned_data["reason"])
    said(request, _("Saved."))
    return redirect("sales:pipelines")


def _model(what: str) -> type[Ordered]:
    if what not in KINDS:
        raise Http404
    return KINDS[what]


def _shown(request, row: Ordered, form, closing=None, status: int | None = None):
    element = Element.objects.filter(key=row.element_key).select_related("asked_by").first() if row.pk else None
    context = {
        "form": form, "row": row, "what": row._meta.verbose_name, "element": element,
        "closing": closing or ClosingForm(auto_id="closing_%s"),
    }  # fmt: skip
    return render(
        request, "sales/configured.html", context, status=status or (422 if request.method == "POST" else 200)
    )
