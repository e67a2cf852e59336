"""Inviting: one person, many at once from a table, and what becomes of links that wait."""

from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_POST

from groundwork.access import inviting
from groundwork.access import people as acts
from groundwork.access.doors import allowed
from groundwork.access.forms import InviteForm, InviteManyForm
from groundwork.access.limits import mail_is_configured, page
from groundwork.access.models import Invitation
from groundwork.ui.notices import said
from groundwork.ui.table import Cell, Column, Row, Table


@never_cache
@allowed("configure", "people")
def invite(request):
    form = InviteForm(request.POST or None, by=request.user)
    if request.method != "POST" or not form.is_valid():
        return page(request, "access/invite.html", form)
    token = acts.invite(by=request.user, **form.cleaned_data, request=request)
    return shown_link(request, form.cleaned_data["email"], inviting.address_of(token))


def shown_link(request, email: str, address: str):
    """The link, told only now; and sent, where mail is set up."""
    is_sent = mail_is_configured() and inviting.send(email, address, by=request.user, firm=request.firm_name)
    context = {"address": address, "for_whom": email, "joins": True, "is_sent": is_sent}
    return render(request, "access/link.html", context)


@never_cache
@allowed("configure", "people")
def invite_many(request):
    """First the verdict of every line, then the links."""
    form = InviteManyForm(request.POST or None, request.FILES or None)
    if request.method != "POST" or not form.is_valid():
        return page(request, "access/invite_many.html", form)
    text = form.cleaned_data["lines"]
    lines = inviting.read(text, by=request.user)
    good = [line for line in lines if not line.fault]
    if "make" in request.POST and good:
        made = inviting.invite_all(lines, by=request.user, request=request)
        return render(request, "access/invited.html", {"table": links_table(request, made), "count": len(made)})
    again = InviteManyForm(initial={"lines": text})
    context = {"table": verdicts(lines), "good": len(good), "wrong": len(lines) - len(good), "text": text}
    return page(request, "access/invite_many.html", again, **context)


def verdicts(lines) -> Table:
    columns = [
        Column("email", _("E-mail"), main=True), Column("department", _("Department")), Column("roles", _("Roles")),
        Column("verdict", _("What happens")), Column("line", _("Line"), numeric=True),
    ]  # fmt: skip
    rows = [
        Row([
            Cell(line.email), Cell(str(line.department or "")), Cell(", ".join(map(str, line.roles))),
            Cell(line.fault, kind="bad") if line.fault
            else Cell(_("a new link; the earlier one ends") if line.replaces else _("a link"), kind="muted"),
            Cell(str(line.number), kind="number"),
        ])
        for line in lines
    ]  # fmt: skip
    return Table(columns, rows, id="verdicts")


def links_table(request, made) -> Table:
    """Every link, told only now; and whether it was sent."""
    is_mailing = mail_is_configured()
    rows = []
    for line, address in made:
        is_sent = is_mailing and inviting.send(line.email, address, by=request.user, firm=request.firm_name)
        rows.append(Row([Cell(line.email), Cell(address), Cell(_("sent") if is_sent else _("send it yourself"))]))
    columns = [Column("email", _("E-mail"), main=True), Column("link", _("Link")), Column("sent", _("Mail"))]
    return Table(columns, rows, id="invited")


def waiting_link(pk: int) -> Invitation:
    return get_object_or_404(Invitation.objects.open(), pk=pk, first=False, person=None)


@require_POST
@allowed("configure", "people")
def withdraw(request, pk):
    link = waiting_link(pk)
    inviting.withdraw(link, by=request.user, request=request)
    said(request, _("The link for %(email)s works no more.") % {"email": link.email})
    return redirect("access:people")


@never_cache
@require_POST
@allowed("configure", "people")
def renew(request, pk):
    link = waiting_link(pk)
    return shown_link(request, link.email, inviting.renew(link, by=request.user, request=request))
