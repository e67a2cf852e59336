"""The screens of a list: rows, filters, columns, groups, files, and the views kept of it."""

from contextlib import suppress
from dataclasses import dataclass
from typing import Any

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import FileResponse, Http404, HttpResponse, JsonResponse, QueryDict, StreamingHttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.html import escape
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from groundwork.access import audit
from groundwork.blueprint.models import Element
from groundwork.core import languages
from groundwork.core.clock import today
from groundwork.core.patience import TooLong, at_most
from groundwork.records.lists import exports, filters
from groundwork.records.lists.filters import Filters
from groundwork.records.lists.grouping import groups_of
from groundwork.records.lists.listing import Listing
from groundwork.records.lists.over import over_lists
from groundwork.records.lists.saved_views import NEVER_KEPT, SavedView, pinned_by, query_of, use_view, views_of
from groundwork.records.lists.view_forms import ViewForm
from groundwork.records.types import RecordType, route, types
from groundwork.records.use import note_use
from groundwork.records.views import of_type
from groundwork.ui.navigation import Item
from groundwork.ui.notices import said

FILES = ("xlsx", "csv")  # what a list leaves as
ALL = "all"  # ``view=all``: the list as it is, for whom it opens with a view


COUNTED_TO, COUNTED_IN = 999, 2.0  # rows of a shortcut, and seconds for them


@dataclass
class Opened:
    """What an address means for a person: the view it names, or the one the person's list opens with; else itself."""

    kind: RecordType
    views: list[Any]
    view: Any
    params: QueryDict
    is_changed: bool = False  # the address says more than the view

    @classmethod
    def by(cls, request, kind: RecordType) -> "Opened":
        views, params = views_of(kind, request.user), request.GET
        asked = params.get("view", "")
        view = next((view for view in views if str(view.pk) == asked), None)
        if view is None and "view" not in params and not set(params) - NEVER_KEPT:
            view = next((view for view in views if view.is_default), None)
        if view is None:
            return cls(kind, views, None, params)
        if set(params) - NEVER_KEPT:
            return cls(kind, views, view, params, is_changed=query_of(params) != view.query)
        return cls(kind, views, view, _with(view.params, params))

    def listing(self, user, **options) -> Listing:
        return Listing(self.kind, user, self.params, lenient=self.view is not None, **options)

    def moves_to(self, at: str, asked) -> bool:
        """The list opens with a view that is a board or a calendar: it is shown there."""
        return self.view is not None and not set(asked) - {"part"} and at != f"records:{self.view.display}"

    def tabs(self) -> list[dict[str, Any]]:
        """The whole list, then each view; with the address of each."""
        plain = route("records:list", self.kind.key)
        opens = any(view.is_default for view in self.views)
        first = {"name": _("All"), "href": f"{plain}?view={ALL}" if opens else plain, "current": self.view is None}
        return [
            first,
            *({"name": view.name, "href": address_of(view), "current": view == self.view} for view in self.views),
        ]


def _with(params: QueryDict, more: QueryDict) -> QueryDict:
    for key in more:
        params.setlist(key, more.getlist(key))
    return params


def address_of(view: SavedView) -> str:
    return f"{route(f'records:{view.display}', view.type)}?view={view.pk}"


def pinned_items(user) -> list[Item]:
    """The views that the person keeps in the menu, of lists that the person still sees."""
    shown = [view for view in pinned_by(user) if view.type in types and user.can("view", view.type)]
    return [Item(view.name, types[view.type].icon, address_of(view)) for view in shown]


@require_GET
@of_type("view")
def listing(request, kind):
    return screen(request, kind, "records:list", _list)


