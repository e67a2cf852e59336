"""The screens of acts over many records: how many, what exactly, how far it is, and what stayed as it was."""

from django import forms
from django.core.exceptions import PermissionDenied
from django.http import Http404, QueryDict
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext
from django.views.decorators.http import require_GET, require_POST
from django_htmx.http import HttpResponseClientRedirect

from groundwork.access import audit
from groundwork.background.models import Run
from groundwork.core import languages
from groundwork.core.refusals import Refusal
from groundwork.records.editing import open_fields
from groundwork.records.forms import form_for
from groundwork.records.lists import bulk, exports
from groundwork.records.lists.listing import Listing, picked
from groundwork.records.lists.saved_views import query_of
from groundwork.records.lists.views import FILES, as_file
from groundwork.records.types import route
from groundwork.records.use import note_use
from groundwork.records.views import of_type
from groundwork.ui.forms import PlainErrors
from groundwork.ui.notices import said

OFFERED = ("edit", "archive", "restore", *(f"export_{form}" for form in FILES))


class BulkForm(PlainErrors, forms.Form):
    """What comes from the list: the act, what it is done to, and whether it is confirmed."""

    act = forms.ChoiceField(choices=[(act, act) for act in OFFERED])
    all = forms.BooleanField(required=False)
    query = forms.CharField(required=False, max_length=8000)
    field = forms.CharField(required=False, max_length=60)
    shown = forms.IntegerField(required=False, min_value=0)  # how many the preview said that the list finds
    go = forms.BooleanField(required=False)


TITLES = {
    "edit": gettext_lazy("Change a field"),
    "archive": gettext_lazy("Archive"),
    "restore": gettext_lazy("Put back"),
}


@require_POST
@of_type("view")
def bulk_act(request, kind):
    """Shows how many it would change; with ``go`` does it."""
    asked = BulkForm(request.POST)
    if not asked.is_valid():
        raise Refusal(_("Choose what to do with the ticked rows."))
    said_so = asked.cleaned_data
    picks = {} if said_so["all"] else picked(request.POST.getlist("pick"))
    if not picks and not said_so["all"]:
        raise Refusal(_("Tick the rows first."))
    act, query = said_so["act"], query_of(QueryDict(said_so["query"]))
    if act.startswith("export_"):
        return _export(request, kind, picks, query, act.removeprefix("export_"))
    order = bulk.Order(kind, request.user, act, query, picks, said_so["field"])
    if not request.user.can(order.verb, kind.key):
        raise PermissionDenied
    form = _form(order, request.POST if said_so["go"] else None)
    if not said_so["go"] or form is not None and not form.is_valid() or act == "edit" and form is None:
        return _preview(request, order, form, status=422 if said_so["go"] else 200)
    if not picks and order.records().count() != said_so["shown"]:
        return _preview(request, order, form, status=409, is_other=True)
    if form is not None:
        sent = [key for key in request.POST if key in form.fields]
        order.values = {key: request.POST.getlist(key) for key in sent}
    return _do(request, order)


def _form(order: bulk.Order, data):
    """The widget of the chosen field; None where no field is chosen yet."""
    if order.act != "edit" or order.name not in {shown.name for shown in open_fields(order.kind, order.user)}:
        return None
    instance = order.kind.model()
    example = order.records().first()
    if hasattr(instance, "currency") and example is not None:
        instance.currency = example.currency
    form = form_for(order.kind, order.user, data, instance=instance, names=(order.name,))
    form.fields.pop("version", None)
    if order.kind.field(order.name).kind == "choices":
        ways = [("add", _("add these")), ("remove", _("take these away")), ("set", _("these and no others"))]
        form.fields[bulk.HOW] = forms.ChoiceField(label=_("What to do"), choices=ways, initial="add")
    return form


def _preview(request, order: bulk.Order, form, status: int, *, is_other: bool = False):
    """``is_other``: the list finds another number by now than the person was shown."""
    count, allowed = order.records().count(), order.allowed().count()
    context = {
        "kind": order.kind, "order": order, "form": form, "title": TITLES[order.act], "count": count,
        "counted": languages.number(count), "left": count - allowed, "left_words": _left_words(count - allowed),
        "all_words": _all_words(order, count), "button": _button(order, allowed), "may": allowed > 0,
        "is_other": is_other,
        "fields": [(shown.name, shown.heading) for shown in open_fields(order.kind, order.user)],
    }  # fmt: skip
    template = "records/bulk.html#dialog" if request.htmx else "records/bulk.html"
    return render(request, template, context, status=status)


