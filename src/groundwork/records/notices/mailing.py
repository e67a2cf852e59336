"""Sending: notices at once and digests, by the worker, a turn a minute.

The promise: a notice goes out by mail at most once, whatever dies when. A row is ``handed`` (kept) before the mail
server gets the letter and ``sent`` after. Killed in between, the letter may have arrived: it stays ``handed`` and is
not sent again. What surely did not go out, since the server could not be reached or said no for now, waits and is tried
again after growing pauses. Nothing depends on mail: every notice stands in the product.
"""

import logging
import smtplib
import uuid
from datetime import datetime, timedelta
from time import monotonic
from urllib.parse import urlsplit

from django.conf import settings
from django.core.exceptions import ImproperlyConfigured
from django.core.mail import EmailMultiAlternatives, get_connection
from django.db import transaction
from django.db.models import F
from django.utils import timezone, translation
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from groundwork.access.limits import mail_is_configured
from groundwork.access.models import User
from groundwork.blueprint.elements import one_request
from groundwork.core.clock import now
from groundwork.records.notices import letters
from groundwork.records.notices.choosing import choices_of, free_at, is_quiet, language_of, works_on, zone_of
from groundwork.records.notices.models import Mail, Notice, NoticeChoices

PAUSES = [timedelta(minutes=minutes) for minutes in (1, 5, 15, 60, 240, 720, 1440)]
TURN = 20  # seconds of sending in one turn; the rest goes in the next minute
KEPT = timedelta(days=90)
State = Mail.State
log = logging.getLogger(__name__)


class ServerAway(Exception):
    """The mail server cannot be reached or does not let us in: nothing went out."""


def send_due() -> None:
    """One turn: begin the digests whose hour has come, send what is due, person by person."""
    if not mail_is_configured():
        return
    until = monotonic() + TURN
    with one_request():
        begin_digests()
        due = Mail.objects.waiting().filter(next_at__lte=now()).order_by("next_at", "pk")
        for user_id in dict.fromkeys(due.values_list("user_id", flat=True)[:1000]):
            try:
                send_to(User.objects.get(pk=user_id))
            except ServerAway:
                return
            if monotonic() > until:
                return


def begin_digests() -> None:
    """A digest for everybody whose hour has come today and who has none of today; two queries where there is none."""
    moment = now()
    chosen = {row.pk: row for row in NoticeChoices.objects.all()}
    recent = Mail.objects.filter(day__gte=(moment - timedelta(days=1)).date()).values_list("user_id", "day")
    begun = set(recent)
    for user in User.objects.filter(is_active=True).exclude(email=""):
        choices, zone = chosen.get(user.pk) or NoticeChoices(user=user), zone_of(user)
        local = moment.astimezone(zone)
        is_time = works_on(choices, moment, zone) and local.time() >= choices.digest_at
        if is_time and not is_quiet(choices, moment, zone) and (user.pk, local.date()) not in begun:
            begin_digest(user, local, moment)


def begin_digest(user: User, local: datetime, moment: datetime) -> None:
    """From the end of the last one on. An earlier day's that never went out is taken up into this one."""
    earlier = Mail.objects.filter(user=user, day__lt=local.date())
    earlier.waiting().update(state=State.DROPPED)
    last = earlier.exclude(handed_at=None).order_by("-day").first()
    since = max(last.handed_at, moment - letters.LOOK_BACK) if last and last.handed_at else moment - letters.LOOK_BACK
    Mail.objects.get_or_create(user=user, day=local.date(), defaults={"since_at": since, "next_at": moment})


def send_to(user: User) -> None:
    """Everything that is due for one person: what goes at once in one letter, and the digest. Nothing for whoever may
    not sign in."""
    choices, zone, moment = choices_of(user.pk), zone_of(user), now()
    if not user.is_active:
        Mail.objects.waiting().filter(user=user).update(state=State.DROPPED)
        return
    due = Mail.objects.waiting().filter(user=user, next_at__lte=moment).select_related("notice__by").order_by("pk")
    if (free := free_at(choices, moment, zone)) > moment:
        due.update(next_at=free)
        return
    mails = list(due)
    with translation.override(language_of(user)), timezone.override(zone):
        at_once = [mail for mail in mails if mail.notice is not None]
        if at_once:
            deliver(user, at_once, letters.at_once(user, [mail.notice for mail in at_once], choices), moment)
        for mail in mails:
            if mail.notice is None:
                deliver(user, [mail], letters.digest(user, mail.since_at, choices), moment)


def deliver(user: User, mails: list[Mail], letter: letters.Letter | None, composed: datetime) -> None:
    """Hand one letter over for all these rows, at most once; rows that it does not tell of are not needed any more.

    Raises ServerAway before anything is handed over.
    """
    told = {notice.pk for notice in letter.notices} if letter else set()
    meant = [mail.pk for mail in mails if letter and (mail.notice_id is None or mail.notice_id in told)]
    needless = Mail.objects.waiting().filter(pk__in=[mail.pk for mail in mails]).exclude(pk__in=meant)
    needless.update(state=State.DROPPED, handed_at=composed)
    if not letter or not meant:
        return
    server = connected(meant)
    try:
        ours = claim(meant, letter, composed)
        if ours.exists():
            hand_over(server, user, letter, ours)
    finally:
        close(server)


