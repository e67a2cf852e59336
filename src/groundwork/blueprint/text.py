"""A configuration as YAML: read with the line of everything, so that a fault can say where it is; written readable.

Every value is text ("no" is Norway, not false); lists and mappings hold text. Anchors, aliases and tags are refused.
"""

from dataclasses import dataclass, replace
from typing import Any

import yaml
from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _

LONGEST = 3_000_000  # signs of a file
DEEPEST = 8

Plain = str | list["Plain"] | dict[str, "Plain"]


@dataclass(frozen=True)
class Node:
    """A value and the line on which it, or its name, begins (from 1)."""

    value: "str | list[Node] | dict[str, Node]"
    line: int

    def plain(self) -> Any:
        match self.value:
            case dict():
                return {name: node.plain() for name, node in self.value.items()}
            case list():
                return [node.plain() for node in self.value]
        return self.value

    def at(self, *path: str) -> "Node":
        """The node under ``path``, or the nearest that is there: where a fault of it is shown."""
        here = self
        for name in path:
            match here.value:
                case dict() as held if name in held:
                    here = held[name]
                case list() as held if name.isdecimal() and int(name) < len(held):
                    here = held[int(name)]
                case _:
                    break
        return here


def fault(line: int, sentence: Any) -> ValidationError:
    return ValidationError(_("Line %(line)s: %(sentence)s") % {"line": line, "sentence": sentence})


def read(text: str) -> Node:
    """The whole file. Raises ValidationError with the line of the first thing that is no such YAML."""
    if len(text) > LONGEST:
        raise ValidationError(_("The file is longer than a configuration can be."))
    try:
        for event in yaml.parse(text, Loader=yaml.BaseLoader):
            if getattr(event, "anchor", None) or getattr(event, "tag", None):
                raise fault(event.start_mark.line + 1, _("Anchors, aliases and tags are not read here."))
        found = yaml.compose(text, Loader=yaml.BaseLoader)
    except yaml.YAMLError as error:
        mark = getattr(error, "problem_mark", None)
        words = getattr(error, "problem", None) or getattr(error, "reason", "") or ""
        raise fault(mark.line + 1 if mark else 1, _("This is no YAML (%(words)s).") % {"words": words}) from error
    except RecursionError as error:
        raise ValidationError(_("The file is nested deeper than a configuration can be.")) from error
    if not isinstance(found, yaml.MappingNode):
        raise fault(1, _("A configuration begins with names and what belongs to each, such as “roles:”."))
    return _node(found, 0)


def _node(found: yaml.Node, depth: int) -> Node:
    line = found.start_mark.line + 1
    if depth > DEEPEST:
        raise fault(line, _("The file is nested deeper than a configuration can be."))
    if isinstance(found, yaml.ScalarNode):
        return Node(found.value.replace("\x00", ""), line)
    if isinstance(found, yaml.SequenceNode):
        return Node([_node(item, depth + 1) for item in found.value], line)
    held: dict[str, Node] = {}
    for key, value in found.value:
        if not isinstance(key, yaml.ScalarNode):
            raise fault(key.start_mark.line + 1, _("A name is plain text."))
        if key.value in held:
            raise fault(key.start_mark.line + 1, _("“%(name)s” stands here twice.") % {"name": key.value})
        held[key.value] = replace(_node(value, depth + 1), line=key.start_mark.line + 1)
    return Node(held, line)


class _Readable(yaml.SafeDumper):
    """All is text, so nothing needs quotes for looking like a number."""

    yaml_implicit_resolvers: dict = {}

    def increase_indent(self, flow=False, indentless=False):
        return super().increase_indent(flow, False)


_Readable.add_multi_representer(str, lambda dumper, value: dumper.represent_str(str(value)))  # keys may be choices


def written(data: Plain) -> str:
    return yaml.dump(data, Dumper=_Readable, allow_unicode=True, sort_keys=False, width=110)
