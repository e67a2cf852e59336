"""A configuration file held against what the firm has: what would be added or changed, done all at once or not at all.

What the file does not name stays as it is; nothing is ever removed by a file (a thing may be retired by saying so).
Every application can be rolled back: what it changed goes back where it still is what the application made of it.
"""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any

from django.core.exceptions import ValidationError
from django.db import transaction
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from groundwork.blueprint.elements import declared, one_request, raise_config_version, revise, switch, trial
from groundwork.blueprint.models import Applied, Element, Firm
from groundwork.blueprint.text import Node, fault, read, written
from groundwork.core.clock import now
from groundwork.core.languages import number
from groundwork.core.refusals import Refusal
from groundwork.core.registry import Registry

FORMAT = "1"
MOST_THINGS = 1000  # of a file: nobody writes into the database while one is planned
LONGEST_REASON = 300
LONGEST_SHOWN = 2000  # signs of a fact, where what a file would do is told
Facts = dict[str, Any]  # of one thing, as text.Plain


@dataclass(frozen=True)
class Act:
    """Who applies what, and why: a thing without a reason of its own takes this one."""

    by: Any
    reason: str
    origin: str = Element.Origin.TEMPLATE


@dataclass(frozen=True)
class Section:
    """One kind of configured thing, contributed by its room.

    ``read`` gives what the firm has, {name: facts}; ``write`` sets a thing to all the facts given: what they leave out
    is empty. What does not fit it refuses, by a Refusal or by ValidationError({path: sentence}), the path, such as
    ("rights", "company"), leading to the fault.
    """

    key: str
    label: Any
    order: int  # of application: what is named by others comes first
    facts: frozenset[str]
    read: Callable[[], dict[str, Facts]]
    write: Callable[[str, Facts, Act], None]
    element: Callable[[str], str]  # the key of a thing's element
    deep: frozenset[str] = frozenset()  # those of the facts that are lists or mappings
    gone: Facts | None = None  # the facts that take an added thing out of use again
    travels: Callable[[str, Facts], bool] = lambda _name, _facts: True  # does the file that a firm takes out have it?
    late: Callable[[Facts], bool] = lambda _facts: False  # names others of its section, so it comes after them
    stays: Callable[[], list[str]] = list  # what the firm has and no file can say, in words


@dataclass(frozen=True)
class Step:
    """One thing that would become what ``after`` says; ``before`` is None for a new one."""

    section: str
    name: str
    before: Facts | None
    after: Facts
    line: int = 0

    @property
    def differences(self) -> list[tuple[str, str, str]]:
        """(fact, what it is, what it becomes), in words, deepest names first apart: "rights.company.view"."""
        was, will = dict(_flat(self.before or {})), dict(_flat(self.after))
        return [(name, _in_short(was.get(name, "")), _in_short(will.get(name, ""))) for name in {**was, **will}
                if was.get(name, "") != will.get(name, "")]  # fmt: skip


@dataclass(frozen=True)
class Plan:
    """What a file would do. With ``faults`` it cannot be applied."""

    steps: list[Step]
    faults: list[str]


def wrong(sentence: str, *path: str) -> ValidationError:
    """What is wrong with the fact under ``path``: to be raised by a section."""
    held: dict[Any, str] = {path: sentence}
    return ValidationError(held)


sections: Registry[Section] = Registry(lambda section: section.key)


def in_order() -> list[Section]:
    return sorted(sections, key=lambda section: section.order)


def _flat(facts: Any, path: str = "") -> Iterator[tuple[str, str]]:
    if isinstance(facts, dict):
        for name, value in facts.items():
            yield from _flat(value, f"{path}.{name}" if path else name)
    else:
        yield path, ", ".join(map(str, facts)) if isinstance(facts, list) else str(facts)


def _in_short(value: str) -> str:
    """A file within the file is not read by anybody; how long it is tells something."""
    if len(value) <= LONGEST_SHOWN:
        return value
    words = ngettext("%(begin)s… (%(count)s sign)", "%(begin)s… (%(count)s signs)", len(value))
    return words % {"begin": value[:20], "count": number(len(value))}


def export() -> str:
    """The whole configuration of the firm as one readable file."""
    firm = Firm.objects.filter(pk=1).first()
    whole: dict[str, Any] = {"groundwork": FORMAT, "firm": str(firm or "")}
    for section in in_order():
        held = {name: facts for name, facts in section.read().items() if section.travels(name, facts)}
        whole |= {section.key: held} if held else {}
    return written(whole)