def screen(request, kind, at: str, show):
    """What list, board and calendar have in common: what the address means, and what the filter form typed.

    ``show(request, opened, listing, context)`` answers.
    """
    opened = Opened.by(request, kind)
    if opened.moves_to(at, request.GET):
        return redirect(address_of(opened.view))
    shown = opened.listing(request.user, at=at)
    found, wrong = shown.filters.find()
    typed_nothing = not request.htmx and any(not value for values in request.GET.lists() for value in values[1])
    if (found or typed_nothing) and not wrong:
        return redirect(shown.address(**found))
    is_form_open = bool(wrong) or "filter" in request.GET
    context = {"kind": kind, "listing": shown, "filters": shown.filters.form() if is_form_open else None}
    if request.htmx and "filter" in request.GET:
        response = render(request, "records/list.html#filter", context)
    elif request.htmx and "columns_open" in request.GET:
        response = render(request, "records/list.html#columns", context)
    else:
        response = show(request, opened, shown, context)
    response.status_code = 422 if wrong else response.status_code
    response["Vary"] = "HX-Request"
    return response


def _list(request, opened: Opened, shown: Listing, context: dict[str, Any]):
    kind = opened.kind
    _note(request, shown)
    if shown.group and not request.htmx:
        context["groups"] = groups_of(shown)
    else:
        context["table"] = shown.table()
    if request.htmx and "after" in request.GET:
        return render(request, "records/list.html#rows", context)
    if request.htmx and request.GET.get("part") == "rows":
        return render(request, "records/list.html#table", context)
    may_export = request.user.can("export", kind.key)
    context["files"] = [(form, shown.address(f"records:export_{form}")) for form in FILES] if may_export else []
    context["bulk_acts"] = _bulk_acts(request.user, shown)
    return render(request, "records/list.html", context | frame_of(opened, shown, request.user))


def _note(request, shown: Listing) -> None:
    """By which fields somebody filters and sorts: the proof that they are read."""
    if shown.is_narrowed:
        note_use(request.user, "filter", shown.kind.key)
    for item in shown.filters.items:
        note_use(request.user, "filter", f"field:{shown.kind.key}.{item.field.name}")
    if "sort" in request.GET:
        note_use(request.user, "sort", f"field:{shown.kind.key}.{shown.sort.lstrip('-')}")


def _bulk_acts(user, shown: Listing) -> list[tuple[str, str, str]]:
    """What the person may do to ticked rows: (act, words, icon)."""
    key, found = shown.kind.key, []
    if shown.open_names and not shown.archived:
        found.append(("edit", _("Change a field"), "pencil"))
    if user.can("archive", key):
        put_back = ("restore", _("Put back"), "archive-restore")
        found.append(put_back if shown.archived else ("archive", _("Archive"), "archive"))
    return found


def frame_of(opened: Opened, shown: Listing, user) -> dict[str, Any]:
    """What stands around the rows, the cards or the days: views, what narrows the list, and what was left out."""
    view = opened.view
    may_change = view is not None and view.may_be_changed_by(user)
    return {
        "opened": opened, "tabs": opened.tabs(), "narrowed_by": shown.narrowed_by(),
        "save_url": shown.address("records:view_new", display=shown.at.removeprefix("records:")),
        "watch_url": shown.address("records:control_new") if user.can("configure", "settings") else "",
        "leads_to": [(one.label, one.icon, shown.address(one.route)) for one in over_lists if one.may(user)],
        "displays": displays_of(shown), "shortcuts": shortcuts_of(shown),
        "take_url": reverse("records:view_take", args=[view.type, view.pk]) if may_change and opened.is_changed else "",
        "query": query_of(shown.params), "printed_on": languages.day(today()),
        "left_out": _left_out(shown),
    }  # fmt: skip


def shortcuts_of(shown: Listing) -> list[tuple[str, str, bool, str]]:
    """(words, address, chosen, where it is counted); the address of a chosen one takes it away."""
    found = []
    for one in shown.kind.shortcuts:
        if all(key.removeprefix("f.").partition(".")[0] in shown.filters.fields for key in one.only):
            is_on = all(shown.params.get(key) == value for key, value in one.only.items())
            address = shown.address(**(dict.fromkeys(one.only, "") if is_on else one.only))
            found.append((str(one.label), address, is_on, shown.address("records:counted", **one.only)))
    return found


