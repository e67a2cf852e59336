"""Where a company stands with us: one lifecycle and any number of traits, each a rule over its facts.

The rules and their defaults are explained in docs/domain/relationship.md (D106 to D109, D130, D137, D158, D163). A firm
changes their thresholds and next steps in the browser; an element keeps reason and revisions. A rule says nothing where
a fact that it needs is unknown.
"""

from collections.abc import Callable, Iterable
from dataclasses import dataclass, replace
from datetime import date, timedelta
from decimal import Decimal
from functools import partial
from typing import Any

from django.db import transaction
from django.db.models import Q, QuerySet
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from groundwork.blueprint.elements import Declared, declared, revise
from groundwork.core import languages
from groundwork.core.money import round_half_up
from groundwork.core.registry import Registry
from groundwork.crm.customers.models import Company, CompanyFacts, RelationshipRule, RelationshipState
from groundwork.records.guard import write_path
from groundwork.records.models import Tally

Life = Company.Lifecycle
Values = dict[str, Decimal]  # a rule's thresholds by name


@dataclass(frozen=True)
class Threshold:
    name: str
    label: Any
    default: Decimal
    unit: str  # "days", "times", "percent", "count"
    least: Decimal = Decimal(0)
    most: Decimal = Decimal(3650)


@dataclass(frozen=True)
class Evidence:
    """A number that a rule looked at, beside its threshold. ``of``: the facts it tells, which some may not read."""

    label: str
    text: str
    of: tuple[str, ...]
    tone: str = ""  # "", "ok", "warn", "bad"


@dataclass(frozen=True)
class Rule:
    """``holds(facts, thresholds of all rules)``; ``began`` gives the day since when, where the facts tell it."""

    key: str
    label: Any
    meaning: Any
    next_step: Any
    holds: Callable[[CompanyFacts, "Settings"], bool]
    evidence: Callable[[CompanyFacts, "Settings"], list[Evidence]]
    thresholds: tuple[Threshold, ...] = ()
    began: Callable[[CompanyFacts, "Settings"], date | None] = lambda facts, settings: None
    tone: str = ""  # of its chip
    is_trait: bool = False

    @property
    def element(self) -> str:
        return f"rule:relationship.{self.key}"


@dataclass(frozen=True)
class Settings:
    """The thresholds and next steps in force: the defaults, and what the firm has changed."""

    values: dict[str, Values]
    steps: dict[str, str]

    @classmethod
    def load(cls) -> "Settings":
        kept = {row.key: row for row in RelationshipRule.objects.all()}
        values, steps = {}, {}
        for rule in rules:
            changed = kept[rule.key].thresholds if rule.key in kept else {}
            values[rule.key] = {
                item.name: Decimal(str(changed.get(item.name, item.default))) for item in rule.thresholds
            }
            steps[rule.key] = kept[rule.key].next_step if rule.key in kept else ""
        return cls(values, steps)

    def of(self, rule: str, name: str) -> Decimal:
        return self.values[rule][name]

    def next_step(self, rule: Rule) -> str:
        return self.steps.get(rule.key) or str(rule.next_step)

    def with_values(self, key: str, values: Values) -> "Settings":
        return replace(self, values={**self.values, key: values})


# ── in words


def days(count: Decimal | int) -> str:
    whole = int(round_half_up(Decimal(count)))
    return ngettext("%(count)s day", "%(count)s days", whole) % {"count": languages.number(whole)}


def limited(text: str, limit: str) -> str:
    return _("%(value)s, limit %(limit)s") % {"value": text, "limit": limit}


# ── what several rules look at


def silence_limit(facts: CompanyFacts, settings: Settings, rule: str) -> Decimal:
    """After how many days of silence this company falls under ``rule``: by its own rhythm, where it has one."""
    if facts.rhythm_days is None:
        return settings.of(rule, "unknown")
    return max(settings.of(rule, "times") * facts.rhythm_days, settings.of(rule, "least"))


def is_silent(facts: CompanyFacts, settings: Settings, rule: str) -> bool:
    return facts.silent_days is not None and facts.silent_days > silence_limit(facts, settings, rule)


