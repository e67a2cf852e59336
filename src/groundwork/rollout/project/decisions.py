"""Every block of the roll-out can be lifted by a decision with a name under it."""

from django.utils.translation import gettext as _

from groundwork.core.refusals import NotAllowed, Refusal
from groundwork.records.models import Record
from groundwork.records.write import creating
from groundwork.rollout.project.models import Decision


def may_decide(user) -> bool:
    """Whoever may configure the roll-out may lift its blocks."""
    return user.can("configure", Decision.type_key)


def refuse_or_lift(faults: list[str], record: Record, lifts: str, *, by, decision: str = "") -> Decision | None:
    """Refused with the ``faults`` (whole sentences) unless ``decision`` says why we go on; then that decision is kept.

    Stands inside ``writing``. With no faults nothing is decided and nothing kept, whatever was typed.
    """
    if not faults:
        return None
    if not decision.strip():
        raise Refusal(" ".join(faults))
    if not may_decide(by):
        raise NotAllowed(
            _("Only those who may configure the roll-out decide to go on despite this: %(faults)s")
            % {"faults": " ".join(faults)}
        )
    return creating(
        Decision(
            statement=decision.strip(),
            lifts=lifts,
            faults="\n".join(faults),
            about_type=record.type_key,
            about_id=record.pk,
            owner=by,
        ),
        by=by,
        act="decided",
    )
