"""How the work is done: whom we asked, what they said, and asking somebody more."""

from django.conf import settings
from django.core.exceptions import PermissionDenied
from django.db.models import Count
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods

from groundwork.access.doors import allowed
from groundwork.rollout.discovery import asking
from groundwork.rollout.discovery.compared import Comparison, inside_share
from groundwork.rollout.discovery.differences import Discrepancy
from groundwork.rollout.discovery.forms import AskForm
from groundwork.rollout.discovery.interviews import Interview, WorkProcess, WorkStep
from groundwork.rollout.project.screens import MOST_SHOWN, DecisionForm, VersionForm, acts_on, steps
from groundwork.ui.notices import said
from groundwork.ui.table import Cell, Column, Empty, Row, Table

WHOLE = ("work_process", "interview", "work_step", "discrepancy")
CHIPS = {"written": "warn", "confirmed": "ok", "asked": "info"}


def works_of(user) -> list[dict]:
    """Every piece of work with whom we asked about it, how much is done in it and what is told differently."""
    processes = WorkProcess.objects.visible_to(user).current().order_by("sort_key", "pk")[:MOST_SHOWN]
    interviews: dict[int, list[Interview]] = {}
    for interview in Interview.objects.visible_to(user).current().select_related("owner").order_by("pk"):
        interviews.setdefault(interview.process_id, []).append(interview)
    alone = asking.answering_alone()
    done = count_by(WorkStep.objects.visible_to(user).current())
    open_ = count_by(Discrepancy.objects.visible_to(user).current().filter(state=Discrepancy.State.OPEN))
    return [
        {
            "process": process,
            "cards": [
                {
                    "interview": interview,
                    "kind": CHIPS.get(interview.state, ""),
                    "may_edit": user.can("edit", interview),
                    "is_alone": interview.pk in alone,
                }
                for interview in interviews.get(process.pk, [])
            ],
            "steps": done.get(process.pk, 0),
            "differences": open_.get(process.pk, 0),
            "only_heads": is_told_by_heads_only(interviews.get(process.pk, [])),
        }
        for process in processes
    ]


def count_by(rows) -> dict[int, int]:
    """How many of these there are of each piece of work."""
    return dict(rows.order_by().values_list("process_id").annotate(count=Count("pk")))


def is_told_by_heads_only(interviews: list[Interview]) -> bool:
    """Was it described, and by nobody who does it (R14)?"""
    levels = {interview.level for interview in interviews if interview.state == Interview.State.CONFIRMED}
    return bool(levels) and Interview.Level.WORKER not in levels


def interviews_page(request, *, form=None):
    user, works = request.user, works_of(request.user)
    states = [card["interview"].state for work in works for card in work["cards"]]
    context = {
        **steps("told"),
        "works": works,
        "confirmed": states.count("confirmed"),
        "open": states.count("asked") + states.count("written"),
        "only_heads_word": _("nobody asked who does it"),
        "may_ask": user.can("create", Interview),
        "form": form or AskForm(),
        "nothing": Empty(
            title=_("Nobody was asked yet"),
            text=_("Ask one person who does a piece of work, and whoever leads it. It takes each ten minutes."),
        ),
    }
    return render(request, "discovery/interviews.html", context, status=422 if form else 200)


@never_cache
@require_http_methods(["GET", "POST"])
@allowed("view", "interview", whole=WHOLE)
def interviews(request):
    """Whom we asked; a form that asks one more and shows the link."""
    if request.method == "GET":
        return interviews_page(request)
    if not request.user.can("create", Interview):
        raise PermissionDenied
    form = AskForm(request.POST)
    if not form.is_valid():
        return interviews_page(request, form=form)
    return shown_link(request, asking.ask(by=request.user, **form.cleaned_data))


def shown_link(request, interview: Interview):
    """The link, told only now."""
    address = settings.PUBLIC_URL + reverse("rollout:by_link", args=[asking.new_link(interview)])
    context = {"interview": interview, "address": address, "days": asking.DAYS}
    return render(request, "discovery/link.html", context)


@never_cache
@acts_on(Interview, "edit", VersionForm)
def interview_link(request, interview, typed):
    return shown_link(request, interview)


@acts_on(Interview, "edit", VersionForm)
def interview_close(request, interview, typed):
    asking.close(interview, by=request.user, **typed)
    said(request, _("Closed. The link opens nothing any more."))
    return redirect("rollout:interviews")


@allowed("view", "work_process", whole=WHOLE)
def work(request, pk):
    """One piece of work: who leads it and who does it side by side (mock 08), and everything that is done in it."""
    user = request.user
    process = get_object_or_404(WorkProcess.objects.visible_to(user), pk=pk)
    told = list(
        WorkStep.objects.visible_to(user).current().filter(process=process).select_related("interview")
        .order_by("interview_id", "nth", "pk")
    )  # fmt: skip
    comparison = Comparison.of(user, process, request.GET)
    context = {
        **steps("told"),
        "process": process,
        "told": told,
        "steps_table": steps_table(told),
        "comparison": comparison,
        "hindered": Interview.objects.visible_to(user).current().filter(process=process).exclude(hinders=""),
        "share": inside_share(told),
    }
    return render(request, "discovery/work.html", context)


@acts_on(Discrepancy, "edit", DecisionForm)
def settle(request, difference, typed):
    difference.settle(by=request.user, **typed)
    said(request, _("Decided. Your name stands under it."))
    return redirect("rollout:work", difference.process_id)


def steps_table(told: list[WorkStep]) -> Table:
    columns = [
        Column("name", _("What is done"), main=True), Column("who", _("Who said so")), Column("often", _("How often")),
        Column("minutes", _("Minutes"), numeric=True), Column("source", _("Where from")),
        Column("tool", _("With what")), Column("goes_to", _("Where to")),
        Column("approval", _("Who has to agree")), Column("place", _("Kept")),
    ]  # fmt: skip
    rows = [
        Row(
            [
                Cell(step.name), Cell(step.interview.asked if step.interview else ""), Cell(step.often_words),
                Cell(str(step.minutes or ""), kind="number"), Cell(step.source), Cell(step.tool), Cell(step.goes_to),
                Cell(step.approval), Cell(step.get_place_display() if step.place else ""),
            ],
            href=step.get_absolute_url(),
        )
        for step in told
    ]  # fmt: skip
    return Table(columns, rows, id="steps")
