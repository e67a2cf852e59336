"""The fourth step: try it, and go live."""

from django.contrib import messages
from django.http import Http404
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_GET

from groundwork.access.doors import allowed
from groundwork.blueprint.models import Element
from groundwork.rollout.delivery.actions import Check, go_live, lines_of
from groundwork.rollout.delivery.defects import Defect
from groundwork.rollout.delivery.forms import ANSWERS, InviteForm, TryForm
from groundwork.rollout.delivery.models import AcceptanceTest, Verdict
from groundwork.rollout.delivery.people import invite
from groundwork.rollout.discovery.models import Goal
from groundwork.rollout.discovery.places import words_of
from groundwork.rollout.project.decisions import may_decide
from groundwork.rollout.project.gates import Act, faults_against
from groundwork.rollout.project.screens import MOST_SHOWN, DecisionForm, acts_on, reads, sent, steps
from groundwork.rollout.requirements.models import Requirement
from groundwork.ui.notices import said

COLOUR = {
    Verdict.PASSED: "ok",
    Verdict.DOES_NOT_FIT: "bad",
    Verdict.FAILS: "bad",
    Verdict.STALE: "warn",
    Verdict.NOT_RUN: "",
}
FAULTS = 20  # open ones on the page; their list has them all


def place_of(element: Element, user) -> tuple[str, bool]:
    """(Where to try it, or "" where it has no page; does it let ``user`` in?)."""
    if not element.key.startswith("field:"):
        return element.address_for(user), not element.address or bool(element.address_for(user))
    key = element.key.removeprefix("field:").partition(".")[0]
    may = user.can("view", key)
    return reverse("records:list", args=[key]) if may else "", may


def shut_out(requirement, user) -> list[str]:
    """What it uses and ``user`` cannot open."""
    return [use.element.label for use in requirement.uses.all() if not place_of(use.element, user)[1]]


class Board:
    """Everything that is tried, as ``user`` sees it: a fixed number of queries."""

    def __init__(self, user):
        self.user = user
        found = Requirement.objects.for_cards(user)[:MOST_SHOWN]
        self.requirements = [item for item in found if item.is_confirmed]
        seen = set(
            AcceptanceTest.objects.visible_to(user)
            .filter(requirement__in=self.requirements)
            .values_list("pk", flat=True)
        )
        self.check = Check(user, self.requirements)
        self.may_ask = user.can("edit", Requirement)
        self.cards = [
            self.card(requirement, *row)
            for requirement in self.requirements
            for row in self.check.verdicts[requirement.pk]
            if row[0].pk in seen
        ]

    def card(self, requirement, test, run, said) -> dict:
        trying = self.check.people.of(test)
        off = [use.element.label for use in requirement.uses.all() if not use.element.is_on]
        return {
            "requirement": requirement, "test": test, "run": run, "said": said, "verdict": Verdict(said).label,
            "colour": COLOUR[Verdict(said)], "off": off, "trying": trying,
            "waits_for_me": not off and self.user in trying.waiting,
            "to_ask": trying.to_ask if self.may_ask and not off else [],
        }  # fmt: skip

    @property
    def mine(self) -> list[dict]:
        return [card for card in self.cards if card["waits_for_me"]]

    def goals(self) -> list[dict]:
        """Of each goal that the person may see: its tests, the go-live check, what is advised and what forbids it."""
        seen = set(Goal.objects.visible_to(self.user).standing().values_list("pk", flat=True))
        of_goal: dict[int, list[Requirement]] = {}
        for requirement in self.requirements:
            of_goal.setdefault(requirement.goal_id if requirement.goal_id in seen else 0, []).append(requirement)
        goals = {found[0].goal.pk: found[0].goal for pk, found in of_goal.items() if pk and waiting_among(found)}
        self.stops = faults_against(Act.GO_LIVE, list(goals.values()), self.user)
        return [self.goal(pk, found) for pk, found in of_goal.items()]

    def goal(self, pk: int, requirements: list[Requirement]) -> dict:
        """``pk`` 0: what belongs to goals out of sight or given up; it is tried and does not go live from here."""
        ids = {requirement.pk for requirement in requirements}
        cards = [card for card in self.cards if card["requirement"].pk in ids]
        if not pk:
            return {"goal": None, "cards": cards}
        goal = requirements[0].goal
        waiting = waiting_among(requirements)
        faults = self.check.faults(requirements) + self.stops.get(pk, []) if waiting else []
        advice = self.check.advice(requirements) if waiting else []
        return {
            "goal": goal, "cards": cards, "waiting": waiting, "faults": faults,
            "words": self.check.words(requirements),
            "advice": [words for words in advice if words not in faults],
            "may": self.user.can("edit", goal),
        }  # fmt: skip


