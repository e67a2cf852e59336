"""Signing in and out, the first run, joining, and one's own settings."""

from allauth.account.views import AccountInactiveView, LoginView, LogoutView
from django.conf import settings
from django.contrib.auth import login, update_session_auth_hash
from django.http import Http404
from django.shortcuts import redirect, render
from django.urls import NoReverseMatch, reverse
from django.utils.http import url_has_allowed_host_and_scheme
from django.utils.translation import get_language
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_POST

from groundwork.access import audit, firstrun, links, people, sessions
from groundwork.access.audit import Event
from groundwork.access.doors import open_to_all, signed_in
from groundwork.access.forms import (
    FirstRunForm,
    ForgottenForm,
    JoinForm,
    LanguageForm,
    MeForm,
    PasswordForm,
    PasswordFromLinkForm,
    SignInForm,
    ThemeForm,
)  # fmt: skip
from groundwork.access.limits import BACKEND, is_too_many, mail_is_configured, mailed, page
from groundwork.access.menu import own_pages
from groundwork.access.models import User
from groundwork.access.ready import outlines
from groundwork.access.signin import remember_browser
from groundwork.access.two_step_views import ask_for_code
from groundwork.core.refusals import Refusal
from groundwork.ui.notices import said

SECRETS = ("password", "again", "now")


class SignIn(LoginView):
    template_name = "access/sign_in.html"
    form_class = SignInForm

    def form_valid(self, form):
        if form.user.is_active and form.user.two_steps_since:
            return ask_for_code(self.request, form.user, self.request.POST.get("next", ""), "password")
        response = super().form_valid(form)
        user = self.request.user
        if user.is_authenticated:
            audit.record(Event.SIGNED_IN, user, {}, self.request)
            sessions.begin(self.request, user)
            remember_browser(self.request, response, user)
        return response

    def form_invalid(self, form):
        return self.render_to_response(self.get_context_data(form=form), status=422)


class SignOut(LogoutView):
    template_name = "access/sign_out.html"

    def post(self, *args, **kwargs):
        if self.request.user.is_authenticated:
            audit.record(Event.SIGNED_OUT, self.request.user, {}, self.request)
            sessions.forget(self.request)
        return super().post(*args, **kwargs)


sign_in = open_to_all(SignIn.as_view())
sign_out = open_to_all(SignOut.as_view())
not_let_in = open_to_all(AccountInactiveView.as_view(template_name="access/not_let_in.html"))


@open_to_all
def forgotten(request):
    """A link by mail; where no mail is set up, the advice to ask an administrator. Tells nobody who is known here."""
    if not mail_is_configured():
        return page(request, "access/ask_administrator.html")
    form = ForgottenForm(request.POST or None)
    if request.method != "POST" or not form.is_valid():
        return page(request, "access/forgotten.html", form)
    email = form.cleaned_data["email"].lower()
    person = User.objects.filter(email__iexact=email, is_active=True).first()
    if person and not is_too_many(request, "reset_password", key=email):
        address = people.password_link(person, by=None, hours=2, request=request)
        words = _("Set a new password within two hours: %(address)s") % {"address": address}
        mailed(_("A new password for Groundwork"), words, person.email)
    return page(request, "access/mail_sent.html")


@never_cache
@open_to_all
@sensitive_post_parameters(*SECRETS)
def first_run(request, token):
    link = firstrun.find(token)
    if link is None:
        return render(request, "access/link_ended.html", {"first": True}, status=404)
    language = get_language()
    form = FirstRunForm(request.POST or None, initial={"language": language, **firstrun.LIKELY.get(language, {})})
    if request.method != "POST" or not form.is_valid():
        return page(request, "access/first_run.html", form, templates=outlines())
    start = form.cleaned_data.get("start", "")
    user = firstrun.begin(link, firm=form.firm_facts, person=form.person_facts, start=start, request=request)
    return let_in(request, user, firstrun.starts[start].leads_to if start else "access:welcome")


