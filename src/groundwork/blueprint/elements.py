"""The registry of configured things: declared in code by their rooms, kept with state and reason in the database."""

from collections.abc import Callable
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass
from typing import Any, TypeVar

from django.db import connection, transaction
from django.db.models import F
from django.utils.translation import gettext as _

from groundwork.blueprint.models import ConfigVersion, Element, ElementRevision
from groundwork.core.clock import now
from groundwork.core.refusals import Refusal
from groundwork.core.registry import Registry

T = TypeVar("T")


@dataclass(frozen=True)
class Declared:
    """A built-in element. ``optional`` ones are off until somebody asks for them with a reason; ``leaves`` those that
    are on and may be switched off, unless ``refuse_off`` refuses it. ``may(user)``: whom ``url`` lets in; None: all."""

    key: str
    kind: str
    label: Any  # lazy text
    optional: bool = False
    url: Callable[[], str] | None = None  # where the thing is seen at work
    leaves: bool = False
    refuse_off: Callable[[], None] | None = None
    may: Callable[[Any], bool] | None = None

    @property
    def is_switched(self) -> bool:
        return self.optional or self.leaves


@dataclass(frozen=True)
class Reason:
    """One line of a why-popover, contributed by an upper room: what it is, its words, where it is kept."""

    label: str
    text: str
    href: str = ""


@dataclass(frozen=True)
class WhySource:
    """``reasons(element, user)`` gives the lines; the rooms of the roll-out register one each."""

    key: str
    reasons: Callable[[Element, Any], list[Reason]]


@dataclass(frozen=True)
class AgreedSource:
    """``among(keys)`` gives those of these elements that something agreed upon needs."""

    key: str
    among: Callable[[set[str]], set[str]]


declared: Registry[Declared] = Registry(lambda item: item.key)
why: Registry[WhySource] = Registry(lambda item: item.key)
agreed: Registry[AgreedSource] = Registry(lambda item: item.key)


@dataclass(frozen=True)
class Addresses:
    """Where elements that a firm makes itself stand: ``address(what follows the prefix of the key)``, for whom."""

    prefix: str
    address: Callable[[str], str]
    may: Callable[[Any], bool] | None = None


addresses: Registry[Addresses] = Registry(lambda item: item.prefix)


def register_declared() -> None:
    """Give every declared element its row; keeps what a firm has set. Part of ``groundwork init``."""
    known = set(Element.objects.values_list("key", flat=True))
    rows = [
        Element(
            kind=item.kind, key=item.key, state=Element.State.OFF if item.optional else Element.State.LIVE, since=now()
        )
        for item in declared
        if item.key not in known
    ]
    Element.objects.bulk_create(rows)


def given_up():
    """Elements that the firm made and retired: they come back where they were made, not by a switch."""
    switched = [item.key for item in declared if item.is_switched]
    return Element.objects.filter(state=Element.State.RETIRED).exclude(key__in=switched)


@transaction.atomic
def switch(
    key: str, *, on: bool, by, reason: str = "", asked_by=None, origin=Element.Origin.HAND, keeps_reason=False
) -> Element:
    """Switch an element on or off, with its reason in the same act: its origin is "by hand".

    What comes back and ``keeps_reason`` is there for what it was there for before; history tells why it came back.
    Refused without a sentence of reason, and off while something else needs it. Switching to what it already is
    changes nothing.
    """
    element = Element.objects.select_for_update().get(key=key)
    if element.is_on == on:
        return element
    if on and not reason.strip():
        raise Refusal(_("Say in one sentence why it is needed: those who fill it in will read it."))
    if not on and key in declared and (refuse := declared[key].refuse_off):
        refuse()
    before = {"state": element.state, "origin": element.origin, "reason": element.reason}
    element.state = Element.State.LIVE if on else Element.State.RETIRED
    if on and not (keeps_reason and element.reason):
        element.origin, element.reason, element.asked_by = origin, reason.strip(), asked_by or by
    element.revision += 1
    element.since = now()
    element.save()
    after = {"state": element.state, "origin": element.origin, "reason": element.reason}
    difference = {name: [before[name], after[name]] for name in before if before[name] != after[name]}
    ElementRevision.objects.create(
        element=element, number=element.revision, at=element.since, by=by, difference=difference, cause=reason
    )
    raise_config_version()
    return element


