"""Where in the product somebody was who told us something: the page, the record, the field. Never what stood there."""

from dataclasses import dataclass, replace
from urllib.parse import urlsplit

from django.urls import Resolver404, resolve

from groundwork.records.types import Field, RecordType, seen_among, types
from groundwork.ui.navigation import entries


@dataclass(frozen=True)
class Place:
    """A route of the product, and the record type, record and field it was about."""

    route: str = ""
    kind: RecordType | None = None
    record_id: int | None = None
    field: str = ""

    @property
    def kept(self) -> dict:
        return {
            "told_on": self.route[:100], "about_type": self.kind.key if self.kind else "", "about_id": self.record_id,
            "about_field": self.field,
        }  # fmt: skip

    def fields_for(self, user) -> list[Field]:
        """What a person may point at: the fields that the person sees of such records."""
        return self.kind.visible_fields(user, self.kind.fields) if self.kind else []


def place_of(address: str, user, field: str = "") -> Place:
    """The place behind an address of this site, as far as ``user`` sees it; without its query, which holds words."""
    try:
        found = resolve(urlsplit(address).path)
    except (Resolver404, ValueError):
        return Place()
    key, pk = found.kwargs.get("type_key", ""), found.kwargs.get("pk")
    kind = types.get(key) if key else None
    if kind is None or not user.can("view", kind.key):
        return Place(found.view_name)
    is_seen = isinstance(pk, int) and kind.model.objects.visible_to(user).filter(pk=pk).exists()
    place = Place(found.view_name, kind, pk if is_seen else None)
    return replace(place, field=field) if field in {shown.name for shown in place.fields_for(user)} else place


def words_of(needs, user) -> dict[int, str]:
    """Where each need was told, in words for ``user``: a record by its name only where that person sees it."""
    seen = seen_among(user, [Pointed(need.about_type, need.about_id) for need in needs if need.about_id])
    return {need.pk: words for need in needs if (words := words_of_one(need, user, seen))}


@dataclass(frozen=True)
class Pointed:
    type: str
    object_id: int


def words_of_one(need, user, seen) -> str:
    kind = types.get(need.about_type) if need.about_type else None
    if kind is None:
        return page_label(need.told_on)
    if not user.can("view", kind.key):
        return ""
    record = seen.get((need.about_type, need.about_id))
    fields = {shown.name: shown.heading for shown in kind.visible_fields(user, kind.fields)}
    told = [str(kind.label if need.about_id else kind.plural), str(record or ""), fields.get(need.about_field, "")]
    return " · ".join(word for word in told if word)


def page_label(route: str) -> str:
    """What the menu calls the page; "" for a page that is not in it."""
    return next((str(entry.label) for entry in entries if route and route_of(entry.path) == route), "")


def route_of(path: str) -> str:
    try:
        return resolve(urlsplit(path).path).view_name
    except Resolver404:
        return ""