def let_in(request, user, where: str):
    """Sign in who just came through a link; the browser is known from now on. A link does not spare the second step."""
    if user.two_steps_since:
        return ask_for_code(request, user, reverse(where), "link")
    login(request, user, backend=BACKEND)
    audit.record(Event.SIGNED_IN, user, {"by": "link"}, request)
    sessions.begin(request, user)
    return remember_browser(request, redirect(where), user)


@signed_in
def welcome(request):
    return render(
        request,
        "access/welcome.html",
        {"import_url": url_of("imports:start"), "may_import": request.user.can("create", "import")},
    )


def url_of(name: str) -> str:
    try:
        return reverse(name)
    except NoReverseMatch:
        return ""


@never_cache
@open_to_all
@sensitive_post_parameters(*SECRETS)
def join(request, token):
    link = links.find(token)
    if link is None or link.first or link.person_id:
        return render(request, "access/link_ended.html", status=404)
    form = JoinForm(request.POST or None, link=link)
    if request.method != "POST" or not form.is_valid():
        return page(request, "access/join.html", form)
    facts = {key: form.cleaned_data[key] for key in ("name", "email", "password")}
    user = people.join(link, **facts, request=request)
    return let_in(request, user, "access:welcome")


@never_cache
@open_to_all
@sensitive_post_parameters(*SECRETS)
def password_from_link(request, token):
    link = links.find(token)
    if link is None or link.person is None or not link.person.is_active:
        return render(request, "access/link_ended.html", status=404)
    form = PasswordFromLinkForm(request.POST or None, person=link.person)
    if request.method != "POST" or not form.is_valid():
        return page(request, "access/new_password.html", form)
    people.set_password(link.person, form.cleaned_data["password"], link=link, request=request)
    return let_in(request, link.person, "access:me")


@signed_in
def me(request):
    form = MeForm(request.POST or None, instance=User.objects.get(pk=request.user.pk))
    if request.method != "POST" or not form.is_valid():
        return page(request, "access/me.html", form, own_pages=own_pages)
    form.save()
    said(request, _("Saved."))
    return remember_language(redirect("access:me"), form.instance.language)


@signed_in
@never_cache
@sensitive_post_parameters(*SECRETS)
def password(request):
    """Asks for the password now, ten times an hour at most."""
    person = User.objects.get(pk=request.user.pk)
    if request.method == "POST" and is_too_many(request, "change_password", user=person):
        raise Refusal(_("Too many tries. Wait an hour."))
    form = PasswordForm(request.POST or None, person=person)
    if request.method != "POST" or not form.is_valid():
        return page(request, "access/password.html", form)
    people.set_password(person, form.cleaned_data["password"], request=request)
    update_session_auth_hash(request, person)
    sessions.keep_key(request)
    said(request, _("The new password holds from now on; everywhere else you are signed out."))
    return redirect("access:me")


@require_POST
@open_to_all
def language(request):
    form = LanguageForm(request.POST)
    if not form.is_valid():
        raise Http404
    chosen = form.cleaned_data["language"]
    if request.user.is_authenticated:
        User.objects.filter(pk=request.user.pk).update(language=chosen)
    return remember_language(redirect(where_from(request)), chosen)


def remember_language(response, chosen: str):
    if chosen:
        response.set_cookie(
            settings.LANGUAGE_COOKIE_NAME,
            chosen,
            max_age=365 * 24 * 3600,
            samesite="Lax",
            secure=settings.SESSION_COOKIE_SECURE,
        )
    return response


@require_POST
@signed_in
def theme(request):
    form = ThemeForm(request.POST)
    if not form.is_valid():
        raise Http404
    User.objects.filter(pk=request.user.pk).update(theme=form.cleaned_data["theme"])
    return redirect(where_from(request))


def where_from(request) -> str:
    """``next`` where it is an address of ours; else the start page."""
    address = request.POST.get("next", "")
    is_ours = url_has_allowed_host_and_scheme(address, {request.get_host()}, require_https=request.is_secure())
    return address if is_ours else "/"
