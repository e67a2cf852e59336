"""Signing in in two steps: the password, then a code from an app on the phone (RFC 6238) or one of ten recovery codes.

A code is taken once. The secret by which the phone makes codes stands nowhere: it is worked out from a random salt,
which is kept, and from the secret of this installation, which is not in the database nor in a backup (``core.secret``).
With another installation secret the phones' codes fit no more; the recovery codes do.
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
from django.utils.translation import ngettext

from groundwork.access import audit
from groundwork.access.audit import Event
from groundwork.access.models import RecoveryCode, TwoSteps, User
from groundwork.access.people import refuse_above
from groundwork.access.rights import rights
from groundwork.core.clock import now
from groundwork.core.refusals import Refusal
from groundwork.core.secret import key_for, name_of

SECONDS = 30  # of one code
DIGITS = 6
LATE = 1  # codes before and after the present one that are taken too: clocks differ
RECOVERY_CODES = 10
RECOVERY_SIGNS = "23456789abcdefghjkmnpqrstuvwxyz"  # none is mistaken for another


# ── codes


def new_salt() -> str:
    return secrets.token_hex(20)


def key() -> bytes:
    return key_for("second step")


def secret_from(person: User, salt: str) -> str:
    """160 bits, as RFC 4226, 4, recommends; in the letters that apps on phones take."""
    return base64.b32encode(hmac.digest(key(), f"{person.pk}:{salt}".encode(), "sha256")[:20]).decode()


def secret_of(kept: TwoSteps) -> str:
    """Where two steps were set up before secrets were worked out, the secret itself is kept."""
    return kept.secret or secret_from(kept.person, kept.salt)


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
def set_up(person: User, *, salt: str, code: str, request=None) -> list[str] | None:
    """Begin to ask ``person`` for codes: the recovery codes, told only now. None where ``code`` does not fit."""
    counter = counter_of(secret_from(person, salt), code)
    if counter is None:
        return None
    facts = {"salt": salt, "key": name_of(key()), "secret": "", "last_counter": counter}
    TwoSteps.objects.update_or_create(person=person, defaults=facts)
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
    kept = TwoSteps.objects.filter(person=person).select_related("person").first()
    if kept is None:
        return False
    counter = counter_of(secret_of(kept), code) if code.isascii() and code.isdigit() else None
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


def fault() -> str:
    """For ``doctor``: whose secret is still kept, and whose app was set up under another installation secret."""
    plain, other = TwoSteps.objects.exclude(secret="").count(), TwoSteps.objects.exclude(key=name_of(key())).count()
    if plain:
        words = ngettext(
            "The secret of %(count)s person's second step stands in the database: it is to be set up anew.",
            "The secrets of %(count)s people's second step stand in the database: it is to be set up anew.", plain,
        )  # fmt: skip
        return words % {"count": plain}
    if other:
        words = ngettext(
            "The app of %(count)s person was set up with another secret.key: bring it back, or reset the step.",
            "The apps of %(count)s people were set up with another secret.key: bring it back, or reset the step.",
            other,
        )
        return words % {"count": other}
    return ""