@transaction.atomic
def revise(
    key: str, *, kind: str, by, difference: dict, cause: str, name: str = "", asked_by=None, keeps_reason=False
) -> Element:
    """A configured thing that is kept elsewhere (a role's grants) was made or changed: its element gets a revision.

    ``name`` is what the firm calls a thing of its own; ``asked_by`` who asked for it, if not ``by``. A change that
    ``keeps_reason`` tells its cause in the history alone: why the thing is here stays as it was.
    """
    element, made = Element.objects.select_for_update().get_or_create(key=key, defaults={"kind": kind, "since": now()})
    element.revision += 0 if made else 1
    element.name = name
    if made or not keeps_reason:
        element.origin, element.reason, element.asked_by = Element.Origin.HAND, cause, asked_by or by
    element.save()
    ElementRevision.objects.create(
        element=element, number=element.revision, at=now(), by=by, difference=difference, cause=cause
    )
    raise_config_version()
    return element


@transaction.atomic
def account_for(key: str, *, kind: str, by, reason: str, name: str, on: bool) -> None:
    """A thing that a file of the configuration made or changed keeps its reason, and whether it is in use."""
    revise(key, kind=kind, by=by, difference={}, cause=reason, name=name, keeps_reason=True)
    switch(key, on=on, by=by, reason=reason)


def is_on(key: str) -> bool:
    return key in on_keys()


def on_keys() -> frozenset[str]:
    """Keys of the elements in use."""
    return kept("elements", _read_keys)[0]


def off_keys() -> frozenset[str]:
    """Keys of the elements that were switched off or not yet on."""
    return all_keys() - on_keys()


def all_keys() -> frozenset[str]:
    """Keys of every element, in use or not."""
    return kept("elements", _read_keys)[1]


def _read_keys() -> tuple[frozenset[str], frozenset[str]]:
    states = dict(Element.objects.values_list("key", "state"))
    in_use = (key for key, state in states.items() if state in (Element.State.TRIAL, Element.State.LIVE))
    return frozenset(in_use), frozenset(states)


def kept(name: str, load: Callable[[], T]) -> T:
    """What ``load`` gives, read once for each version of the configuration."""
    version = config_version()
    held = _kept.get(name)
    if held is None or held[0] != version:
        held = _kept[name] = (version, load())
    return held[1]


_kept: dict[str, tuple[tuple[str, int], Any]] = {}
_read: ContextVar[dict | None] = ContextVar("config_read", default=None)
_tried: ContextVar[list[int] | None] = ContextVar("config_tried", default=None)


@contextmanager
def one_request():
    """Inside, the configuration's version is read from the database once."""
    token = _read.set({})
    try:
        yield
    finally:
        _read.reset(token)


def read_once(name: str, read: Callable[[], Any]) -> Any:
    """What ``read`` gives, read once a request; outside of one, each time."""
    kept = _read.get()
    if kept is None:
        return read()
    if name not in kept:
        kept[name] = read()
    return kept[name]


def config_version() -> tuple[str, int]:
    """What caches of configuration are kept under; the database's name keeps rehearsals and tests apart."""
    read = _read.get()
    if read is not None and "version" in read:
        return read["version"]
    with connection.cursor() as cursor:  # asked by every page: a tenth of the time of a query that is put together
        cursor.execute(f"SELECT number FROM {ConfigVersion._meta.db_table} WHERE id = 1")  # noqa: S608 - our own table
        found = cursor.fetchone()
    version = (str(connection.settings_dict["NAME"]), found[0] if found else 0)
    if read is not None:
        read["version"] = version
    return version


def raise_config_version() -> None:
    if not ConfigVersion.objects.filter(pk=1).update(number=F("number") + 1):
        ConfigVersion.objects.get_or_create(pk=1, defaults={"number": 1})
    _forget()
    if (tried := _tried.get()) is not None:
        tried.append(ConfigVersion.objects.get(pk=1).number)


def _forget() -> None:
    _kept.clear()
    if (read := _read.get()) is not None:
        read.clear()


@contextmanager
def trial():
    """Around a transaction that configures and is then taken back: no cache may take its versions for later ones."""
    number = config_version()[1]
    begun = _tried.set([number])
    try:
        yield
    finally:
        reached = max(_tried.get() or [number])
        _tried.reset(begun)
        if reached > number:
            ConfigVersion.objects.filter(pk=1).update(number=F("number") + (reached - number))
            _forget()
