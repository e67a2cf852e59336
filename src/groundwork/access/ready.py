"""Templates offered: at the first run, and later on the page of the configuration. What comes is shown before."""

from collections.abc import Callable
from dataclasses import dataclass

from django.utils.functional import lazy
from django.utils.translation import get_language, override
from django.utils.translation import gettext as _

from groundwork.access.firstrun import Start, starts
from groundwork.access.models import User
from groundwork.access.presets import PRESETS, all_things
from groundwork.blueprint import plan
from groundwork.blueprint.models import Firm
from groundwork.blueprint.ready import KEYS, Template, template, templates
from groundwork.core.registry import Registry


@dataclass(frozen=True)
class Beginning:
    """What an upper room does for a firm whose first administrator begins with a template."""

    key: str
    template: str
    begin: Callable[[User], None]


beginnings: Registry[Beginning] = Registry(lambda beginning: beginning.key)


@dataclass(frozen=True)
class Outline:
    """What a template brings, for the eye: (what it is, names) in the reader's language."""

    key: str
    title: str
    about: str
    lines: list[tuple[str, str]]


def outlines(language: str = "") -> list[Outline]:
    """Of every template, in ``language``; without one in the reader's."""
    return [outline(one, language or get_language() or "en") for one in templates()]


def outline(one: Template, language: str) -> Outline:
    whole = one.in_language(language)
    called = {thing.key: str(thing.label) for thing in all_things()}
    lines = [
        (plan.sections[section].label, ", ".join(name for name in whole.get(section, {}) if name not in PRESETS))
        for section in ("types", "roles")
    ]
    by_type: dict[str, list[str]] = {}
    for name in whole["fields"]:
        type_name, _slash, label = name.partition(" / ")
        by_type.setdefault(called.get(type_name, type_name), []).append(label)
    lines += [(_("Fields: %(type)s") % {"type": name}, ", ".join(labels)) for name, labels in by_type.items()]
    lines.append((plan.sections["views"].label, ", ".join(name.partition(" / ")[2] for name in whole["views"])))
    return Outline(one.key, one.title(language), one.about(language), [(str(what), names) for what, names in lines])


def text_of(one: Template) -> str:
    """In the language of the firm: its names are those that everybody reads first."""
    firm = Firm.current()
    return one.text(firm.language if firm else "en")


def start_of(key: str) -> Start:
    def make(user: User) -> None:
        title = template(key).title(user.language)
        with override(user.language):
            reason = _("We began with the template “%(name)s”.") % {"name": title}
            plan.apply(template(key).text(user.language), by=user, name=title, reason=reason)
            for beginning in beginnings:
                if beginning.template == key:
                    beginning.begin(user)

    return Start(key, lazy(lambda: named(template(key)), str)(), make)


def named(one: Template) -> str:
    language = get_language() or "en"
    return f"{one.title(language)}: {one.about(language)}"


for _key in KEYS:
    starts.add(start_of(_key))
