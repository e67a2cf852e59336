"""How people sign in: by e-mail and password through allauth; nobody signs up without an invitation.

Guessing is slow, and yet the owner is not locked out: tries from a browser in which the person has signed in before are
counted apart from all others. Per account and hour at most 60 tries of strangers and 36 of known browsers are checked.
"""

from allauth.account.adapter import DefaultAccountAdapter
from allauth.core.internal import ratelimit
from django.core.cache import cache
from django.core.signing import BadSignature, dumps, loads
from django.utils.translation import gettext_lazy as _

from groundwork.access import audit
from groundwork.access.audit import Event

COOKIE = "groundwork_known"
COOKIE_AGE = 400 * 24 * 3600  # what browsers allow
SALT = "groundwork.access.known"
STRANGER, KNOWN = "login_failed", "login_failed_known"  # names of limits in ACCOUNT_RATE_LIMITS


class Adapter(DefaultAccountAdapter):
    error_messages = {
        **DefaultAccountAdapter.error_messages,
        "account_inactive": _("You may not sign in any more. Ask an administrator."),
        "invalid_login": _("Type the e-mail address that you sign in with."),
        "rate_limited": _("Too many tries. Wait ten minutes, or ask an administrator for a link."),
        "email_password_mismatch": _("The e-mail or the password does not fit."),
        "too_many_login_attempts": _("Too many tries. Wait ten minutes, or ask an administrator for a link."),
    }

    def is_open_for_signup(self, request):
        return False

    def get_client_ip(self, request):
        return audit.address_of(request) or "unknown"

    def add_message(self, *args, **kwargs):
        """allauth greets; we do not."""

    def pre_authenticate(self, request, **credentials):
        email = credentials.get("email", "").lower()
        known = email in known_emails(request)
        self._login_failed_rl_usage = ratelimit.consume(
            request, app="allauth.account", action=KNOWN if known else STRANGER, key=email
        )
        if not self._login_failed_rl_usage:
            self._say_once(request, email)
            raise self.validation_error("too_many_login_attempts")

    def _say_once(self, request, email):
        """The log says that a limit was reached once in ten minutes, however often somebody tries."""
        if cache.add(f"limited:{audit.address_of(request)}", True, 600):
            audit.record(Event.LIMITED, None, {"email": email[:254]}, request)

    def authentication_failed(self, request, **credentials):
        audit.record(Event.FAILED, None, {"email": credentials.get("email", "")[:254]}, request)


def known_emails(request) -> list[str]:
    """Who signed in before in this browser, as its signed cookie says; the last five."""
    try:
        said = loads(request.COOKIES.get(COOKIE, ""), salt=SALT, max_age=COOKIE_AGE)
    except BadSignature:
        return []
    return said if isinstance(said, list) else []


def remember_browser(request, response, user):
    """Let this browser's next tries count apart from those of strangers."""
    emails = [user.email.lower(), *(email for email in known_emails(request) if email != user.email.lower())]
    response.set_cookie(
        COOKIE,
        dumps(emails[:5], salt=SALT),
        max_age=COOKIE_AGE,
        secure=request.is_secure(),
        httponly=True,
        samesite="Lax",
    )
    return response
