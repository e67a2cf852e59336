"""The browsers in which people are signed in: what is known of each, and how it is signed out.

A row stands beside Django's own of the same session. When a person was last seen is written every five minutes at most.
"""

import time
from importlib import import_module

from django.conf import settings
from django.contrib.sessions.models import Session
from django.db import transaction
from django.utils.translation import gettext as _

from groundwork.access import audit
from groundwork.access.audit import Event
from groundwork.access.models import BrowserSession, User
from groundwork.access.people import end_sessions
from groundwork.core.clock import now

OWN = "browser"  # in Django's session: the key of its BrowserSession
SEEN_EVERY = 300  # seconds
_seen: dict[int, float] = {}  # of this process: when each browser's row was written

PROGRAMS = {
    "Edg": "Edge",
    "OPR": "Opera",
    "YaBrowser": "Yandex",
    "Firefox": "Firefox",
    "Chrome": "Chrome",
    "Safari": "Safari",
}
MACHINES = {
    "iPhone": "iPhone", "iPad": "iPad", "Android": "Android",
    "Windows": "Windows", "Mac OS X": "Mac", "Linux": "Linux",
}  # fmt: skip


def begin(request, user: User) -> None:
    """Note the browser in which ``user`` has just signed in."""
    request.session.save()  # it has a key from now on
    row = BrowserSession.objects.create(
        user=user, key=request.session.session_key, address=audit.address_of(request),
        browser=request.headers.get("User-Agent", "")[:300], begun_at=now(), seen_at=now(),
    )  # fmt: skip
    request.session[OWN] = row.pk
    _seen[row.pk] = time.monotonic()


def keep_key(request) -> None:
    """The session got a new key (a password was changed): its row follows."""
    if own := request.session.get(OWN):
        request.session.save()
        BrowserSession.objects.filter(pk=own).update(key=request.session.session_key)


def seen(request) -> None:
    """Note that the person is here, unless that was noted in the last five minutes."""
    own, moment = request.session.get(OWN), time.monotonic()
    if own is None or moment - _seen.get(own, -SEEN_EVERY) < SEEN_EVERY:
        return
    if len(_seen) > 10_000:
        _seen.clear()
    _seen[own] = moment
    BrowserSession.objects.filter(pk=own).update(seen_at=now(), address=audit.address_of(request))


def of(user: User):
    """Where ``user`` is signed in now, the latest seen first."""
    alive = Session.objects.filter(expire_date__gt=now()).values("session_key")
    return BrowserSession.objects.filter(user=user, key__in=alive).order_by("-seen_at", "-pk")


def end(row: BrowserSession, *, by: User, request=None) -> None:
    """Sign one browser out; its next request is refused."""
    import_module(settings.SESSION_ENGINE).SessionStore(row.key).delete()
    row.delete()
    audit.record(Event.SESSION_ENDED, by, {"person": row.user.email, "browser": words_for(row.browser)}, request)


@transaction.atomic
def end_all(person: User, *, by: User, request=None) -> None:
    """Sign the person out everywhere."""
    end_sessions(person)
    audit.record(Event.SESSION_ENDED, by, {"person": person.email, "browser": _("all")}, request)


def forget(request) -> None:
    """The person signs out here."""
    BrowserSession.objects.filter(pk=request.session.get(OWN)).delete()


def words_for(browser: str) -> str:
    """What a browser says of itself, in two words: "Firefox, Windows"."""
    program = next((name for sign, name in PROGRAMS.items() if f"{sign}/" in browser), "")
    machine = next((name for sign, name in MACHINES.items() if sign in browser), "")
    return ", ".join(word for word in (program, machine) if word) or _("unknown browser")


def tidy() -> None:
    """Sessions that are over are forgotten; a daily job."""
    import_module(settings.SESSION_ENGINE).SessionStore.clear_expired()
    BrowserSession.objects.exclude(key__in=Session.objects.values("session_key")).delete()
