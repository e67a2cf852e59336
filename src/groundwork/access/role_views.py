"""Roles: what each may see and do, and roles of the firm's own."""

from django.db.models import Count, Q
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import pgettext
from django.views.decorators.http import require_POST

from groundwork.access import roles as acts
from groundwork.access.doors import allowed
from groundwork.access.forms import NewRoleForm, RoleForm
from groundwork.access.limits import page
from groundwork.access.models import Role, Verb
from groundwork.access.people import rank_of
from groundwork.access.presets import all_things
from groundwork.blueprint.models import ElementRevision
from groundwork.ui.forms import ReasonForm
from groundwork.ui.notices import said
from groundwork.ui.table import Cell, Column, Row, Table


@allowed("view", "people")
def roles(request):
    counted = Role.objects.annotate(members=Count("people", filter=Q(people__is_active=True), distinct=True))
    in_use, archived = pgettext("a role", "in use"), pgettext("a role", "archived")
    rows = [
        Row(
            [
                Cell(str(role)),
                Cell(str(role.members), kind="number"),
                Cell(archived, kind="chip") if role.archived_at else Cell(in_use, kind="muted"),
            ],
            key=role.key, href=reverse("access:role", args=[role.key]),
        )
        for role in sorted(counted.order_by("-rank", "key"), key=lambda role: bool(role.archived_at))
    ]  # fmt: skip
    columns = [
        Column("name", _("Role"), main=True),
        Column("people", _("People"), numeric=True),
        Column("state", _("State")),
    ]
    may = request.user.can("configure", "people")
    return render(request, "access/roles.html", {"table": Table(columns, rows, id="roles"), "may": may})


@allowed("configure", "people")
def role_new(request):
    form = NewRoleForm(request.POST or None)
    if request.method != "POST" or not form.is_valid():
        return page(request, "access/role_new.html", form)
    made = acts.make_role(**form.cleaned_data, by=request.user, request=request)
    said(request, _("The role is there. Set what it may do, then give it to somebody."))
    return redirect("access:role", key=made.key)


@allowed("view", "people")
def role(request, key):
    shown = get_object_or_404(Role, key=key)
    form = RoleForm(request.POST if request.method == "POST" else None, role=shown, things=all_things())
    if request.method == "POST":
        acts.refuse_unless_configurator(request.user)
        acts.refuse_to_change(shown, request.user)
        if form.is_valid():
            acts.change_role(shown, by=request.user, **form.facts, request=request)
            said(request, _("Saved. It holds from the next click of everybody with this role."))
            return redirect("access:role", key=key)
    return page(request, "access/role.html", form, **about(get_object_or_404(Role, key=key), request.user))


def about(shown: Role, user) -> dict:
    """What the page of a role shows beside its form."""
    history = ElementRevision.objects.filter(element__key=f"role:{shown.key}").select_related("by").order_by("-number")
    return {
        "role": shown,
        "may": user.can("configure", "people") and acts.may_change(shown, user),
        "verbs": Verb.labels,
        "history": history[:20],
        "members": shown.people.filter(is_active=True),
        "asking": ReasonForm(auto_id="asking_%s"),
        "closing": ReasonForm(auto_id="closing_%s"),
        "may_ask": user.can("configure", "people") and shown.rank <= rank_of(user),
    }


@require_POST
@allowed("configure", "people")
def role_archive(request, key):
    return closing(request, key, acts.archive_role, _("The role is archived: nobody gets it any more."))


@require_POST
@allowed("configure", "people")
def role_restore(request, key):
    return closing(request, key, acts.restore_role, _("The role is in use again."))


def closing(request, key, act, done: str):
    shown, form = get_object_or_404(Role, key=key), ReasonForm(request.POST, auto_id="closing_%s")
    if not form.is_valid():
        unchanged = RoleForm(role=shown, things=all_things())
        context = about(shown, request.user) | {"form": unchanged, "closing": form}
        return render(request, "access/role.html", context, status=422)
    act(shown, by=request.user, reason=form.cleaned_data["reason"], request=request)
    said(request, done)
    return redirect("access:roles")


@require_POST
@allowed("configure", "people")
def role_two_steps(request, key):
    def turn(shown, **facts):
        acts.ask_two_steps(shown, asks=not shown.two_steps, **facts)

    return closing(request, key, turn, _("Saved. It holds from the next click of everybody with this role."))