def silent_since(facts: CompanyFacts, settings: Settings, rule: str) -> date | None:
    if not is_silent(facts, settings, rule) or facts.last_on is None:
        return None
    return facts.last_on + timedelta(days=int(silence_limit(facts, settings, rule)) + 1)


def change(facts: CompanyFacts) -> tuple[Decimal, int] | None:
    """(How revenue changed, over how many months): by the year where both years are known, else by half-years."""
    for now, before, months in (
        (facts.revenue_12m_minor, facts.revenue_before_minor, 12),
        (facts.revenue_6m_minor, facts.revenue_6m_before_minor, 6),
    ):
        if now is not None and before is not None and before > 0:
            return Decimal(now - before) / before, months
    return None


def margin_share(facts: CompanyFacts) -> Decimal | None:
    if facts.margin_minor is None or not facts.margin_revenue_minor or facts.margin_revenue_minor <= 0:
        return None
    return Decimal(facts.margin_minor) / facts.margin_revenue_minor


def known_share(facts: CompanyFacts) -> Decimal | None:
    if not facts.margin_of_minor or facts.margin_revenue_minor is None:
        return None
    return min(max(Decimal(facts.margin_revenue_minor) / facts.margin_of_minor, Decimal(0)), Decimal(1))


def margin_known(facts: CompanyFacts, settings: Settings, rule: str) -> bool:
    share = known_share(facts)
    return share is not None and share * 100 >= settings.of(rule, "known")


# ── evidence


def rhythm_evidence(facts: CompanyFacts, settings: Settings, rule: str = "") -> list[Evidence]:
    found = []
    if facts.rhythm_days is not None:
        found.append(Evidence(_("Buys every"), days(facts.rhythm_days), ("rhythm_days",)))
    if facts.silent_days is not None:
        text, tone = days(facts.silent_days), ""
        if rule:
            limit = silence_limit(facts, settings, rule)
            text, tone = limited(text, days(limit)), "bad" if facts.silent_days > limit else "ok"
        found.append(Evidence(_("Days since the last purchase"), text, ("silent_days",), tone))
    return found


def change_evidence(facts: CompanyFacts, threshold: str, tone: str) -> list[Evidence]:
    changed = change(facts)
    if changed is None:
        return []
    share, months = changed
    label = (
        _("Revenue, 12 months against the 12 before") if months == 12 else _("Revenue, 6 months against the 6 before")
    )
    text = ("+" if share > 0 else "") + languages.percent(share, 0)
    if threshold:
        text = limited(text, threshold)
    return [Evidence(label, text, ("revenue_12m_minor",), tone)]


def percent_words(value: Decimal) -> str:
    return languages.percent(value / 100, 0)


def revenue_evidence(facts: CompanyFacts) -> list[Evidence]:
    if facts.revenue_12m_minor is None:
        return []
    text = languages.money(facts.revenue_12m_minor, facts.currency)
    return [Evidence(_("Revenue of 12 months"), text, ("revenue_12m_minor",))]


def bought_evidence(facts: CompanyFacts) -> list[Evidence]:
    found = []
    if facts.first_on:
        found.append(Evidence(_("First purchase"), languages.day(facts.first_on), ("first_on",)))
    if facts.buying_days is not None:
        found.append(Evidence(_("Days with a purchase"), languages.number(facts.buying_days), ("buying_days",)))
    return found


# ── the rules


def is_new(facts: CompanyFacts, settings: Settings) -> bool:
    if not facts.documents or facts.first_on is None or facts.as_of is None:
        return False
    recent = (facts.as_of - facts.first_on).days <= settings.of("new", "days")
    return recent or (facts.buying_days or 0) < settings.of("new", "purchases")


def new_evidence(facts, settings):
    limit = days(settings.of("new", "days"))
    purchases = languages.number(settings.of("new", "purchases"))
    return [
        Evidence(_("First purchase"), limited(languages.day(facts.first_on), limit), ("first_on",)),
        Evidence(
            _("Days with a purchase"), limited(languages.number(facts.buying_days), purchases), ("buying_days",)
        ),
        *rhythm_evidence(facts, settings, "cooling"),
    ]  # fmt: skip