def _left_words(left: int) -> str:
    return ngettext(
        "%(count)s of them you may not change: it stays as it is.",
        "%(count)s of them you may not change: they stay as they are.",
        left,
    ) % {"count": languages.number(left)}


def _all_words(order: bulk.Order, count: int) -> str:
    words = {"what": order.kind.plural, "count": languages.number(count)}
    if order.picks:
        return _("Ticked: %(count)s (%(what)s).") % words
    return _("All %(count)s that this list finds (%(what)s).") % words


def _button(order: bulk.Order, count: int) -> str:
    words = {
        "edit": ngettext("Change %(count)s", "Change %(count)s", count),
        "archive": ngettext("Archive %(count)s", "Archive %(count)s", count),
        "restore": ngettext("Put %(count)s back", "Put %(count)s back", count),
    }
    return words[order.act] % {"count": languages.number(count)}


def _do(request, order: bulk.Order):
    if order.records()[bulk.AT_ONCE :].exists():
        run = bulk.begin(order)
        return _go_to(request, reverse("records:bulk_run", args=[order.kind.key, run.pk]))
    done = bulk.carry_out(order)
    undo = reverse("records:undo", args=[done.changeset]) if done.changeset else ""
    said(request, _changed_words(done.changed), undo_url=undo)
    if done.refused:
        page = render(request, "records/bulk_done.html", {"kind": order.kind, "done": done, "back": _back(order)})
        return page if not request.htmx else _into_dialog(request, order, done)
    return _go_to(request, _back(order))


def _into_dialog(request, order, done):
    context = {"kind": order.kind, "done": done, "back": _back(order), "title": _changed_words(done.changed)}
    return render(request, "records/bulk_done.html#dialog", context)


def _changed_words(count: int) -> str:
    return ngettext("%(count)s record is changed.", "%(count)s records are changed.", count) % {
        "count": languages.number(count)
    }


def _back(order: bulk.Order) -> str:
    return route("records:list", order.kind.key) + (f"?{order.query}" if order.query else "")


def _go_to(request, address: str):
    return HttpResponseClientRedirect(address) if request.htmx else redirect(address)


def _export(request, kind, picks, query, form):
    if not request.user.can("export", kind.key):
        raise PermissionDenied
    params = QueryDict(query, mutable=True)
    params.setlist("pick", [str(pk) for pk in picks])
    note_use(request.user, "export", kind.key)
    narrowed = {"what": kind.key, "file": form, "narrowed": [f"{len(picks)}"] if picks else ["all"]}
    audit.record(audit.Event.EXPORTED, request.user, narrowed, request)
    return as_file(kind, exports.table_of(Listing(kind, request.user, params)), form)


# ── in the background


def _own_run(request, kind, run_pk) -> Run:
    run = get_object_or_404(Run.objects.of(request.user), pk=run_pk, kind__in=("records.bulk", "records.bulk_undo"))
    if run.arguments.get("type") != kind.key:
        raise Http404
    return run


@require_GET
@of_type("view")
def bulk_run(request, kind, run_pk):
    """How far it is; when it has ended, what it did and what stayed."""
    run = _own_run(request, kind, run_pk)
    is_undo = run.kind == "records.bulk_undo"
    query = run.arguments.get("query", "")
    context = {
        "kind": kind, "run": run, "is_undo": is_undo,
        "words": _changed_words(run.result.get("changed", 0)), "refused": run.result.get("refused", []),
        "stayed": run.result.get("kept", []), "of": languages.number(run.total), "so_far": languages.number(run.done),
        "undo_url": reverse("records:bulk_back", args=[kind.key, run.pk])
        if run.is_finished and not is_undo and run.result.get("changed") else "",
        "back": route("records:list", kind.key) + (f"?{query}" if query else ""),
    }  # fmt: skip
    template = "records/bulk_run.html#progress" if request.htmx else "records/bulk_run.html"
    return render(request, template, context)


@require_POST
@of_type("view")
def bulk_stop(request, kind, run_pk):
    """Stop before the next batch; what was changed until then stays, and can be taken back."""
    run = _own_run(request, kind, run_pk)
    run.cancel()
    return redirect("records:bulk_run", kind.key, run.pk)


@require_POST
@of_type("view")
def bulk_back(request, kind, run_pk):
    back = bulk.take_back(_own_run(request, kind, run_pk))
    return redirect("records:bulk_run", kind.key, back.pk)
