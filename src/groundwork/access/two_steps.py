"""Signing in in two steps: the password, then a code from an app on the phone (RFC 6238) or one of ten recovery codes.

A code is taken once. Secrets stand in the database as they are: whoever can read the database can make codes.
"""

import base64
import hmac
import secrets
import time
from hashlib import sha256
from urllib.parse import quote, urlencode

from django.db import transaction
from django.utils.html import format_html
from django.utils.translation import gettext as _

from groundwork.access import audit
from groundwork.access.audit import Event
from groundwork.access.models import RecoveryCode, TwoSteps, User
from groundwork.access.people import refuse_above
from groundwork.access.rights import rights
from groundwork.core.clock import now
from groundwork.core.refusals import Refusal

SECONDS = 30  # of one code
DIGITS = 6
LATE = 1  # codes before and after the present one that are taken too: clocks differ
RECOVERY_CODES = 10
RECOVERY_SIGNS = "23456789abcdefghjkmnpqrstuvwxyz"  # none is mistaken for another


# ── codes


def new_secret() -> str:
    return base64.b32encode(secrets.token_bytes(20)).decode()


def counter_now() -> int:
    return int(time.time()) // SECONDS


def code_of(secret: str, counter: int) -> str:
    """RFC 4226, 5.3: the code of one half minute."""
    digest = hmac.digest(base64.b32decode(secret), counter.to_bytes(8, "big"), "sha1")
    place = digest[-1] & 15
    number = int.from_bytes(digest[place : place + 4], "big") & 0x7FFFFFFF
    return f"{number % 10**DIGITS:0{DIGITS}}"


def counter_of(secret: str, code: str) -> int | None:
    """The half minute that ``code`` belongs to; None where it does not fit now."""
    here = counter_now()
    for counter in range(here - LATE, here + LATE + 1):
        if hmac.compare_digest(code_of(secret, counter).encode(), code.encode()):
            return counter
    return None


def address(secret: str, person: User, firm: str) -> str:
    """What the app on the phone reads from the picture."""
    facts = {"secret": secret, "issuer": firm, "digits": DIGITS, "period": SECONDS}
    return f"otpauth://totp/{quote(firm)}:{quote(person.email)}?{urlencode(facts, quote_via=quote)}"


def picture(text: str):
    """A QR code as SVG, dark on white in every theme."""
    import qrcode  # only this page needs it

    code = qrcode.QRCode(border=3, error_correction=qrcode.ERROR_CORRECT_M)
    code.add_data(text)
    rows = code.get_matrix()
    dark = "".join(f"M{x} {y}h1v1h-1z" for y, row in enumerate(rows) for x, is_dark in enumerate(row) if is_dark)
    return format_html(
        '<svg class="qr" viewBox="0 0 {0} {0}" width="208" height="208" shape-rendering="crispEdges" role="img"'
        ' aria-label="{1}"><rect width="{0}" height="{0}" fill="#fff"/><path d="{2}" fill="#000"/></svg>',
        len(rows), _("Picture to be read by the app"), dark,
    )  # fmt: skip


# ── acts


@transaction.atomic
def set_up(person: User, *, secret: str, code: str, request=None) -> list[str] | None:
    """Begin to ask ``person`` for codes: the recovery codes, told only now. None where ``code`` does not fit."""
    counter = counter_of(secret, code)
    if counter is None:
        return None
    TwoSteps.objects.update_or_create(person=person, defaults={"secret": secret, "last_counter": counter})
    person.two_steps_since = now()
    person.save(update_fields=["two_steps_since"])
    audit.record(Event.TWO_STEPS_ON, person, {}, request)
    return new_recovery_codes(person)


@transaction.atomic
def recovery_anew(person: User, *, request=None) -> list[str]:
    audit.record(Event.RECOVERY_CODES, person, {}, request)
    return new_recovery_codes(person)


def new_recovery_codes(person: User) -> list[str]:
    """Ten new ones; the earlier ones end. Only their digests are kept."""
    signs = [["".join(secrets.choice(RECOVERY_SIGNS) for _place in range(10))] for _code in range(RECOVERY_CODES)]
    codes = [f"{sign[:5]}-{sign[5:]}" for (sign,) in signs]
    RecoveryCode.objects.filter(person=person).delete()
    RecoveryCode.objects.bulk_create(RecoveryCode(person=person, digest=digest_of(person, code)) for code in codes)
    return codes


def digest_of(person: User, code: str) -> str:
    plain = "".join(sign for sign in code.lower() if sign.isalnum())
    return sha256(f"{person.pk}:{plain}".encode()).hexdigest()


def takes(person: User, code: str, request=None) -> bool:
    """Does ``code`` let this person in? A code from the phone is taken once, a recovery code once for ever."""
    code = "".join(sign for sign in code if sign.isalnum())
    kept = TwoSteps.objects.filter(person=person).first()
    if kept is None:
        return False
    counter = counter_of(kept.secret, code) if code.isascii() and code.isdigit() else None
    if counter is not None:
        return bool(TwoSteps.objects.filter(pk=kept.pk, last_counter__lt=counter).update(last_counter=counter))
    unused = RecoveryCode.objects.filter(person=person, digest=digest_of(person, code), used_at=None)
    if not unused.update(used_at=now()):
        return False
    audit.record(Event.RECOVERY_USED, person, {"left": codes_left(person)}, request)
    return True


def codes_left(person: User) -> int:
    return RecoveryCode.objects.filter(person=person, used_at=None).count()


@transaction.atomic
def turn_off(person: User, *, by: User, request=None) -> None:
    """The password is enough again. Refused for somebody above ``by``, and by oneself where a role asks for codes."""
    refuse_above(by, person)
    if by.pk == person.pk and rights(by).asks_two_steps:
        raise Refusal(_("One of your roles asks for two steps: it stays on."))
    TwoSteps.objects.filter(person=person).delete()
    RecoveryCode.objects.filter(person=person).delete()
    person.two_steps_since = None
    person.save(update_fields=["two_steps_since"])
    event = Event.TWO_STEPS_OFF if by.pk == person.pk else Event.TWO_STEPS_RESET
    audit.record(event, by, {"person": person.email}, request)


def are_missing(person: User) -> bool:
    """Does a role ask this person for two steps that are not set up?"""
    return person.two_steps_since is None and rights(person).asks_two_steps