def is_returning(facts: CompanyFacts, settings: Settings) -> bool:
    if facts.back_on is None or facts.back_after_days is None or facts.as_of is None:
        return False
    recent = (facts.as_of - facts.back_on).days <= settings.of("returning", "days")
    return recent and facts.back_after_days > silence_limit(facts, settings, "lost")


def returning_evidence(facts, settings):
    limit = days(settings.of("returning", "days"))
    return [
        Evidence(
            _("Was silent for"),
            limited(days(facts.back_after_days), days(silence_limit(facts, settings, "lost"))),
            ("back_after_days",),
        ),
        Evidence(_("Came back"), limited(languages.day(facts.back_on), limit), ("back_on",), "ok"),
    ]


def has_fallen(facts: CompanyFacts, settings: Settings) -> bool:
    changed = change(facts)
    return changed is not None and changed[0] * 100 <= -settings.of("cooling", "fall")


def cooling_evidence(facts, settings):
    fall = has_fallen(facts, settings)
    limit = percent_words(-settings.of("cooling", "fall"))
    return [
        *rhythm_evidence(facts, settings, "cooling"),
        *change_evidence(facts, limit, "bad" if fall else "ok"),
    ]


def is_growing(facts: CompanyFacts, settings: Settings) -> bool:
    changed = change(facts)
    return changed is not None and changed[0] * 100 >= settings.of("growing", "rise")


def growing_evidence(facts, settings):
    limit = "+" + percent_words(settings.of("growing", "rise"))
    return [
        *change_evidence(facts, limit, "ok"),
        *revenue_evidence(facts),
        *rhythm_evidence(facts, settings, "cooling"),
    ]


def loyal_evidence(facts, settings):
    return [
        *bought_evidence(facts),
        *rhythm_evidence(facts, settings, "cooling"),
        *revenue_evidence(facts),
        *change_evidence(facts, "", ""),
    ]


def demanding_evidence(facts, settings):
    found = [
        Evidence(
            _("Claims in 12 months"),
            limited(languages.number(facts.claims), languages.number(settings.of("demanding", "claims"))),
            ("claims",),
            "bad",
        )
    ]
    if facts.claims_cost_minor is not None:
        cost = languages.money(facts.claims_cost_minor, facts.currency)
        found.append(Evidence(_("Cost of claims"), cost, ("claims_cost_minor",)))
    return found


def lateness(facts: CompanyFacts, settings: Settings, rule: str) -> int | None:
    """Days past due on average; None where too few invoices were paid to tell."""
    if facts.payments is None or facts.payments < settings.of(rule, "payments"):
        return None
    return facts.days_past_due


def pays_in_time(facts: CompanyFacts, settings: Settings) -> bool:
    late = lateness(facts, settings, "pays_well")
    return late is not None and late <= settings.of("pays_well", "late")


def pays_late(facts: CompanyFacts, settings: Settings) -> bool:
    late = lateness(facts, settings, "pays_late")
    return late is not None and late > settings.of("pays_late", "late")


def paying_evidence(rule: str):
    def evidence(facts, settings):
        bad = rule == "pays_late"
        limit = days(settings.of(rule, "late"))
        late = facts.days_past_due
        words = days(late) if late >= 0 else _("%(days)s early") % {"days": days(-late)}
        return [
            Evidence(_("Pays after the due day by"), limited(words, limit), ("days_past_due",), "bad" if bad else "ok"),
            Evidence(_("Invoices paid in 12 months"), languages.number(facts.payments), ("payments",)),
        ]

    return evidence


def margin_evidence(rule: str, tone: str):
    def evidence(facts, settings):
        share, known = margin_share(facts), known_share(facts)
        text = languages.percent(share)
        if rule == "profitable":
            text = limited(text, percent_words(settings.of(rule, "share")))
        return [
            Evidence(_("Margin of 12 months"), text, ("margin_minor",), tone),
            Evidence(
                _("Revenue with a known cost"),
                limited(languages.percent(known, 0), percent_words(settings.of(rule, "known"))),
                ("margin_minor",),
            ),
        ]

    return evidence