def what_stays() -> list[str]:
    """What is configured and yet in no file, since it names people or records of this firm."""
    return [words for section in in_order() for words in section.stays()]


def plan(text: str, *, by) -> Plan:
    """What the file would do, step by step in the order of application, and every fault with its line.

    It is found out by doing it and taking it back at once: what is planned is what happens, later things of the file
    may name earlier ones, and no rule is written twice.
    """
    with trial(), transaction.atomic():
        found = _carry_out(text, Act(by, _("A trial.")))
        transaction.set_rollback(True)
    return found


def _carry_out(text: str, act: Act) -> Plan:
    try:
        whole = read(text)
        _refuse_too_much(whole)
    except ValidationError as error:
        return Plan([], list(error.messages))
    made = Plan([], list(_strange(whole)))
    with one_request():  # what is configured is read anew after each change, and not oftener
        for section in in_order():
            if (found := whole.at(section.key)) is not whole:
                _carry_out_section(section, found, act, made)
    return made


def _refuse_too_much(whole: Node) -> None:
    assert isinstance(whole.value, dict)
    count = sum(len(node.value) for node in whole.value.values() if isinstance(node.value, dict))
    if count > MOST_THINGS:
        words = _("The file names %(count)s things; at most %(most)s are taken at once: divide it.")
        raise ValidationError(words % {"count": count, "most": MOST_THINGS})


def _strange(whole: Node) -> Iterator[str]:
    assert isinstance(whole.value, dict)
    known = {"groundwork", "firm", *(section.key for section in sections)}
    for name, node in whole.value.items():
        if name not in known:
            words = _("Nothing is called “%(name)s” here. There are: %(names)s.")
            yield fault(node.line, words % {"name": name, "names": ", ".join(sorted(known))}).messages[0]
    if whole.at("groundwork").value != FORMAT:
        yield fault(whole.at("groundwork").line, _("The file must begin with “groundwork: 1”.")).messages[0]


def _carry_out_section(section: Section, found: Node, act: Act, made: Plan) -> None:
    if not isinstance(found.value, dict):
        made.faults.extend(fault(found.line, _("Names and what belongs to each are expected here.")).messages)
        return
    before, carried_out = section.read(), {}
    for name, node in sorted(found.value.items(), key=lambda item: _is_late(section, item[1])):
        try:
            _known_facts(section, node)
            if wanted := _carry_out_thing(section, name, node, before.get(name), act):
                carried_out[name] = wanted
        except ValidationError as error:
            made.faults.extend(_placed(error, node))
        except Refusal as refusal:
            made.faults.extend(fault(node.line, refusal.sentence).messages)
    after = section.read() if carried_out else {}
    for name, wanted in carried_out.items():
        if (became := after.get(name, wanted)) != before.get(name):
            made.steps.append(Step(section.key, name, before.get(name), became, found.value[name].line))


def _is_late(section: Section, node: Node) -> bool:
    return isinstance(node.value, dict) and section.late(node.plain())


def _carry_out_thing(section: Section, name: str, node: Node, before: Facts | None, act: Act) -> Facts | None:
    """What was asked of the thing; None where it is so already. What a file names comes into use, unless it says no."""
    wanted, gone = _merged(before or {}, node.plain()), section.gone or {}
    is_gone = bool(gone) and all(wanted.get(name) == value for name, value in gone.items())
    if is_gone and not any(name in node.value for name in gone):  # type: ignore[operator]
        wanted = {name: value for name, value in wanted.items() if name not in gone}
    elif wanted == before or before is None and is_gone:
        return None
    with transaction.atomic():
        section.write(name, wanted, act)
        _give_reason(section.element(name), wanted.get("reason") or "", act)
    return wanted


def _give_reason(key: str, reason: str, act: Act) -> None:
    """The element keeps where it came from, and the file's reason also where nothing else changed."""
    element = Element.objects.filter(key=key).first()
    if element is not None and reason and element.reason != reason:
        difference = {"reason": [element.reason, reason]}
        revise(key, kind=element.kind, by=act.by, difference=difference, cause=reason, name=element.name)
    Element.objects.filter(key=key).update(origin=act.origin)


def _merged(held: Any, wanted: Any) -> Any:
    if not (isinstance(held, dict) and isinstance(wanted, dict)):
        return wanted
    return {**held, **{name: _merged(held.get(name), value) for name, value in wanted.items()}}


