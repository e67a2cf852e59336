"""What the views of this room share: limits on tries, and a form shown again."""

import logging

from allauth.core.internal import ratelimit
from django.conf import settings
from django.core.exceptions import ImproperlyConfigured
from django.core.mail import send_mail
from django.shortcuts import render

log = logging.getLogger(__name__)
BACKEND = settings.AUTHENTICATION_BACKENDS[0]


def page(request, template: str, form=None, **context):
    """A form that does not fit is shown again with status 422."""
    return render(request, template, {"form": form, **context}, status=422 if form is not None and form.errors else 200)


def is_too_many(request, action: str, **limit) -> bool:
    """Has this been tried more often than ACCOUNT_RATE_LIMITS says? Counts this try."""
    return not ratelimit.consume(request, app="allauth.account", action=action, **limit)


def mail_is_configured() -> bool:
    return not settings.EMAIL_BACKEND.endswith(("dummy.EmailBackend", "console.EmailBackend"))


def mailed(subject: str, text: str, to: str) -> bool:
    """Was it sent? A mail server that is away, or set up wrongly, is told in the log and stops nobody's work."""
    try:
        return bool(send_mail(subject, text, None, [to]))
    except (OSError, ImproperlyConfigured, ValueError) as fault:
        log.error("mail to %s was not sent: %s", to, fault)
        return False
