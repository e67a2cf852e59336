"""Every block of the roll-out can be lifted by a decision with a name under it."""

from django.db import transaction
from django.utils.translation import gettext as _

from groundwork.core.refusals import NotAllowed, Refusal
from groundwork.records.models import Record
from groundwork.records.write import creating
from groundwork.rollout.project.models import Decision, Project


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


def go_by(profile: str, *, reason: str, by) -> Decision | None:
    """From now on the roll-out goes by ``profile``; only what stops changes, nothing that is there does.

    Kept as a decision with a name under it. Refused without a reason; nothing is kept where it goes by that already.
    """
    if not may_decide(by):
        raise NotAllowed(_("Only those who may configure the roll-out decide how strict it is."))
    if not reason.strip():
        raise Refusal(_("Say why: it concerns everybody who works here."))
    with transaction.atomic():
        project = Project.objects.select_for_update().get(pk=Project.current().pk)
        if project.profile == profile:
            return None
        before = Project.Profile(project.profile).label
        project.profile = Project.Profile(profile)
        project.save(update_fields=["profile"])
        return creating(
            Decision(
                statement=_("How strict we are: %(profile)s. %(reason)s")
                % {"profile": Project.Profile(profile).label, "reason": reason.strip()},
                rejected=str(before), owner=by,
            ),
            by=by, act="decided",
        )  # fmt: skip