def connected(pks: list[int]):
    """The mail server, reached and willing. Else the rows are put off, and ServerAway is raised."""
    server = get_connection()
    try:
        server.open()
    except (OSError, smtplib.SMTPException, ImproperlyConfigured, ValueError) as fault:
        put_off(Mail.objects.waiting().filter(pk__in=pks), str(fault))
        log.warning("the mail server cannot be reached: %s", fault)
        raise ServerAway from fault
    return server


def close(server) -> None:
    try:
        server.close()
    except (OSError, smtplib.SMTPException):
        log.debug("the mail server did not say goodbye")


@transaction.atomic
def claim(pks: list[int], letter: letters.Letter, composed: datetime):
    """Of these rows the ones that nobody else took meanwhile, ``handed`` from now on.

    A digest's notices know that they were told, but for those that something was added to since it was put together.
    """
    name = uuid.uuid4().hex
    taken = {"state": State.HANDED, "letter": name, "handed_at": now(), "fault": ""}
    Mail.objects.waiting().filter(pk__in=pks).update(**taken)
    ours = Mail.objects.filter(letter=name)
    if digest := ours.filter(notice=None).first():
        told = [notice.pk for notice in letter.notices]
        Notice.objects.filter(pk__in=told, at__lte=composed).update(digest=digest)
    return ours


def hand_over(server, user: User, letter: letters.Letter, ours) -> None:
    try:
        server.send_messages([message(user, letter, ours.values_list("letter", flat=True)[0])])
    except (smtplib.SMTPResponseException, smtplib.SMTPRecipientsRefused) as fault:
        refused(ours, fault)
    except (OSError, smtplib.SMTPException) as fault:  # broken off midway: it may have arrived
        ours.update(fault=str(fault)[:300])
        log.warning("a mail to person %s was broken off: %s", user.pk, fault)
    except ValueError as fault:  # a header or an address that no mail can have
        ours.update(state=State.FAILED, fault=str(fault)[:300])
        log.warning("a mail to person %s cannot be written: %s", user.pk, fault)
    else:
        ours.update(state=State.SENT)


def message(user: User, letter: letters.Letter, name: str) -> EmailMultiAlternatives:
    """Its id is that of the letter, so that a mail server which got it twice could tell."""
    headers = {
        "Message-ID": f"<{name}@{urlsplit(settings.PUBLIC_URL).hostname}>",
        "Auto-Submitted": "auto-generated",
        "List-Unsubscribe": f"<{letter.choices}>",
    }
    mail = EmailMultiAlternatives(letter.subject, letter.written("txt"), None, [user.email], headers=headers)
    mail.attach_alternative(letter.written("html"), "text/html")
    return mail


def refused(ours, fault: smtplib.SMTPException) -> None:
    """The server said no: for now (RFC 5321: 4xx), or for good. Nothing went out."""
    if isinstance(fault, smtplib.SMTPRecipientsRefused):
        code, said = next(iter(fault.recipients.values()))
    else:
        code, said = fault.smtp_code, fault.smtp_error  # type: ignore[attr-defined]
    text = said.decode("utf-8", "replace") if isinstance(said, bytes) else str(said)
    if 400 <= code < 500:
        put_off(ours, text)
    else:
        ours.update(state=State.FAILED, fault=text[:300])


def put_off(mails, fault: str) -> None:
    """Try again after a pause that grows; after the longest, give up."""
    for mail in list(mails):
        over = mail.attempts >= len(PAUSES)
        Mail.objects.filter(pk=mail.pk).update(
            state=State.FAILED if over else State.WAITING,
            next_at=now() + PAUSES[min(mail.attempts, len(PAUSES) - 1)],
            attempts=F("attempts") + 1, handed_at=None, letter="", fault=fault[:300],
        )  # fmt: skip
        Notice.objects.filter(digest=mail.pk).update(digest=None)


def forget() -> None:
    """What became of a mail is kept for 90 days."""
    Mail.objects.exclude(state=State.WAITING).filter(made_at__lt=now() - KEPT).delete()


def begin_anew(out) -> None:
    """After a restore nothing from before goes out: it may have gone already. It all stands in the product.

    Who never had a mail and has no notice has nothing that could go twice.
    """
    Mail.objects.waiting().update(state=State.DROPPED)
    moment = now()
    told = {*Mail.objects.values_list("user_id", flat=True), *Notice.objects.values_list("user_id", flat=True)}
    for user in User.objects.filter(is_active=True, pk__in=told):
        day = moment.astimezone(zone_of(user)).date()
        over = {"state": State.DROPPED, "handed_at": moment}
        mail, _made = Mail.objects.update_or_create(user=user, day=day, defaults=over)
        Notice.objects.filter(user=user, digest=None).update(digest=mail)
    out.write("Mail: nothing from before is sent again.\n")


def fault() -> str:
    """What an administrator should know of the last week's mail."""
    recent = Mail.objects.filter(made_at__gt=now() - timedelta(days=7))
    failed = recent.filter(state=State.FAILED)
    if not (count := failed.count()):
        return ""
    words = ngettext(
        "%(count)s mail to our people was refused in the last week, the latest with: %(fault)s",
        "%(count)s mails to our people were refused in the last week, the latest with: %(fault)s",
        count,
    )
    latest = failed.order_by("-pk").values_list("fault", flat=True)[0]
    return words % {"count": count, "fault": latest or _("no word")}