def is_profitable(facts: CompanyFacts, settings: Settings) -> bool:
    share = margin_share(facts)
    if share is None or not margin_known(facts, settings, "profitable"):
        return False
    return share * 100 >= settings.of("profitable", "share")


def is_costly(facts: CompanyFacts, settings: Settings) -> bool:
    loses = facts.margin_minor is not None and facts.margin_minor < 0
    return loses and margin_known(facts, settings, "costly")


def is_off_rhythm(facts: CompanyFacts, settings: Settings) -> bool:
    if facts.rhythm_days is None or facts.silent_days is None:
        return False
    return facts.silent_days > settings.of(
        "off_rhythm", "times"
    ) * facts.rhythm_days and facts.silent_days >= settings.of("off_rhythm", "least")


def off_rhythm_evidence(facts, settings):
    limit = max(settings.of("off_rhythm", "times") * facts.rhythm_days, settings.of("off_rhythm", "least"))
    return [
        Evidence(_("Buys every"), days(facts.rhythm_days), ("rhythm_days",)),
        Evidence(
            _("Days since the last purchase"), limited(days(facts.silent_days), days(limit)), ("silent_days",), "bad"
        ),
    ]


def off_rhythm_began(facts, settings):
    if not is_off_rhythm(facts, settings) or facts.last_on is None:
        return None
    limit = max(settings.of("off_rhythm", "times") * facts.rhythm_days, settings.of("off_rhythm", "least"))
    return facts.last_on + timedelta(days=int(limit) + 1)


TIMES = gettext_lazy("Silent longer than its rhythm, times")
LEAST = gettext_lazy("and at least, days")
UNKNOWN = gettext_lazy("Without a rhythm (fewer than three purchases): silent, days")
rules: Registry[Rule] = Registry(lambda rule: rule.key)