def displays_of(shown: Listing) -> list[tuple[str, str, bool]]:
    """(words, address, chosen) of the ways to show the same records; none where there is only the list."""
    kinds = {item.kind for item in shown.filters.fields.values() if item.is_own}
    ways = [("records:list", _("List"), True), ("records:board", _("Board"), "choice" in kinds)]
    ways.append(("records:calendar", _("Calendar"), "date" in kinds))
    found = [(words, shown.address(at), at == shown.at) for at, words, fits in ways if fits]
    return found if len(found) > 1 else []


def _left_out(shown: Listing) -> str:
    if not (count := len(set(shown.left_out or ()))):
        return ""
    return ngettext(
        "A part of this view is left out: it uses a field that is not there, or not for you.",
        "%(count)s parts of this view are left out: they use fields that are not there, or not for you.",
        count,
    ) % {"count": count}


@require_GET
@of_type("view")
def columns(request, kind):
    """The form of columns, order and groups leads here, and on to the list's own address."""
    shown = Listing(kind, request.user, request.GET, lenient=True)
    names = [name for name in shown.chosen if name not in (shown.left_out or ())]
    if (name := request.GET.get("earlier", "")) in names[1:]:
        place = names.index(name)
        names[place - 1 : place + 1] = [name, names[place - 1]]
    usual = [column.name for column in kind.visible_fields(request.user, kind.columns)]
    kept = "" if names == usual else ",".join(names)
    more = {"columns_open": "1"} if name else {}
    return redirect(shown.address(columns=kept, earlier="", **more))


@require_GET
@of_type("view")
def known(request, kind, name):
    """What a filter of the list offers while one types: values of records the person sees, people, departments."""
    shown = Filters(kind, request.user, QueryDict()).fields.get(name)
    if shown is None or not (filters.has_known(shown) or shown.kind in ("user", "department")):
        raise Http404
    return JsonResponse({"options": filters.known(kind, request.user, shown, request.GET.get("q", "")[:200])})


@require_GET
@of_type("view")
def totals(request, kind):
    shown = Opened.by(request, kind).listing(request.user)
    return render(request, "records/totals.html", {"table": shown.foot()})


@require_GET
@of_type("view")
def counted(request, kind):
    """How many a shortcut would leave; asked for after the list, so that nobody waits for it."""
    shown, words = Opened.by(request, kind).listing(request.user), ""
    with suppress(TooLong), at_most(COUNTED_IN):
        count = shown.counted_to(COUNTED_TO + 1)
        words = languages.number(min(count, COUNTED_TO)) + ("+" if count > COUNTED_TO else "")
    return HttpResponse(escape(words))


@require_GET
@of_type("export")
def export(request, kind, form):
    """The list as it is filtered, as a file; without the fields that are hidden from the person."""
    if not request.user.can("view", kind.key):
        raise PermissionDenied
    rows = exports.table_of(Opened.by(request, kind).listing(request.user))
    note_use(request.user, "export", kind.key)
    narrowed = sorted(name for name, value in request.GET.items() if value)  # by what, not to whom: nobody can erase it
    audit.record(audit.Event.EXPORTED, request.user, {"what": kind.key, "file": form, "narrowed": narrowed}, request)
    return as_file(kind, rows, form)


def as_file(kind: RecordType, rows, form: str):
    name = f"{kind.key}-{today()}.{form}"
    if form == "xlsx":
        return FileResponse(exports.as_xlsx(rows, str(kind.plural)), as_attachment=True, filename=name)
    answer = StreamingHttpResponse(exports.as_csv(rows), content_type="text/csv; charset=utf-8")
    answer["Content-Disposition"] = f'attachment; filename="{name}"'
    return answer


# ── saved views


