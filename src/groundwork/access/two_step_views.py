"""Signing in in two steps: set up, asked for at the door, turned off."""

import time

from django.contrib.auth import login
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.http import url_has_allowed_host_and_scheme
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_POST

from groundwork.access import audit, people, sessions, two_steps
from groundwork.access.audit import Event
from groundwork.access.doors import allowed, open_to_all, signed_in
from groundwork.access.forms import CodeForm, TwoStepsForm
from groundwork.access.limits import BACKEND, is_too_many, page
from groundwork.access.models import User
from groundwork.access.signin import remember_browser
from groundwork.core.refusals import Refusal
from groundwork.ui.notices import said

HALF = "half signed in"  # in the session: who has given the password, and when
SALT = "salt of two steps"  # in the session, until the first code is given
MINUTES = 10


def ask_for_code(request, user: User, where: str, how: str):
    """The password, or a link, was right: now the code."""
    request.session.cycle_key()
    sealed = user.get_session_auth_hash()
    request.session[HALF] = {"person": user.pk, "at": time.time(), "where": where, "how": how, "sealed": sealed}
    return redirect("access:second_step")


def half_signed_in(request) -> User | None:
    half = request.session.get(HALF)
    if half is None or time.time() - half["at"] > MINUTES * 60:
        return None
    person = User.objects.filter(pk=half["person"], is_active=True).exclude(two_steps_since=None).first()
    return person if person and person.get_session_auth_hash() == half["sealed"] else None


@never_cache
@open_to_all
@sensitive_post_parameters("code")
def second_step(request):
    person = half_signed_in(request)
    if person is None:
        return redirect("account_login")
    form = CodeForm(request.POST or None)
    if request.method != "POST" or not form.is_valid():
        return page(request, "access/second_step.html", form)
    if not code_fits(request, person, form):
        return page(request, "access/second_step.html", form)
    half = request.session.pop(HALF)
    login(request, person, backend=BACKEND)
    audit.record(Event.SIGNED_IN, person, {"by": half["how"], "steps": 2}, request)
    sessions.begin(request, person)
    is_ours = url_has_allowed_host_and_scheme(half["where"], {request.get_host()}, require_https=request.is_secure())
    return remember_browser(request, redirect(half["where"] if is_ours else "/"), person)


def code_fits(request, person: User, form: CodeForm) -> bool:
    """Guessing is slow: five tries in ten minutes, from wherever."""
    if is_too_many(request, "second_step", key=str(person.pk)):
        raise Refusal(_("Too many tries. Wait ten minutes."))
    if two_steps.takes(person, form.cleaned_data["code"], request):
        return True
    audit.record(Event.CODE_WRONG, person, {}, request)
    form.add_error("code", _("This code does not fit, or was used already. Wait for the next one."))
    return False


@never_cache
@signed_in
@sensitive_post_parameters("now", "code")
def own(request):
    """Set up where it is off; new recovery codes or off where it is on."""
    person = User.objects.get(pk=request.user.pk)
    return change(request, person) if person.two_steps_since else set_up(request, person)


def set_up(request, person: User):
    salt = request.session.setdefault(SALT, two_steps.new_salt())
    if request.method == "POST" and is_too_many(request, "change_password", user=person):
        raise Refusal(_("Too many tries. Wait an hour."))
    form = TwoStepsForm(request.POST or None, person=person)
    codes = None
    if request.method == "POST" and form.is_valid():
        codes = two_steps.set_up(person, salt=salt, code=form.cleaned_data["code"], request=request)
        if codes is None:
            form.add_error("code", _("This code does not fit. Is the time on your phone right?"))
    if codes is None:
        secret = two_steps.secret_from(person, salt)
        picture = two_steps.picture(two_steps.address(secret, person, request.firm_name))
        spaced = " ".join(secret[place : place + 4] for place in range(0, len(secret), 4))
        is_asked = two_steps.are_missing(person)
        return page(request, "access/two_steps_new.html", form, picture=picture, secret=spaced, is_asked=is_asked)
    del request.session[SALT]
    return render(request, "access/recovery_codes.html", {"codes": codes})


own.before_two_steps = True  # type: ignore[attr-defined]  # the one page for whom a role asks to set them up


def change(request, person: User):
    form = CodeForm(request.POST or None)
    context = {"left": two_steps.codes_left(person), "since": person.two_steps_since}
    if request.method != "POST" or not form.is_valid() or not code_fits(request, person, form):
        return page(request, "access/two_steps.html", form, **context)
    if "off" in request.POST:
        two_steps.turn_off(person, by=person, request=request)
        said(request, _("Your password is enough from now on."))
        return redirect("access:me")
    return render(request, "access/recovery_codes.html", {"codes": two_steps.recovery_anew(person, request=request)})


@require_POST
@allowed("configure", "people")
def reset(request, pk):
    """For somebody who lost the phone and the recovery codes."""
    person = get_object_or_404(User, pk=pk)
    people.refuse_oneself(request.user, person)
    two_steps.turn_off(person, by=request.user, request=request)
    said(request, _("%(name)s signs in with the password alone, until two steps are set up again.") % {"name": person})
    return redirect("access:person", pk)
