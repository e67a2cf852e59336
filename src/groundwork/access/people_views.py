"""People, departments, roles, our firm, and the audit log."""

from django.db import transaction
from django.db.models import Count, Q
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_POST

from groundwork.access import audit, leaving, sessions
from groundwork.access import people as acts
from groundwork.access.doors import allowed
from groundwork.access.forms import DepartmentForm, FirmForm, LeaveForm, PersonForm
from groundwork.access.limits import page
from groundwork.access.models import Department, Invitation, User
from groundwork.access.roles import refuse_unless_configurator
from groundwork.access.session_views import told as told_session
from groundwork.access.view_as import may_view_as
from groundwork.blueprint.elements import raise_config_version
from groundwork.core.languages import day
from groundwork.ui.notices import said
from groundwork.ui.table import Cell, Column, Empty, Row, Table


@allowed("view", "people")
def people(request):
    everybody = User.objects.select_related("department").prefetch_related("roles").order_by("-is_active", "name", "pk")
    waiting = Invitation.objects.open().filter(first=False, person=None).select_related("invited_by")
    context = {
        "table": people_table(everybody),
        "waiting": waiting.prefetch_related("roles").order_by("pk"),
        "may": may_configure(request),
    }
    return render(request, "access/people.html", context)


def may_configure(request) -> bool:
    return request.user.can("configure", "people")


def people_table(everybody) -> Table:
    here, gone, left = _("may sign in"), _("may not sign in"), _("has left")
    rows = [
        Row(
            [
                Cell(str(person), sub=person.email),
                Cell(", ".join(str(role) for role in person.roles.all())),
                Cell(str(person.department or "")),
                state_of(person, here, gone, left),
            ],
            key=str(person.pk), href=reverse("access:person", args=[person.pk]),
        )
        for person in everybody
    ]  # fmt: skip
    columns = [
        Column("name", _("Name"), main=True),
        Column("roles", _("Roles")),
        Column("department", _("Department")),
        Column("state", _("State")),
    ]
    return Table(columns, rows, id="people")


def state_of(person: User, here: str, gone: str, left: str) -> Cell:
    if person.is_active:
        until = _("until %(day)s") % {"day": day(person.leaves_on)} if person.leaves_on else ""
        return Cell(here, kind="muted", sub=until)
    return Cell(left, kind="muted", sub=day(person.left_on)) if person.left_on else Cell(gone, kind="warn")


@allowed("view", "people")
def person(request, pk):
    shown = get_object_or_404(User, pk=pk)
    if request.method == "POST":
        refuse_unless_configurator(request.user)
    elif not may_configure(request):
        return page(request, "access/person.html", person=shown)
    form = PersonForm(request.POST or None, instance=User.objects.get(pk=pk), by=request.user)
    if request.method != "POST" or not form.is_valid():
        browsers = [told_session(row, request) for row in sessions.of(shown)]
        may = may_view_as(request.user, shown)
        return page(request, "access/person.html", form, person=shown, sessions=browsers, may_view_as=may)
    acts.change_person(shown, by=request.user, **form.cleaned_data, request=request)
    said(request, _("Saved."))
    return redirect("access:people")


@never_cache
@allowed("configure", "people")
def leave(request, pk):
    """First what happens, then the act."""
    shown = get_object_or_404(User.objects.select_related("department"), pk=pk)
    leaving.refuse_unless_it_may_be(shown, request.user)
    held = leaving.held_by(shown)
    form = LeaveForm(request.POST or None, person=shown, held=held)
    if request.method != "POST" or not form.is_valid():
        return page(request, "access/leave.html", form, person=shown, happens=happens(shown))
    on = form.cleaned_data["on"]
    if on > leaving.firm_day():
        leaving.plan(shown, by=request.user, on=on, takers=form.takers, request=request)
        said(request, _("%(name)s works until the end of %(day)s and then leaves.") % {"name": shown, "day": day(on)})
        return redirect("access:person", pk)
    undo = leaving.leave(shown, by=request.user, on=on, takers=form.takers, request=request)
    words = _("%(name)s has left. What %(name)s owned is handed over.") if undo or not held else _("%(name)s has left.")
    said(request, words % {"name": shown}, undo_url=undo)
    return redirect("access:people")


@require_POST
@allowed("configure", "people")
def call_off(request, pk):
    shown = get_object_or_404(User, pk=pk)
    leaving.call_off(shown, by=request.user, request=request)
    said(request, _("%(name)s stays.") % {"name": shown})
    return redirect("access:person", pk)


def happens(person: User) -> list[str]:
    """What leaving does, before it is done."""
    browsers, invitations = sessions.of(person).count(), leaving.open_invitations(person).count()
    lines = [
        ngettext("%(count)s browser is signed out.", "%(count)s browsers are signed out.", browsers)
        % {"count": browsers},
        ngettext("%(count)s open link is withdrawn.", "%(count)s open links are withdrawn.", invitations)
        % {"count": invitations},
    ]
    lines += [
        _("The department %(name)s has no head any more.") % {"name": department} for department in person.heads.all()
    ]
    return [*lines, _("Records go to whom you choose; each keeps its department. That can be taken back.")]


@never_cache
@require_POST
@allowed("configure", "people")
def password_link(request, pk):
    shown = get_object_or_404(User, pk=pk, is_active=True)
    address = acts.password_link(shown, by=request.user, request=request)
    return render(request, "access/link.html", {"address": address, "for_whom": shown.email})


@allowed("view", "people")
def departments(request):
    counted = Department.objects.select_related("head").annotate(
        members=Count("people", filter=Q(people__is_active=True))
    )
    may = may_configure(request)
    rows = [
        Row(
            [
                Cell("\u2003" * (one.path.count("/") - 2) + one.name),
                Cell(str(one.head or "")),
                Cell(str(one.members), kind="number"),
            ],
            key=str(one.pk), href=reverse("access:department", args=[one.pk]) if may else "",
        )
        for one in counted
    ]  # fmt: skip
    columns = [
        Column("name", _("Department"), main=True),
        Column("head", _("Head")),
        Column("people", _("People"), numeric=True),
    ]
    nothing = Empty(
        _("Departments say who sees whose work"), _("A head sees what the own department and those below it do."),
        _("New department") if may else "", reverse("access:department_new") if may else "",
    )  # fmt: skip
    return render(
        request, "access/departments.html", {"table": Table(columns, rows, empty=nothing, id="departments"), "may": may}
    )


@allowed("configure", "people")
def department(request, pk=None):
    shown = get_object_or_404(Department, pk=pk) if pk else None
    form = DepartmentForm(request.POST or None, instance=shown)
    if request.method != "POST" or not form.is_valid():
        return page(request, "access/department.html", form, department=Department.objects.filter(pk=pk).first())
    acts.save_department(form.instance, by=request.user, request=request)
    said(request, _("Saved."))
    return redirect("access:departments")


@allowed("configure", "settings")
def firm(request):
    form = FirmForm(request.POST or None, instance=request.firm)
    if request.method != "POST" or not form.is_valid():
        return page(request, "access/firm.html", form)
    with transaction.atomic():
        form.instance.pk = 1
        form.save()
        raise_config_version()
        audit.record(
            audit.Event.FIRM_CHANGED,
            request.user,
            {key: str(form.cleaned_data[key]) for key in form.changed_data},
            request,
        )
    said(request, _("Saved."))
    return redirect("access:firm")