for _rule in (  # the first lifecycle that holds is the company's
    Rule(
        Life.PROSPECT,
        Life.PROSPECT.label,
        gettext_lazy("Has bought nothing yet."),
        gettext_lazy("Find out what they need and who decides; agree on a first small order."),
        lambda facts, settings: facts.documents == 0,
        lambda facts, settings: [Evidence(_("Invoices"), languages.number(0), ("documents",))],
        tone="info",
    ),
    Rule(
        Life.LOST,
        Life.LOST.label,
        gettext_lazy("Has been silent so long that we count on them no more."),
        gettext_lazy("Ask once why they left, write the reason down, and make one offer to come back."),
        lambda facts, settings: is_silent(facts, settings, Life.LOST),
        lambda facts, settings: [*rhythm_evidence(facts, settings, Life.LOST), *bought_evidence(facts)],
        (
            Threshold("times", TIMES, Decimal(4), "times", Decimal(1), Decimal(50)),
            Threshold("least", LEAST, Decimal(180), "days"),
            Threshold("unknown", UNKNOWN, Decimal(365), "days"),
        ),
        lambda facts, settings: silent_since(facts, settings, Life.LOST),
        "bad",
    ),
    Rule(
        Life.RETURNING,
        Life.RETURNING.label,
        gettext_lazy("Had been lost and has bought again."),
        gettext_lazy("Thank them, ask what has changed, and agree on the next order before this one is delivered."),
        is_returning,
        returning_evidence,
        (Threshold("days", gettext_lazy("Came back within, days"), Decimal(90), "days", Decimal(1)),),
        lambda facts, settings: facts.back_on,
        "ok",
    ),
    Rule(
        Life.COOLING,
        Life.COOLING.label,
        gettext_lazy("Is silent longer than usual, or buys clearly less."),
        gettext_lazy("Call: ask whether something went wrong, and offer what they used to buy."),
        lambda facts, settings: is_silent(facts, settings, Life.COOLING) or has_fallen(facts, settings),
        cooling_evidence,
        (
            Threshold("times", TIMES, Decimal(2), "times", Decimal(1), Decimal(50)),
            Threshold("least", LEAST, Decimal(30), "days"),
            Threshold("unknown", UNKNOWN, Decimal(120), "days"),
            Threshold(
                "fall",
                gettext_lazy("or revenue has fallen by, percent"),
                Decimal(40),
                "percent",
                Decimal(1),
                Decimal(100),
            ),
        ),
        lambda facts, settings: silent_since(facts, settings, Life.COOLING),
        "warn",
    ),
    Rule(
        Life.NEW,
        Life.NEW.label,
        gettext_lazy("We are still getting to know each other."),
        gettext_lazy(
            "Ask how the first delivery went, introduce the people they will need, agree on the second order."
        ),
        is_new,
        new_evidence,
        (
            Threshold("days", gettext_lazy("First purchase within, days"), Decimal(90), "days", Decimal(1)),
            Threshold("purchases", gettext_lazy("or fewer days with a purchase than"), Decimal(3), "count", Decimal(1)),
        ),
        lambda facts, settings: facts.first_on,
        "info",
    ),
    Rule(
        Life.GROWING,
        Life.GROWING.label,
        gettext_lazy("Buys clearly more than before."),
        gettext_lazy("Ask about their plans; agree on volumes, terms and stock for the coming months."),
        is_growing,
        growing_evidence,
        (
            Threshold(
                "rise", gettext_lazy("Revenue has risen by, percent"), Decimal(20), "percent", Decimal(1), Decimal(1000)
            ),
        ),
        tone="ok",
    ),
    Rule(
        Life.LOYAL,
        Life.LOYAL.label,
        gettext_lazy("Buys in a steady rhythm."),
        gettext_lazy("Keep the promise: no surprises, a word of thanks, a look at what else they could take."),
        lambda facts, settings: bool(facts.documents),
        loyal_evidence,
        tone="ok",
    ),
    Rule(
        "demanding",
        gettext_lazy("demanding"),
        gettext_lazy("Has more claims than others."),
        gettext_lazy("Check the goods before they leave, call after each delivery, count what it costs."),
        lambda facts, settings: facts.claims is not None and facts.claims >= settings.of("demanding", "claims"),
        demanding_evidence,
        (Threshold("claims", gettext_lazy("Claims in 12 months, at least"), Decimal(4), "count", Decimal(1)),),
        tone="warn",
        is_trait=True,
    ),
    Rule(
        "pays_well",
        gettext_lazy("pays well"),
        gettext_lazy("Pays in time."),
        gettext_lazy("Worth better terms: a longer term or a higher limit costs little here."),
        pays_in_time,
        paying_evidence("pays_well"),
        (
            Threshold("late", gettext_lazy("Days past due on average, at most"), Decimal(0), "days"),
            Threshold(
                "payments", gettext_lazy("Paid invoices in 12 months, at least"), Decimal(3), "count", Decimal(1)
            ),
        ),
        tone="ok",
        is_trait=True,
    ),
    Rule(
        "pays_late",
        gettext_lazy("pays late"),
        gettext_lazy("Pays after the due day."),
        gettext_lazy("Remind three days before the due day; no new deferment until the old one is paid."),
        pays_late,
        paying_evidence("pays_late"),
        (
            Threshold("late", gettext_lazy("Days past due on average, more than"), Decimal(7), "days"),
            Threshold(
                "payments", gettext_lazy("Paid invoices in 12 months, at least"), Decimal(3), "count", Decimal(1)
            ),
        ),
        tone="bad",
        is_trait=True,
    ),
    Rule(
        "profitable",
        gettext_lazy("profitable"),
        gettext_lazy("Leaves a good margin."),
        gettext_lazy("First in line: reserve goods for them when there is too little for all."),
        is_profitable,
        margin_evidence("profitable", "ok"),
        (
            Threshold(
                "share", gettext_lazy("Margin, percent, at least"), Decimal(15), "percent", Decimal(1), Decimal(100)
            ),
            Threshold(
                "known",
                gettext_lazy("where the cost is known for, percent of revenue"),
                Decimal(80),
                "percent",
                Decimal(1),
                Decimal(100),
            ),
        ),
        tone="ok",
        is_trait=True,
    ),
    Rule(
        "costly",
        gettext_lazy("costs more than it brings"),
        gettext_lazy("What we sell them costs more than they pay."),
        gettext_lazy("Look at the lines that lose money: raise the price, change the goods, or stop."),
        is_costly,
        margin_evidence("costly", "bad"),
        (
            Threshold(
                "known",
                gettext_lazy("where the cost is known for, percent of revenue"),
                Decimal(80),
                "percent",
                Decimal(1),
                Decimal(100),
            ),
        ),
        tone="bad",
        is_trait=True,
    ),
    Rule(
        "off_rhythm",
        gettext_lazy("rhythm broken"),
        gettext_lazy("An order that should have come has not."),
        gettext_lazy("Ask about the order that did not come."),
        is_off_rhythm,
        off_rhythm_evidence,
        (
            Threshold("times", TIMES, Decimal("1.5"), "times", Decimal(1), Decimal(50)),
            Threshold("least", LEAST, Decimal(7), "days"),
        ),
        off_rhythm_began,
        "warn",
        is_trait=True,
    ),
):
    rules.add(_rule)
    declared.add(Declared(_rule.element, "rule", _rule.label, url=partial(reverse, "customers:rule", args=[_rule.key])))


