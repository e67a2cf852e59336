"""The audit log: security events, one sealed upon the other (``seals``), so that an altered or missing row is found.

Nothing in the product changes or removes a row.
"""

import ipaddress

from django.db import models, transaction
from django.utils.translation import gettext_lazy

from groundwork.access import seals
from groundwork.access.models import AuditEntry
from groundwork.core.clock import now


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
    LEAVES = "leaves", gettext_lazy("leaving planned")
    STAYS = "stays", gettext_lazy("planned leaving called off")
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
    entry = AuditEntry(
        at=now(), user=user, event=event, detail=detail or {}, address=address_of(request) if request else ""
    )
    seals.add(entry)
    return entry


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
