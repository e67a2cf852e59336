"""The person's language, time zone and theme; the firm's name; the configuration's version once a request.

And: whoever must sign in in two steps sets them up before anything else.
"""

import zoneinfo

from django.conf import settings
from django.contrib.auth import logout
from django.shortcuts import redirect
from django.urls import reverse
from django.utils import timezone, translation
from django_htmx.http import HttpResponseClientRedirect

from groundwork.access import leaving, sessions, two_steps
from groundwork.blueprint.elements import one_request
from groundwork.blueprint.models import Firm


class PersonalSettings:
    def __init__(self, get_response):
        self.get_response = get_response

    def __call__(self, request):
        with one_request():
            firm = Firm.current()
            request.firm = firm
            request.firm_name = firm.name if firm else "Groundwork"
            reader = getattr(request, "real_user", request.user)
            person = reader if reader.is_authenticated else None
            if person and leaving.is_over(person):
                logout(request)
                person = None
            if person and reader is request.user:
                sessions.seen(request)
            language = self._language(request, person, firm)
            zone = (person and person.time_zone) or (firm and firm.time_zone) or "UTC"
            with translation.override(language), timezone.override(zoneinfo.ZoneInfo(zone)):
                request.LANGUAGE_CODE = language
                response = self.get_response(request)
                if hasattr(response, "render") and not response.is_rendered:
                    response = response.render()
            response.headers.setdefault("Content-Language", language)
            return response

    @staticmethod
    def _language(request, person, firm):
        chosen = (person and person.language) or request.COOKIES.get(settings.LANGUAGE_COOKIE_NAME)
        if chosen in dict(settings.LANGUAGES):
            return chosen
        if person and firm:
            return firm.language
        return translation.get_language_from_request(request)


class SecondStepFirst:
    """Whom a role asks for two steps sees nothing but the page that sets them up, until it is done."""

    def __init__(self, get_response):
        self.get_response = get_response

    def __call__(self, request):
        return self.get_response(request)

    def process_view(self, request, view, args, kwargs):
        is_free = getattr(view, "access", "") == "open" or getattr(view, "before_two_steps", False)
        person = getattr(request, "real_user", request.user)
        if is_free or not person.is_authenticated or not two_steps.are_missing(person):
            return None
        if getattr(request, "htmx", False):
            return HttpResponseClientRedirect(reverse("access:two_steps"))
        return redirect("access:two_steps")
