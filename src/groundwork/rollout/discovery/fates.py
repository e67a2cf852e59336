"""You said, it became: everybody who told us something hears what became of it (D195, D200).

A notice is named by what it is about: the words that were said stand before these.
"""

from django.utils.translation import gettext as _
from django.utils.translation import override

from groundwork.records.notices import telling
from groundwork.records.notices.choosing import language_of
from groundwork.records.notices.models import Notice
from groundwork.records.write import doer
from groundwork.rollout.discovery.models import Conflict, Need


def follow_needs(steps) -> None:
    """When a need is agreed, covered, put off, declined or joined to another one, its authors are told, with why."""
    for need, before, after in steps:
        if before is not None and after is not None and before["state"] != after["state"]:
            tell_authors(need, need, fate_of)


def follow_conflicts(steps) -> None:
    """What was decided between two of them is told to the authors of both."""
    for conflict, before, after in steps:
        if before is not None and after is not None and before["state"] != after["state"]:
            for need in (conflict.one, conflict.other):
                tell_authors(need, conflict, decided_of)


def tell_authors(need: Need, about, words) -> None:
    for author in need.authors():
        with override(language_of(author)):
            told = words(need, about)
        telling.tell(author.pk, Notice.Kind.BECAME, (need.type_key, need.pk), by=doer(), text=told)


def fate_of(need: Need, about: Need) -> str:
    words = str(Need.State(need.state).label)
    if need.merged_into_id:
        words = _("%(state)s: %(other)s") % {"state": words, "other": need.merged_into}
    if need.reason:
        words = _("%(state)s: %(why)s") % {"state": words, "why": need.reason}
    return _("It became: %(fate)s") % {"fate": words}


def decided_of(need: Need, about: Conflict) -> str:
    return _("Decided: %(decision)s") % {"decision": about.decision.statement}
