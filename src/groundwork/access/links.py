"""One-time links: to join, to make the first administrator, to set a new password. Only the token's digest is kept."""

import hashlib
import secrets
from datetime import timedelta

from django.db import transaction
from django.utils.translation import gettext as _

from groundwork.access.models import Invitation
from groundwork.core.clock import now
from groundwork.core.refusals import Refusal

DAYS = 14
HOURS_FOR_PASSWORD = 24


def issue(*, by=None, roles=(), hours: int = DAYS * 24, **facts) -> tuple[Invitation, str]:
    """The link's row and its token, which is told only now."""
    token = secrets.token_urlsafe(32)
    moment = now()
    link = Invitation.objects.create(
        token_digest=digest_of(token), invited_by=by, made_at=moment, ends_at=moment + timedelta(hours=hours), **facts
    )
    link.roles.set(roles)
    return link, token


def digest_of(token: str) -> str:
    return hashlib.sha256(token.encode()).hexdigest()


def find(token: str) -> Invitation | None:
    """The link, where it may still be used: unused, not ended, and who made it still works here."""
    link = Invitation.objects.select_related("invited_by", "person").filter(token_digest=digest_of(token)).first()
    if link is None or link.used_at or link.ends_at <= now() or (link.invited_by and not link.invited_by.is_active):
        return None
    return link


def use_up(link: Invitation) -> None:
    """Take the link for good; of two who come at once, one is refused. Stands inside the caller's transaction."""
    if not transaction.get_connection().in_atomic_block:
        raise RuntimeError("use_up() stands inside the transaction of what the link is used for")
    if not Invitation.objects.filter(pk=link.pk, used_at=None, ends_at__gt=now()).update(used_at=now()):
        raise Refusal(_("This link was used already. Ask for a new one."))


def end(links) -> None:
    links.open().update(ends_at=now())
