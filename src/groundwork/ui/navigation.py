"""The menu: every room adds its entries in ``AppConfig.ready``; a person sees those that person may use."""

from collections.abc import Callable
from dataclasses import dataclass, field
from functools import lru_cache
from typing import Any

from django.conf import settings
from django.urls import NoReverseMatch, get_script_prefix, reverse
from django.utils.functional import SimpleLazyObject
from django.utils.translation import get_language, gettext_lazy

from groundwork.core.registry import Registry

SECTIONS = {  # in the order of the menu; the first has no heading
    "work": gettext_lazy("Work"),
    "management": gettext_lazy("Management"),
    "rollout": gettext_lazy("Roll-out"),
    "settings": gettext_lazy("Settings"),
}
LONG = 4  # settings that stand open in the menu
IN_TAB_BAR = 4  # on a narrow screen; the fifth item opens the whole menu


def everybody(user) -> bool:
    return True


def site() -> tuple[str, str]:
    """What an address of this site depends on, besides its view."""
    return get_script_prefix(), settings.ROOT_URLCONF


@lru_cache(maxsize=1024)
def found_path(url: Callable[[], str], prefix: str, urlconf: str) -> str:
    return url()


@dataclass(frozen=True, slots=True)
class Entry:
    """One line of the menu. ``url`` is a path, or a function that gives one, so that ``reverse`` waits for the urls."""

    key: str
    label: Any  # lazy
    icon: str  # a Lucide name
    url: Callable[[], str] | str
    section: str = "work"
    order: int = 100
    may: Callable[[Any], bool] = everybody

    @property
    def path(self) -> str:
        return found_path(self.url, *site()) if callable(self.url) else str(self.url)


entries: Registry[Entry] = Registry(lambda entry: entry.key)
asides: Registry[Entry] = Registry(lambda entry: entry.key)  # below the menu of every page, over it in a dialog


@dataclass(frozen=True, slots=True)
class Own:
    """What a person has put into the own menu: ``items(user)``, after the entries of ``section``."""

    key: str
    items: Callable[[Any], "list[Item]"]
    section: str = "work"


own: Registry[Own] = Registry(lambda item: item.key)


@dataclass(slots=True)
class Item:
    label: str
    icon: str
    path: str
    is_current: bool = False


@dataclass(slots=True)
class Section:
    key: str
    label: str
    items: list[Item]

    @property
    def is_long(self) -> bool:
        """Too long to stand open beside the daily work: it opens when asked, and where the person is inside."""
        return self.key == "settings" and len(self.items) > LONG

    @property
    def is_open(self) -> bool:
        return any(item.is_current for item in self.items)


@dataclass(slots=True)
class Shell:
    """What surrounds every page. For a visitor who is not signed in there is no menu, and no query."""

    signed_in: bool = False
    person: str = ""
    role: str = ""
    firm_name: str = "Groundwork"
    theme: str = ""  # "", "light", "dark"; empty follows the machine
    sections: list[Section] = field(default_factory=list)
    asides: list[Item] = field(default_factory=list)
    search_url: str = ""
    language_url: str = ""
    palette_url: str = ""
    keys_url: str = ""
    undo_url: str = ""
    theme_url: str = ""
    sign_out_url: str = ""
    notices_url: str = ""
    me_url: str = ""
    language: str = ""
    languages: list[tuple[str, str]] = field(default_factory=list)
    path: str = "/"
    viewed_by: str = ""  # who looks as ``person``
    view_end_url: str = ""

    @property
    def values(self) -> tuple:
        """Everything that the frame shows, apart from the page's own address."""
        plain = (self.signed_in, self.person, self.role, self.firm_name, self.theme, self.language)
        urls = (
            self.notices_url,
            self.search_url,
            self.palette_url,
            self.keys_url,
            self.language_url,
            self.theme_url,
            self.sign_out_url,
            self.me_url,
        )
        menu: list[Any] = []
        for section in self.sections:
            menu += [section.key, section.label]
            menu += [(item.label, item.icon, item.path, item.is_current) for item in section.items]
        menu += [(item.label, item.icon, item.path) for item in self.asides]
        return *plain, *urls, *menu

    @property
    def frame(self) -> str:
        """The template that a page for everybody (an error, a refusal) stands in."""
        return "ui/shell.html" if self.signed_in else "ui/centre.html"

    @property
    def first_items(self) -> list[Item]:
        return [item for section in self.sections for item in section.items][:IN_TAB_BAR]


def first_url(*names: str) -> str:
    """The address of the first of these views that exists; empty if none does."""
    return found_url(names, *site())


@lru_cache
def found_url(names: tuple[str, ...], prefix: str, urlconf: str) -> str:
    for name in names:
        try:
            return reverse(name)
        except NoReverseMatch:
            continue
    return ""


def sections_for(user, path: str, whole: str = "") -> list[Section]:
    """What ``user`` may use, by section; a section with nothing is absent. The longest matching path is current;
    ``whole`` is the address with its query."""
    sections = {key: Section(key, str(label), []) for key, label in SECTIONS.items()}
    for entry in sorted(entries, key=lambda entry: entry.order):
        if entry.may(user):
            sections[entry.section].items.append(Item(str(entry.label), entry.icon, entry.path))
    items = [item for section in sections.values() for item in section.items]
    around = [item for item in items if is_within(path, item.path)]
    added = [(kind.section, item) for kind in own for item in kind.items(user)]
    for key, item in added:
        sections[key].items.append(item)
        item.is_current = item.path == whole or "?" not in item.path and is_within(path, item.path)
    if around and not any(item.is_current for _key, item in added):
        max(around, key=lambda item: len(item.path)).is_current = True
    return [section for section in sections.values() if section.items]


def is_within(path: str, place: str) -> bool:
    place = place.split("?")[0]
    return path == place or place != "/" and path.startswith(place.rstrip("/") + "/")


def shell_of(request) -> Shell:
    shell = Shell(
        firm_name=getattr(request, "firm_name", "") or "Groundwork",
        language_url=first_url("access:language", "set_language"),
        language=get_language() or settings.LANGUAGE_CODE,
        languages=list(settings.LANGUAGES),
        path=request.get_full_path(),
    )
    user = getattr(request, "user", None)
    if user is None or not user.is_authenticated:
        return shell
    shell.signed_in = True
    if real := getattr(request, "real_user", None):
        shell.viewed_by, shell.view_end_url = str(real), first_url("access:view_as_end")
    shell.person = str(user)
    shell.role = str(getattr(user, "role_name", "") or "")
    shell.theme = getattr(user, "theme", "") or ""
    shell.sections = sections_for(user, request.path, request.get_full_path())
    shell.asides = [Item(str(entry.label), entry.icon, entry.path) for entry in asides if entry.may(user)]
    shell.search_url = first_url("search", "records:search")
    shell.palette_url, shell.keys_url = first_url("records:palette"), first_url("records:keys")
    shell.undo_url = first_url("records:undo_last")
    shell.theme_url = first_url("access:theme")
    shell.me_url = first_url("access:me")
    shell.notices_url = first_url("records:notices")
    shell.sign_out_url = first_url("account_logout")
    return shell


def shell(request) -> dict:
    """Context processor; nothing is read before a template asks for it."""
    return {"shell": SimpleLazyObject(lambda: shell_of(request))}
