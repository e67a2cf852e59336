"""How what is not in order reads: marks on cards, and the few acts that my day proposes."""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from groundwork.access.rights import rights
from groundwork.core.clock import now, today
from groundwork.core.languages import day
from groundwork.crm.sales.checks import Code
from groundwork.crm.sales.deal_hygiene import Hygiene, Looked, by_urgency, counted, rows_of
from groundwork.crm.sales.deals import Deal
from groundwork.crm.sales.pipelines import needed_in, sales
from groundwork.crm.sales.stage_times import limits

ACTS = 3  # that my day proposes
TELLS = {  # the fields that a mark tells of: nothing is said of those that are hidden from the reader
    Code.AMOUNT: ("amount_minor",), Code.CLOSE: ("expected_on",), Code.LINKED: ("company", "contact"),
    Code.SINGLE: ("company",), Code.TIME: ("stage",), Code.TOUCH: ("stage",), Code.FACTS: ("stage",),
}  # fmt: skip


def untidy(deals: Iterable[Deal], user) -> dict[int, list[str]]:
    """{deal: words}: what is not in order in each open one, the heaviest first. One query."""
    hidden = _hidden(user)
    marked = {pk: [_mark(row, code) for code in row.broken if code not in hidden] for pk, row in rows_of(deals).items()}
    return {pk: words for pk, words in marked.items() if words}


def words_of(row: Looked, user) -> list[tuple[str, str]]:
    """(tone, words) of what is not in order: "bad" for what weighs most, else "warn"."""
    hidden = _hidden(user)
    heavy = (Code.STEP, Code.TOUCH, Code.TIME)
    return [("bad" if code in heavy else "warn", _mark(row, code)) for code in row.broken if code not in hidden]


def _hidden(user) -> set[Code]:
    mode = rights(user).field_mode
    return {code for code, names in TELLS.items() if any(mode(Deal.type_key, name) == "hidden" for name in names)}


def _mark(row: Looked, code: Code) -> str:
    if code == Code.STEP:
        return _step_words(row)
    if code == Code.TOUCH:
        stage = sales().stages.get(row.stage)
        days = (stage.idle_days if stage else None) or 0
        return ngettext("silent for more than %(count)s day", "silent for more than %(count)s days", days) % {
            "count": days
        }
    if code == Code.TIME:
        stood = (now() - row.stage_since).days
        return ngettext("stands %(count)s day, limit %(limit)s", "stands %(count)s days, limit %(limit)s", stood) % {
            "count": stood, "limit": limits().get(row.stage) or 0,
        }  # fmt: skip
    if code == Code.CLOSE and row.expected_on:
        return _("its close was expected on %(day)s") % {"day": day(row.expected_on)}
    return str(
        {
            Code.AMOUNT: _("no amount"), Code.CLOSE: _("no expected close"), Code.FACTS: _("facts are missing"),
            Code.LINKED: _("no contact") if row.company_id else _("no customer"), Code.SINGLE: _("stands twice"),
        }[code]
    )  # fmt: skip


def _step_words(row: Looked) -> str:
    if row.next_on is None:
        return _("no next step")
    late = (today() - row.next_on).days
    return ngettext("step %(count)s day late", "step %(count)s days late", late) % {"count": late}


# ── on my day


@dataclass(frozen=True)
class Proposal:
    """One act that brings a deal into order, and where it is done."""

    what: str
    why: str
    deal: str
    href: str


def tidy_deals_section(user) -> dict[str, Any] | None:
    """The order of the person's own open deals, and at most three things to do about it; for them alone to see."""
    if not user.can("view", Deal.type_key):
        return None
    own = counted().visible_to(user).filter(owner=user)
    rows = by_urgency(own)
    if not rows:
        return None
    hygiene = Hygiene()
    for row in rows:
        hygiene.take(row.mask, 1, 0)
    proposals = _different([found for row in rows if (found := _proposal(row, user))])
    return {"hygiene": hygiene, "proposals": proposals}


def _different(found: list[Proposal]) -> list[Proposal]:
    """The first few, of different kinds before several of one."""
    firsts = {proposal.what: proposal for proposal in reversed(found)}
    kinds = sorted(firsts.values(), key=found.index)
    return [*kinds, *(proposal for proposal in found if proposal not in kinds)][:ACTS]


def _proposal(row: Looked, user) -> Proposal | None:
    """What is wrong first with a deal, as an act. A step that is late stands among the tasks of the day already."""
    hidden = _hidden(user) | ({Code.STEP} if row.next_on else set())
    code = next((code for code in row.broken if code not in hidden), None)
    if code is None:
        return None
    page = reverse("records:page", args=[Deal.type_key, row.pk])
    edit = reverse("records:edit", args=[Deal.type_key, row.pk])
    does = {
        Code.STEP: (
            _("Say what comes next") if row.next_on is None else _("Do the step, or set another day"),
            "#tasks",
        ),
        Code.TOUCH: (_("Get in touch, and write down what was said"), ""),
        Code.TIME: (_("Move it on, or say that it is lost"), ""),
        Code.AMOUNT: (_("Say how much it may bring"), edit),
        Code.CLOSE: (_("Say when it will be decided"), edit),
        Code.FACTS: (_missing_words(row), edit),
        Code.LINKED: (_("Name the contact") if row.company_id else _("Name the customer"), edit),
        Code.SINGLE: (_("Keep one of the two"), ""),
    }
    what, where = does[code]
    href = page + where if where in ("", "#tasks") else where
    return Proposal(str(what), _mark(row, code), row.name, href)


def _missing_words(row: Looked) -> str:
    stage = sales().stages.get(row.stage)
    names = [str(Deal._meta.get_field(name).verbose_name) for name in (needed_in(stage) if stage else ())]  # type: ignore[union-attr]
    return _("Fill in what its stage asks: %(names)s") % {"names": ", ".join(names)}