def _known_facts(section: Section, node: Node) -> None:
    if not isinstance(node.value, dict):
        raise fault(node.line, _("Names and what belongs to each are expected here."))
    for fact, held in node.value.items():
        if fact not in section.facts:
            words = _("Nothing is called “%(name)s” here. There are: %(names)s.")
            raise fault(held.line, words % {"name": fact, "names": ", ".join(sorted(section.facts))})
        if fact not in section.deep and not isinstance(held.value, str):
            raise fault(held.line, _("“%(name)s” is one text.") % {"name": fact})
        if fact == "reason" and len(held.value) > LONGEST_REASON:
            raise fault(held.line, _("At most %(most)s signs fit.") % {"most": LONGEST_REASON})


def _placed(error: ValidationError, node: Node) -> list[str]:
    """The sentences of ``error``, each with the line that its path leads to."""
    if not hasattr(error, "error_dict"):
        return list(error.messages)
    return [
        fault(node.at(*([path] if isinstance(path, str) else path)).line, sentence).messages[0]
        for path, sentences in error.message_dict.items()
        for sentence in sentences
    ]


def apply(text: str, *, by, reason: str, name: str = "", origin: str = Element.Origin.TEMPLATE) -> Applied | None:
    """Do what the file says, all of it; None where there is nothing to do. Raises ValidationError with every fault."""
    if not reason.strip():
        raise Refusal(_("Say in one sentence why it is needed: those who fill it in will read it."))
    with trial(), transaction.atomic():
        made = _carry_out(text, Act(by, reason.strip(), origin))
        if made.faults:
            raise ValidationError(made.faults)
        if not made.steps:
            return None
        steps = [{"section": s.section, "name": s.name, "before": s.before, "after": s.after} for s in made.steps]
        raise_config_version()
        return Applied.objects.create(at=now(), by=by, name=name[:200], reason=reason.strip(), text=text, steps=steps)


def roll_back(applied: Applied, *, by) -> list[str]:
    """Take an application back; the names of what stays, since somebody changed it after. Refused the second time."""
    with trial(), transaction.atomic():
        held = Applied.objects.select_for_update().get(pk=applied.pk)
        if held.rolled_back_at:
            raise Refusal(_("This was rolled back already."))
        act = Act(by, _("Rolled back: %(reason)s") % {"reason": held.reason}, Element.Origin.HAND)
        with one_request():
            kept = list(_put_back_all(held.steps, act))
        raise_config_version()
        held.rolled_back_at, held.rolled_back_by = now(), by
        held.save()
    return kept


def _put_back_all(steps: list[dict], act: Act) -> Iterator[str]:
    """The last first; gives the names of those that stay."""
    read_so_far: dict[str, dict[str, Facts]] = {}
    for step in reversed(steps):
        section = sections[step["section"]]
        if section.key not in read_so_far:
            read_so_far[section.key] = section.read()
        if not _put_back(section, step, read_so_far[section.key].get(step["name"]), act):
            yield step["name"]


def _put_back(section: Section, step: dict, is_now: Facts | None, act: Act) -> bool:
    back = step["before"]
    if back is None and section.gone:
        back = {**step["after"], **section.gone}
    if back is None or is_now != step["after"]:
        return False
    section.write(step["name"], back, act)
    if step["before"] is not None and "reason" in back:  # why it is here is as before; history tells of the way back
        Element.objects.filter(key=section.element(step["name"])).update(reason=back["reason"])
    return True


# ── the things that are built in and switched on where they are asked for


def _read_switches() -> dict[str, Facts]:
    optional = [item.key for item in declared if item.is_switched]
    held = Element.objects.filter(key__in=optional).order_by("key")
    return {element.key: {"on": "yes" if element.is_on else "no", "reason": element.reason} for element in held}


def _write_switch(key: str, facts: Facts, act: Act) -> None:
    if key not in declared or not declared[key].is_switched:
        raise Refusal(_("Nothing called “%(name)s” can be switched on or off.") % {"name": key})
    if facts.get("on") not in ("yes", "no"):
        raise wrong(_("Say yes or no."), "on")
    switch(key, on=facts["on"] == "yes", by=act.by, reason=facts.get("reason") or act.reason, origin=act.origin)


sections.add(
    Section(
        key="switches", label=gettext_lazy("Switched on and off"), order=10, facts=frozenset({"on", "reason"}),
        read=_read_switches, write=_write_switch, element=str,
        travels=lambda key, facts: declared[key].optional or facts["on"] == "no",
    )
)  # fmt: skip