def lifecycle_of(facts: CompanyFacts, settings: Settings) -> str:
    """The key of the first lifecycle rule that holds; "" while nothing is known."""
    if facts.documents is None:
        return ""
    return next((rule.key for rule in rules if not rule.is_trait and rule.holds(facts, settings)), "")


def traits_of(facts: CompanyFacts, settings: Settings) -> list[str]:
    """A company that is lost anyway is not said to be off its rhythm as well."""
    held = [rule.key for rule in rules if rule.is_trait and rule.holds(facts, settings)]
    return [key for key in held if key != "off_rhythm" or not is_silent(facts, settings, Life.LOST)]


# ── kept


def states_on(day: date | None) -> QuerySet[RelationshipState]:
    """What was true of companies on a day, or is true now (None)."""
    if day is None:
        return RelationshipState.objects.filter(until_on=None)
    return RelationshipState.objects.filter(Q(until_on=None) | Q(until_on__gt=day), since_on__lte=day)


def trait_options() -> list[tuple[str, Any]]:
    return [(rule.key, rule.label) for rule in rules if rule.is_trait]


def having_traits(keys: list[str]) -> QuerySet:
    """The companies of which any of these traits is true now."""
    return states_on(None).filter(rule__in=keys).order_by().values("company")


def customers_among(ids: Iterable[int]) -> set[int]:
    return set(Company.objects.filter(pk__in=list(ids), kind=Company.Kind.CUSTOMER).values_list("pk", flat=True))


def keep(rows: dict[int, CompanyFacts], as_of: date) -> None:
    """Keep the states that follow from these facts: what has ended gets its last day, what has begun its first."""
    settings, customers = Settings.load(), customers_among(rows)
    open_states = list(RelationshipState.objects.filter(company__in=list(rows), until_on=None))
    ever = set(RelationshipState.objects.filter(company__in=list(rows)).values_list("company", flat=True))
    held = {(state.company_id, state.rule) for state in open_states}
    wanted, lifecycles = set(), {}
    for pk, facts in rows.items():
        life = lifecycle_of(facts, settings) if pk in customers else ""
        lifecycles[pk] = life
        wanted |= {(pk, key) for key in ([life, *traits_of(facts, settings)] if life else [])}
    ended = [state.pk for state in open_states if (state.company_id, state.rule) not in wanted]
    RelationshipState.objects.filter(pk__in=ended).update(until_on=as_of)
    RelationshipState.objects.bulk_create(
        [
            RelationshipState(
                company_id=pk, rule=key, facts=snapshot(rows[pk]), since_on=_since(rows[pk], key, settings, pk in ever)
            )
            for pk, key in sorted(wanted - held)
        ],
        batch_size=500,
    )
    put_lifecycles(lifecycles)


