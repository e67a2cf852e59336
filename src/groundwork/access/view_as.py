"""Looking at the product as somebody else: what that person sees, and nothing is changed.

``request.user`` is then the other person and ``request.real_user`` who looks. Unsafe methods are refused, and so is
every statement that would write; the audit log tells when it began and ended, the log of use tells nothing.
"""

import re
import time
from http import HTTPStatus

from django.db import connection
from django.urls import reverse
from django.utils.translation import gettext as _

from groundwork.access import audit, sessions
from groundwork.access.audit import Event
from groundwork.access.models import User
from groundwork.access.people import rank_of
from groundwork.core.refusals import NotAllowed, Refusal
from groundwork.ui.middleware import refused

KEY = "views as"  # in the session of who looks
MINUTES = 60  # then it ends by itself
READS = re.compile(
    r"[\s(]*(SELECT|SAVEPOINT|RELEASE|ROLLBACK|BEGIN|COMMIT|PRAGMA|SET|SHOW|DECLARE|FETCH|CLOSE)\b", re.I
)
WITH, WRITES = re.compile(r"[\s(]*WITH\b", re.I), re.compile(r"\b(INSERT|UPDATE|DELETE)\b", re.I)
KEPT_BY_READING = re.compile(r'\s*\S+ (?:INTO |FROM )?"?(records_use|access_auditen(?:try|d)|django_session)\b', re.I)


def may_view_as(by: User, person: User) -> bool:
    return by.can("configure", "people") and person.is_active and by.is_active and rank_of(person) < rank_of(by)


def is_looked_at(user) -> bool:
    """Does somebody else see what is shown to ``user``? What is for that person alone is left out then."""
    return hasattr(user, "viewed_by")


def begin(request, person: User) -> None:
    """Refused for somebody whose role is not below the own, and for who may not sign in."""
    if not may_view_as(request.user, person):
        raise Refusal(_("One looks only as somebody whose role stands below the own and who may sign in."))
    request.session[KEY] = {"person": person.pk, "at": time.time()}
    audit.record(Event.VIEW_AS, request.user, {"person": person.email}, request)


def end(request) -> None:
    kept = request.session.pop(KEY, None)
    if kept is not None:
        person = User.objects.filter(pk=kept["person"]).first()
        audit.record(Event.VIEW_AS_ENDED, request.user, {"person": person.email if person else ""}, request)


def target(request) -> User | None:
    """Whom the person at the browser looks as; None once that is over or no longer allowed."""
    kept = request.session.get(KEY)
    if kept is None or not request.user.is_authenticated:
        return None
    person = User.objects.filter(pk=kept["person"]).first()
    if person is None or time.time() - kept["at"] > MINUTES * 60 or not may_view_as(request.user, person):
        end(request)
        return None
    return person


class ViewAs:
    """Puts the other person in the place of the one who looks, for everything but ending and signing out."""

    def __init__(self, get_response):
        self.get_response = get_response

    def __call__(self, request):
        person = None
        if request.path not in (reverse("access:view_as_end"), reverse("account_logout")):
            person = target(request)
        if person is None:
            return self.get_response(request)
        sessions.seen(request)  # who looks is here: written before nothing is
        person.viewed_by = request.real_user = User.objects.get(pk=request.user.pk)
        request.user = person
        guard = RefusesWrites()
        with connection.execute_wrapper(guard):
            response = self.get_response(request)
        is_refused = guard.has_refused and response.status_code == HTTPStatus.INTERNAL_SERVER_ERROR
        return refused(request, NotAllowed(sentence())) if is_refused else response

    def process_view(self, request, view, args, kwargs):
        if hasattr(request, "real_user") and request.method not in ("GET", "HEAD", "OPTIONS"):
            return refused(request, NotAllowed(sentence()))
        return None


class RefusesWrites:
    """Around every statement of one request; knows whether it has refused one."""

    has_refused = False

    def __call__(self, execute, sql, params, many, context):
        is_reading = READS.match(sql) or KEPT_BY_READING.match(sql) or (WITH.match(sql) and not WRITES.search(sql))
        if not is_reading:
            self.has_refused = True
            raise NotAllowed(sentence())
        return execute(sql, params, many, context)


def sentence() -> str:
    return _("You are looking as somebody else: nothing is changed. End it first.")
