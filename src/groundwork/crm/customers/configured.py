"""Relationship rules in a configuration file: their thresholds, next step and reason."""

from decimal import Decimal, InvalidOperation

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from groundwork.blueprint.models import Element
from groundwork.blueprint.plan import Act, Facts, Section, sections, wrong
from groundwork.core.refusals import Refusal
from groundwork.crm.customers.relationship import Rule, Settings, Values, change_rule, rules


def read() -> dict[str, Facts]:
    settings = Settings.load()
    reasons = dict(Element.objects.filter(kind="rule").values_list("key", "reason"))
    return {
        rule.key: {
            "reason": reasons.get(rule.element, ""),
            "next_step": settings.steps[rule.key],  # empty: the built-in one, in the reader's language
            "thresholds": {item.name: f"{settings.of(rule.key, item.name):f}" for item in rule.thresholds},
        }
        for rule in rules
    }


def write(key: str, facts: Facts, act: Act) -> None:
    if key not in rules:
        raise Refusal(_("There is no rule “%(name)s”. There are: %(names)s.") % {"name": key, "names": names()})
    rule = rules[key]
    step = str(facts.get("next_step") or rule.next_step)
    if len(step) > 300:
        raise wrong(_("At most 300 signs fit."), "next_step")
    change_rule(rule, thresholds(rule, facts), step, by=act.by, reason=facts.get("reason") or act.reason)


def names() -> str:
    return ", ".join(sorted(rule.key for rule in rules))


def thresholds(rule: Rule, facts: Facts) -> Values:
    typed = facts.get("thresholds") or {}
    known = {item.name: item for item in rule.thresholds}
    if not isinstance(typed, dict) or (strange := set(typed) - set(known)):
        odd = min(strange) if isinstance(typed, dict) else ""
        words = _("Nothing is called “%(name)s” here. There are: %(names)s.")
        raise wrong(words % {"name": odd, "names": ", ".join(known)}, "thresholds", odd)
    return {name: number_of(name, typed[name], known[name]) for name in typed}


def number_of(name: str, text: str, item) -> Decimal:
    try:
        number = Decimal(str(text).replace(",", "."))
    except InvalidOperation as error:
        raise wrong(_("“%(value)s” is not a number.") % {"value": str(text)[:60]}, "thresholds", name) from error
    if not item.least <= number <= item.most:
        words = _("Give a number from %(least)s to %(most)s.") % {"least": item.least, "most": item.most}
        raise wrong(words, "thresholds", name)
    return number


sections.add(
    Section(
        key="relationship", label=gettext_lazy("Relationship rules"), order=60, read=read, write=write,
        facts=frozenset({"reason", "next_step", "thresholds"}), deep=frozenset({"thresholds"}),
        element=lambda key: f"rule:relationship.{key}",
    )
)  # fmt: skip
