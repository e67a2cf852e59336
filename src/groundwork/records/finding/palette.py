"""What records offer in the palette: what is found, what was opened last, what may be done here, views and pages."""

from collections.abc import Callable
from typing import Any
from urllib.parse import urlencode

from django.shortcuts import render
from django.urls import Resolver404, resolve, reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext
from django.views.decorators.http import require_GET

from groundwork.access.doors import signed_in
from groundwork.core import languages
from groundwork.records import pages
from groundwork.records.finding import search
from groundwork.records.finding.search import Hits
from groundwork.records.finding.words import asked as looked_for
from groundwork.records.finding.words import holds, index_text
from groundwork.records.lists.saved_views import known
from groundwork.records.lists.views import address_of
from groundwork.records.models import Record
from groundwork.records.types import RecordType, types
from groundwork.ui import keys
from groundwork.ui.navigation import SECTIONS, entries
from groundwork.ui.palette import Asked, Group, Offer, Place, Source, offered, places, sources

SHOWN = 5  # of each type
TYPES = 4  # that are shown, the best first
LAST = 8  # opened records that stand there unasked
VIEWS = 6


def fitting(text: str) -> Callable[[str], bool]:
    """Do words of ours fit what was typed? Nothing typed fits all."""
    node = looked_for(text)
    if node is None:
        return lambda label: not text.strip()
    return lambda label: holds(node, index_text(label, []).split())


def found(asked: Asked) -> list[Group]:
    if not asked.text:
        return []
    kinds = [kind for kind in types if kind.search and asked.user.can("view", kind.key)]
    hits = search.find(asked.user, asked.text, kinds, limit=SHOWN)
    return [_found_group(of_type, asked.text) for of_type in list(hits.values())[:TYPES]]


def _found_group(hits: Hits, text: str) -> Group:
    kind = hits.kind
    offers = [Offer(row.title, _page(kind, row.object_id), kind.icon) for row in hits.rows]
    count = languages.number(hits.count) + ("+" if hits.more else "")
    if hits.count > len(hits.rows):
        address = f"{reverse('records:list', args=[kind.key])}?{urlencode({'q': text})}"
        offers.append(Offer(_("Show all in the list"), address, "list", count))
    return Group(str(kind.plural), offers, count)


def _page(kind: RecordType, pk: int) -> str:
    return reverse("records:page", args=[kind.key, pk])


def opened(asked: Asked) -> list[Group]:
    """The records opened last, without words."""
    if asked.text:
        return []
    rows = [
        row for row in search.opened_last(asked.user, LAST + 1) if _page(types[row.type], row.object_id) != asked.path
    ]
    offers = [
        Offer(row.title, _page(types[row.type], row.object_id), types[row.type].icon, str(types[row.type].label))
        for row in rows[:LAST]
    ]
    return [Group(_("Opened last"), offers)]


def open_record(asked: Asked) -> tuple[RecordType, Any] | None:
    """The record whose page the person looks at."""
    try:
        match = resolve(asked.path)
    except Resolver404:
        return None
    kind = types.get(match.kwargs.get("type_key", "")) if match.view_name == "records:page" else None
    if kind is None:
        return None
    record = kind.model.objects.visible_to(asked.user).filter(pk=match.kwargs["pk"]).first()
    return (kind, record) if record else None


def done_here(asked: Asked) -> list[Group]:
    """What may be done to the open record."""
    if (here := open_record(asked)) is None:
        return []
    kind, record = here
    offers = [offer for offer in _acts(kind, record, asked.user) if asked.fits(offer.label)]
    return [Group(str(record), offers)]


