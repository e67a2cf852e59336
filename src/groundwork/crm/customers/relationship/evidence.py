"""What rules look at, whether it holds, and how it is told: numbers beside their thresholds, in words."""

from datetime import date, timedelta
from decimal import Decimal

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from groundwork.core import languages
from groundwork.core.money import round_half_up
from groundwork.crm.customers.models import CompanyFacts
from groundwork.crm.customers.relationship.rule import Evidence, Settings

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