def waiting_among(requirements: list[Requirement]) -> list[Requirement]:
    """Those that are agreed and not live yet."""
    return [item for item in requirements if item.state == Requirement.State.CONFIRMED]


def faults_of(user) -> list[dict]:
    """Open faults, the person's own first, then the worst."""
    order = list(Defect.Severity.values)
    found = Defect.objects.visible_to(user).open().select_related("owner", "found_by", "test").order_by("-pk")[:100]
    ranked = sorted(found, key=lambda one: (user.pk not in (one.owner_id, one.found_by_id), order.index(one.severity)))
    where = words_of(ranked[:FAULTS], user)
    return [
        {
            "defect": defect, "where": where.get(defect.pk, ""),
            "colour": "warn" if defect.state == Defect.State.MENDED else "bad",
            "to_mend": defect.state == Defect.State.OPEN and defect.is_mended_by(user),
            "to_judge": defect.state == Defect.State.MENDED and defect.is_judged_by(user),
        }
        for defect in ranked[:FAULTS]
    ]  # fmt: skip


@require_GET
@reads(Requirement)
def try_it(request):
    user, board = request.user, Board(request.user)
    sees_faults = user.can("view", Defect)
    context = {
        **steps("try"),
        "goals": board.goals(),
        "mine": board.mine,
        "faults": faults_of(user) if sees_faults else [],
        "all_faults": reverse("records:list", args=["defect"]) if sees_faults else "",
        "may_decide": may_decide(user),
        "may_try": user.can("create", AcceptanceTest),
    }
    return render(request, "delivery/try.html", context)


# ── one test


def one(request, pk: int, *, wrong: TryForm | None = None):
    """One test on a page of its own, as it fits a phone; ``wrong`` is an answer that could not be kept."""
    user, board = request.user, Board(request.user)
    card = next((card for card in board.cards if card["test"].pk == pk), None)
    if card is None:
        raise Http404
    test, may_try = card["test"], user.can("create", AcceptanceTest) and not card["off"]
    form = wrong or try_form(test, user)
    context = {
        **steps("try"),
        "card": card,
        "test": test,
        "lines": [words for _kept, words in lines_of(test)],
        "places": [(use.element.label, *place_of(use.element, user)) for use in card["requirement"].uses.all()],
        "form": form if may_try else None,
        "answers": [(answer.value, answer.label) for answer in ANSWERS],
        "left": [other for other in board.mine if other["test"].pk != pk],
    }
    return render(request, "delivery/one.html", context, status=422 if wrong else 200)


def try_form(test: AcceptanceTest, user, typed=None) -> TryForm:
    """With the open faults of ``test`` that ``user`` sees; ticked are those that ``user`` found."""
    faults = Defect.objects.visible_to(user).open().filter(test=test).order_by("pk")
    own = [fault.pk for fault in faults if fault.found_by_id == user.pk]
    return TryForm(typed, initial={"version": test.version, "gone": own}, steps=lines_of(test), faults=faults)


@require_GET
@reads(AcceptanceTest)
def try_one(request, pk):
    return one(request, pk)


@allowed("create", AcceptanceTest.type_key)
@acts_on(AcceptanceTest, "view")
def run(request, test):
    form = try_form(test, request.user, request.POST)
    if not form.is_valid():
        return one(request, test.pk, wrong=form)
    test.run(by=request.user, **form.typed)
    said(request, _("Thank you. Your verdict is kept with your name."))
    following = next(iter(Board(request.user).mine), None)
    return redirect("rollout:try_one", following["test"].pk) if following else redirect("rollout:try")


@acts_on(AcceptanceTest, "edit")
def ask_to_try(request, test):
    """Those who asked for it have a task to try it."""
    asked = invite(test, sent(InviteForm(request.POST))["people"], by=request.user)
    count = len(asked)
    words = ngettext("%(count)s person is asked to try it.", "%(count)s people are asked to try it.", count)
    said(request, words % {"count": count} if count else _("They are asked already."))
    for person in asked:
        if names := shut_out(test.requirement, person):
            told = _("%(person)s cannot open %(names)s: a role with that right is missing.")
            messages.warning(request, told % {"person": person, "names": ", ".join(names)})
    return redirect(reverse("rollout:try") + f"#test-{test.pk}")


@acts_on(Goal, "edit", DecisionForm)
def live(request, goal, typed):
    go_live(goal, by=request.user, **typed)
    said(request, _("It is live. In four weeks you will see here whether it is used."))
    return redirect("rollout:used")