def _acts(kind: RecordType, record: Record, user) -> list[Offer]:
    at = [kind.key, record.pk]
    offers = [
        Offer(str(act.label), address, act.icon, post=not act.asks_first, version=record.version)
        for act, address in pages.buttons_of(record, user)
    ]
    if user.can("edit", record):
        offers.append(Offer(_("Edit"), reverse("records:edit", args=at), "pencil"))
    offers += [Offer(str(file.label), address, file.icon) for file, address in pages.files_of(record, user)]
    if pages.may_archive(record, user):
        name, words = ("restore", _("Put back")) if record.is_archived else ("archive", _("Archive"))
        offers.append(Offer(words, reverse(f"records:{name}", args=at), "archive", post=True, version=record.version))
    return offers


def added(asked: Asked) -> list[Group]:
    """What may be made; while nothing is typed only the daily ones."""
    may = (kind for kind in types if kind.typed and asked.user.can("create", kind.key))
    daily = [kind for kind in sorted(may, key=lambda kind: kind.order) if asked.text or kind.section == "work"]
    offers = [
        Offer(label, reverse(f"records:{'quick' if kind.quick else 'new'}", args=[kind.key]), "plus")
        for kind in daily
        if asked.fits(label := _("Add: %(what)s") % {"what": kind.label})
    ]
    return [Group(_("Add"), offers[:LAST])]


def views(asked: Asked) -> list[Group]:
    """Saved views by name; the pinned ones stand in the menu anyway."""
    if not asked.text:
        return []
    seen = sorted(
        (view for view in known().views if view.is_seen_by(asked.user)), key=lambda view: (view.name, view.pk)
    )
    offers = [
        Offer(view.name, address_of(view), "layout-list", str(types[view.type].plural))
        for view in seen
        if view.type in types and asked.user.can("view", view.type) and asked.fits(view.name)
    ]
    return [Group(_("Views"), offers[:VIEWS])]


def menu(asked: Asked) -> list[Group]:
    """Pages of the menu, settings too, and those that stand beside them."""
    if not asked.text:
        return []
    offers = [
        Offer(str(entry.label), entry.path, entry.icon, str(SECTIONS[entry.section]))
        for entry in sorted(entries, key=lambda entry: entry.order)
        if asked.fits(f"{entry.label} {SECTIONS[entry.section]}") and entry.may(asked.user)
    ]
    beside = [
        Offer(str(place.label), reverse(place.route))
        for place in places
        if asked.fits(str(place.label)) and place.may(asked.user)
    ]
    return [Group(_("Pages"), offers + beside)]


def may_configure(user) -> bool:
    return user.can("configure", "settings")


def register() -> None:
    for place, (key, groups) in enumerate(
        {"found": found, "here": done_here, "opened": opened, "views": views, "pages": menu, "add": added}.items()
    ):
        sources.add(Source(key, groups, order=10 * (place + 1)))
    for route, label in (
        ("records:acts", gettext_lazy("My last 20 acts")),
        ("records:trash", gettext_lazy("Trash")),
        ("records:notice_choices", gettext_lazy("What I am told")),
    ):
        places.add(Place(route, label))
    places.add(Place("records:fields_read", gettext_lazy("Fields nobody reads"), may_configure))


@require_GET
@signed_in
def palette(request):
    """The lines of the palette. ``at`` is the page it was opened on; ``only=add`` leaves what may be made."""
    text, path = request.GET.get("q", "").strip()[:200], request.GET.get("at", "")[:300]
    asked = Asked(request.user, text, path, fitting(text))
    groups = added(asked) if request.GET.get("only") == "add" else offered(asked)
    count = sum(len(group.offers) for group in groups)
    said = ngettext("%(count)s line", "%(count)s lines", count) % {"count": count} if count else _("Nothing found")
    return render(request, "records/palette.html", {"groups": groups, "text": text, "said": said})


@require_GET
@signed_in
def sheet(request):
    """All keys that the person has; ``?`` opens it over any page."""
    template = "records/keys.html#dialog" if request.htmx else "records/keys.html"
    response = render(request, template, {"sheet": keys.sheet(request.user)})
    response["Vary"] = "HX-Request"
    return response
