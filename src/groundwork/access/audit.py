"""The audit log: security events, each with the digest of the one before it, so that an altered row is found.

Nothing in the product changes or removes a row. ``verify`` names the first row that does not fit.
"""

import hashlib
import ipaddress
import json
from datetime import UTC

from django.db import connection, models, transaction
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from groundwork.access.models import AuditEntry
from groundwork.core.clock import now

START = "0" * 64  # stands for the digest before the first row
ONE_WRITER = 7_420_115  # PostgreSQL's advisory lock: the log has one end, so one writer at a time


class Event(models.TextChoices):
    SIGNED_IN = "signed in", gettext_lazy("signed in")
    SIGNED_OUT = "signed out", gettext_lazy("signed out")
    FAILED = "sign-in failed", gettext_lazy("sign-in failed")
    LIMITED = "sign-in limited", gettext_lazy("too many tries to sign in")
    FIRST_RUN = "first run", gettext_lazy("first administrator made")
    INVITED = "invited", gettext_lazy("person invited")
    WITHDRAWN = "invitation withdrawn", gettext_lazy("invitation withdrawn")
    JOINED = "joined", gettext_lazy("person joined")
    ADDED = "person added", gettext_lazy("person added")
    PERSON_CHANGED = "person changed", gettext_lazy("person changed")
    SHUT_OUT = "shut out", gettext_lazy("person may not sign in any more")
    LET_IN = "let in", gettext_lazy("person may sign in again")
    PERSONAL = "personal data", gettext_lazy("personal data handed over")
    ERASED = "erased", gettext_lazy("personal data erased")
    EXPORTED = "exported", gettext_lazy("list or report taken out as a file")
    WHOLE_ASKED = "whole firm asked for", gettext_lazy("file of the whole firm asked for")
    WHOLE_TAKEN = "whole firm taken out", gettext_lazy("file of the whole firm taken out")
    CONFIGURED = "configured", gettext_lazy("configuration file applied or rolled back")
    VIEW_AS = "view as", gettext_lazy("looks as somebody else")
    VIEW_AS_ENDED = "view as ended", gettext_lazy("looks as somebody else no more")
    LEFT = "left", gettext_lazy("person left")
    CODE_WRONG = "code wrong", gettext_lazy("wrong code of the second step")
    TWO_STEPS_ON = "two steps on", gettext_lazy("sign-in in two steps set up")
    TWO_STEPS_OFF = "two steps off", gettext_lazy("sign-in in two steps turned off")
    TWO_STEPS_RESET = "two steps reset", gettext_lazy("sign-in in two steps reset for a person")
    RECOVERY_CODES = "recovery codes", gettext_lazy("new recovery codes made")
    RECOVERY_USED = "recovery code used", gettext_lazy("signed in by a recovery code")
    SESSION_ENDED = "session ended", gettext_lazy("signed out by hand")
    PASSWORD_CHANGED = "password changed", gettext_lazy("password changed")
    PASSWORD_LINK = "password link", gettext_lazy("link for a new password made")
    DEPARTMENT_CHANGED = "department changed", gettext_lazy("department changed")
    FIRM_CHANGED = "firm changed", gettext_lazy("our firm changed")
    ROLE_MADE = "role made", gettext_lazy("role made")
    ROLE_ARCHIVED = "role archived", gettext_lazy("role archived")
    ROLE_RESTORED = "role restored", gettext_lazy("role back in use")
    ROLE_CHANGED = "role changed", gettext_lazy("role changed")
    SUMS_REBUILT = "sums rebuilt", gettext_lazy("kept sums made anew")


@transaction.atomic
def record(event: str, user=None, detail: dict | None = None, request=None) -> AuditEntry:
    """Add an event; ``user`` did it (None: nobody signed in). Part of the caller's transaction.

    What was done while looking as somebody else was done by who looked.
    """
    if real := getattr(user, "viewed_by", None):
        user, detail = real, (detail or {}) | {"as": user.email}
    if connection.vendor == "postgresql":
        with connection.cursor() as cursor:
            cursor.execute("SELECT pg_advisory_xact_lock(%s)", [ONE_WRITER])
    entry = AuditEntry(
        at=now(), user=user, event=event, detail=detail or {}, address=address_of(request) if request else ""
    )
    last = AuditEntry.objects.order_by("-pk").values_list("digest", flat=True).first()
    entry.digest = digest(last or START, entry)
    entry.save(force_insert=True)
    return entry


def digest(before: str, entry: AuditEntry) -> str:
    content = [
        before,
        entry.at.astimezone(UTC).isoformat(),
        entry.user_id,
        str(entry.event),
        entry.detail,
        entry.address,
    ]
    return hashlib.sha256(json.dumps(content, sort_keys=True, ensure_ascii=False).encode()).hexdigest()


def verify() -> str:
    """ "" where every row fits the one before it; else a sentence that names the first that does not."""
    before = START
    for entry in AuditEntry.objects.order_by("pk").iterator(chunk_size=2000):
        if entry.digest != digest(before, entry):
            return _("The audit log was altered at entry %(number)s or before it.") % {"number": entry.pk}
        before = entry.digest
    return ""


def address_of(request) -> str:
    """The network address a request came from.

    A proxy on this machine is believed about the address it added last; a header sent from elsewhere is not.
    """
    peer = request.META.get("REMOTE_ADDR", "")
    said = request.headers.get("X-Forwarded-For", "")
    candidate = said.split(",")[-1].strip() if said and is_this_machine(peer) else peer
    try:
        return str(ipaddress.ip_address(candidate))
    except ValueError:
        return peer[:45]


def is_this_machine(address: str) -> bool:
    try:
        return not address or ipaddress.ip_address(address).is_loopback
    except ValueError:
        return False