def _since(facts: CompanyFacts, key: str, settings: Settings, watched: bool) -> date:
    """The day it became true. Of a company watched before, that is the day it was seen."""
    day = facts.as_of
    if day is None:
        raise ValueError("facts without a day")
    began = None if watched else rules[key].began(facts, settings)
    return min(began, day) if began else day


def snapshot(facts: CompanyFacts) -> dict[str, Any]:
    """The facts as history keeps them."""
    skipped = {"company", "stale"}
    found = {item.name: getattr(facts, item.name) for item in facts._meta.concrete_fields if item.name not in skipped}
    return {
        name: value.isoformat() if isinstance(value, date) else value
        for name, value in found.items()
        if value is not None
    }


def put_lifecycles(wanted: dict[int, str]) -> None:
    """Write the column that lists and boards show, and its tallies. It is computed, so it is no act in the history."""
    with transaction.atomic(), write_path():
        locked = Company.objects.select_for_update().filter(pk__in=list(wanted))
        differ = [
            row
            for row in locked.only("pk", "lifecycle", "owner_id", "department_id", "archived_at")
            if row.lifecycle != wanted[row.pk]
        ]
        sums: dict[tuple, int] = {}
        by_value: dict[str, list[int]] = {}
        for row in differ:
            by_value.setdefault(wanted[row.pk], []).append(row.pk)
            if row.archived_at is None:
                for value, sign in ((row.lifecycle, -1), (wanted[row.pk], 1)):
                    key = (value, row.owner_id, row.department_id)
                    sums[key] = sums.get(key, 0) + sign
        for value, ids in by_value.items():
            Company.objects.filter(pk__in=ids).update(lifecycle=value)
        Tally.objects.bulk_create(
            Tally(type=Company.type_key, value=value, owner_id=owner, department_id=department, count=count)
            for (value, owner, department), count in sums.items()
            if count
        )


# ── changed in the browser


@dataclass
class Effect:
    """What a change of a rule would do: these companies would go ``before`` -> ``after`` (labels; "" is no trait)."""

    before: str
    after: str
    companies: list[int]


def effects(rule: Rule, values: Values) -> list[Effect]:
    """Which companies would change, were the thresholds of ``rule`` set to ``values``. Nothing is kept."""
    now = Settings.load()
    then = now.with_values(rule.key, values)
    found: dict[tuple[str, str], list[int]] = {}
    for facts in CompanyFacts.objects.filter(~Q(as_of=None), company__kind=Company.Kind.CUSTOMER).iterator():
        for before, after in _differences(facts, now, then):
            found.setdefault((before, after), []).append(facts.pk)
    return [Effect(before, after, ids) for (before, after), ids in sorted(found.items())]


def _differences(facts: CompanyFacts, now: Settings, then: Settings) -> list[tuple[str, str]]:
    was, will = lifecycle_of(facts, now), lifecycle_of(facts, then)
    found = [(str(rules[was].label), str(rules[will].label))] if was and will and was != will else []
    had, gets = set(traits_of(facts, now)), set(traits_of(facts, then))
    found += [(str(rules[key].label), "") for key in had - gets]
    return found + [("", str(rules[key].label)) for key in gets - had]


@transaction.atomic
def change_rule(rule: Rule, values: Values, next_step: str, *, by, reason: str) -> None:
    """Keep new thresholds and the next step of a rule, with the reason; every company is looked at again by the job."""
    from groundwork.crm.customers import facts

    kept, _made = RelationshipRule.objects.select_for_update().get_or_create(key=rule.key)
    before = Settings.load()
    difference: dict[str, list] = {
        name: [str(before.of(rule.key, name)), str(value)]
        for name, value in values.items()
        if before.of(rule.key, name) != value
    }
    if next_step != before.next_step(rule):
        difference["next_step"] = [before.next_step(rule), next_step]
    if not difference:
        return
    kept.thresholds = {name: str(value) for name, value in values.items()}
    kept.next_step = "" if next_step == str(rule.next_step) else next_step
    kept.save()
    revise(rule.element, kind="rule", by=by, difference=difference, cause=reason)
    facts.mark_all()
    facts.start_if_stale()
