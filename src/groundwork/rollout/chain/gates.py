"""The rules that stop an act in the profile of the roll-out (ROLLOUT.md 3.4a), asked by the act itself."""

from collections.abc import Iterable, Sequence

from django.utils.translation import gettext as _

from groundwork.access.models import User
from groundwork.records.models import Record
from groundwork.records.types import types
from groundwork.rollout.chain.look import Look
from groundwork.rollout.chain.rules import Found, Rule, rules
from groundwork.rollout.delivery.actions import in_scope
from groundwork.rollout.project.gates import Act, Faults
from groundwork.rollout.project.models import Project
from groundwork.rollout.requirements.models import Requirement

Stops = dict[int, list[tuple[Rule, Found]]]  # of a record


def faults(act: Act, records: Sequence[Record], user: User) -> Faults:
    """What the rules find against ``act``, looked at as a whole: who sees less is stopped by the same rules."""
    profile = Project.current().profile
    stopping = [rule for rule in rules if act in rule.stops and rule.blocks(profile)]
    if not stopping:
        return {}
    found = of_phases(stopping, records, user) if act == Act.SETTLE else of_all(act, stopping, records, user)
    seen = those_seen((one for pairs in found.values() for _rule, one in pairs), user)
    return {pk: [worded(rule, one, seen) for rule, one in pairs] for pk, pairs in found.items()}


def of_phases(stopping: list[Rule], phases: Sequence[Record], user: User) -> Stops:
    """Of each phase by itself: what is first, and whom it concerns, is a question of the whole phase."""
    looks = {phase.pk: Look(user, Requirement.objects.filter(phase=phase.pk)) for phase in phases}
    found = {pk: [(rule, one) for rule in stopping for one in rule.find(look)] for pk, look in looks.items()}
    return {pk: pairs for pk, pairs in found.items() if pairs}


def of_all(act: Act, stopping: list[Rule], records: Sequence[Record], user: User) -> Stops:
    """Of requirements to be agreed on, or of goals to go live with: read once for all of them."""
    pks = [record.pk for record in records]
    look = Look(user, Requirement.objects.filter(pk__in=pks) if act == Act.AGREE else in_scope(pks))
    found: Stops = {}
    for rule in stopping:
        for one in rule.find(look):
            pk = one.about[1] if act == Act.AGREE else one.goal
            if pk is not None:
                found.setdefault(pk, []).append((rule, one))
    return found


def those_seen(found: Iterable[Found], user: User) -> set[tuple[str, int]]:
    """Of the records that these findings are about: those that ``user`` may read."""
    wanted: dict[str, set[int]] = {}
    for one in found:
        wanted.setdefault(one.about[0], set()).add(one.about[1])
    return {
        (key, pk)
        for key, pks in wanted.items()
        for pk in types[key].model.objects.visible_to(user).filter(pk__in=pks).values_list("pk", flat=True)
    }


def worded(rule: Rule, found: Found, seen: set[tuple[str, int]]) -> str:
    if found.about in seen:
        return found.fact
    return _("Something that you do not see stands in the way: %(what)s.") % {"what": rule.label}