@require_GET
@of_type("view")
def views(request, kind):
    """All views of the list that the person meets, and what the person may do to each."""
    met = views_of(kind, request.user)
    keys = [view.element_key for view in met if view.shared]
    reasons = dict(Element.objects.filter(key__in=keys).values_list("key", "reason"))
    rows = [
        (view, address_of(view), view.may_be_changed_by(request.user), reasons.get(view.element_key, ""))
        for view in met
    ]  # fmt: skip
    return render(request, "records/saved_views.html", {"kind": kind, "rows": rows})


@require_http_methods(["GET", "POST"])
@of_type("view")
def view_new(request, kind):
    """Save what the list shows now. What its address says is checked like the list's own."""
    asked = QueryDict(request.POST.get("query", "")) if request.method == "POST" else request.GET
    shown = Listing(kind, request.user, asked, lenient=True)
    view = SavedView(type=kind.key, author=request.user, query=query_of(shown.params)[:4000])
    display = request.GET.get("display", "")
    view.display = display if display in SavedView.Display else SavedView.Display.LIST
    form = ViewForm(request.POST or None, instance=view, user=request.user)
    if request.method == "POST" and form.is_valid():
        form.keep(by=request.user)
        messages.success(request, _("“%(name)s” is kept.") % {"name": view})
        return redirect(address_of(view))
    context = {"kind": kind, "form": form, "narrowed_by": shown.narrowed_by(), "query": view.query}
    return render(request, "records/view_form.html", context, status=422 if request.method == "POST" else 200)


def _view(request, kind, view_pk) -> SavedView:
    """404 for a view that is not shared with the person."""
    view = get_object_or_404(SavedView.objects.select_related("author"), type=kind.key, pk=view_pk)
    if not view.is_seen_by(request.user):
        raise Http404
    return view


def _own_view(request, kind, view_pk) -> SavedView:
    view = _view(request, kind, view_pk)
    if not view.may_be_changed_by(request.user):
        raise PermissionDenied
    return view


@require_http_methods(["GET", "POST"])
@of_type("view")
def view_edit(request, kind, view_pk):
    view = _own_view(request, kind, view_pk)
    form = ViewForm(request.POST or None, instance=view, user=request.user)
    if request.method == "POST" and form.is_valid():
        form.keep(by=request.user)
        messages.success(request, _("“%(name)s” is saved.") % {"name": view})
        return redirect("records:views", kind.key)
    context = {"kind": kind, "form": form, "view": view, "query": view.query}
    context["narrowed_by"] = Listing(kind, request.user, view.params, lenient=True).narrowed_by()
    return render(request, "records/view_form.html", context, status=422 if request.method == "POST" else 200)


@require_POST
@of_type("view")
def view_take(request, kind, view_pk):
    """Let the view say what the list shows now."""
    view = _own_view(request, kind, view_pk)
    shown = Listing(kind, request.user, QueryDict(request.POST.get("query", "")), lenient=True)
    view.query = query_of(shown.params)[:4000]
    view.save(update_fields=["query"])
    messages.success(request, _("“%(name)s” is saved.") % {"name": view})
    return redirect(address_of(view))


@require_POST
@of_type("view")
def view_use(request, kind, view_pk):
    """Open the list with it, pin it into the menu, or neither; for the person alone."""
    view = _view(request, kind, view_pk)
    use_view(view, request.user, opens="opens" in request.POST, pinned="pinned" in request.POST)
    return redirect("records:views", kind.key)


@require_POST
@of_type("view")
def view_drop(request, kind, view_pk):
    view = _own_view(request, kind, view_pk)
    view.put_away(by=request.user)
    back = reverse("records:view_back", args=[kind.key, view.pk])
    said(request, _("“%(name)s” is deleted.") % {"name": view}, undo_url=back)
    return redirect("records:list", kind.key)


@require_POST
@of_type("view")
def view_back(request, kind, view_pk):
    view = _own_view(request, kind, view_pk)
    view.put_away(by=request.user, back=True)
    messages.success(request, _("“%(name)s” is back.") % {"name": view})
    return redirect(address_of(view))
