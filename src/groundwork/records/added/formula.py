"""Formulas of added fields: a small language that reads one record and nothing else.

    if([Pieces] > 100, [Pieces] * [Price] * 0.9, [Pieces] * [Price])

Fields stand in brackets by their names; kept is the formula with their keys. What is empty makes the whole empty:
unknown is not zero. Python only parses; what is not on the list here does not run.
"""

import ast
import re
from collections.abc import Callable, Mapping
from datetime import date, timedelta
from decimal import Decimal, DecimalException, localcontext
from typing import Any

from django.utils.translation import gettext as _

from groundwork.core.money import BIGGEST, SCALE, round_half_up, to_major, to_minor
from groundwork.core.refusals import Refusal

LONGEST = 1000  # signs of a formula
MOST_NODES = 200
LONGEST_TEXT = 300
TOKEN = re.compile(r""" "[^"]*" | '[^']*' | \[([^\[\]]{1,80})\] | \bif\b(?=\s*\() """, re.VERBOSE | re.IGNORECASE)
GIVES = ("number", "money", "text", "date", "bool")


class Wrong(Refusal):
    """What is wrong with a formula, and at which sign of it."""


def at(place: int, sentence: str) -> Wrong:
    return Wrong(_("Sign %(place)s: %(what)s") % {"place": place + 1, "what": sentence})


def kept(text: str, keys: Mapping[str, str]) -> str:
    """The formula with keys in place of names; ``keys`` maps folded names to keys. ``Wrong`` for an unknown name."""

    def key(found: re.Match) -> str:
        if found[1] is None:
            return found[0]
        name = found[1].strip()
        if name.casefold() not in keys:
            raise at(found.start(), _("there is no field called “%(name)s” that a formula can read.") % {"name": name})
        return f"[{keys[name.casefold()]}]"

    return TOKEN.sub(key, text.strip())


def shown(text: str, names: Mapping[str, str]) -> str:
    """The kept formula with names in place of keys."""
    return TOKEN.sub(lambda found: f"[{names.get(found[1], found[1])}]" if found[1] else found[0], text)


def read_by(text: str) -> list[str]:
    """The keys of the fields that a kept formula reads."""
    return [name for name in TOKEN.findall(text) if name]


def parsed(text: str) -> ast.expr:
    """The formula as a tree of allowed parts; ``Wrong`` where it is none."""
    if len(text) > LONGEST:
        raise at(LONGEST, _("a formula has %(most)s signs at most.") % {"most": LONGEST})
    try:
        tree = ast.parse(TOKEN.sub(_as_python, re.sub(r"\s", " ", text)), mode="eval").body
    except (SyntaxError, ValueError, MemoryError, RecursionError) as fault:
        raise at(max((getattr(fault, "offset", 1) or 1) - 1, 0), _("this cannot be read.")) from fault
    nodes = list(ast.walk(tree))
    if len(nodes) > MOST_NODES:
        raise at(0, _("this formula is too long: divide it among several fields."))
    for node in nodes:
        _refuse_unless_allowed(node)
    return tree


def _as_python(found: re.Match) -> str:
    """As many signs, so that places stay: a field becomes a name, and "if" what Python takes for a function."""
    if found[1]:
        return ("_" + found[1] if found[1].isidentifier() else "_").ljust(len(found[0]))
    return found[0] if found[0][0] in "\"'" else "If"


def _refuse_unless_allowed(node: ast.AST) -> None:
    place = getattr(node, "col_offset", 0)
    if not isinstance(node, ALLOWED):
        raise at(place, _("this is not possible in a formula."))
    if isinstance(node, ast.Constant) and (isinstance(node.value, complex) or type(node.value) not in PLAIN):
        raise at(place, _("this is not possible in a formula."))
    if isinstance(node, ast.Call):
        name = node.func.id if isinstance(node.func, ast.Name) else ""
        if name not in FUNCTIONS or node.keywords or any(isinstance(item, ast.Starred) for item in node.args):
            raise at(
                place, _("there is no such function. There are: %(names)s.") % {"names": ", ".join(FUNCTIONS).lower()}
            )
    if isinstance(node, ast.Name) and not node.id.startswith("_") and node.id not in FUNCTIONS:
        raise at(place, _("put names of fields in brackets: [%(name)s].") % {"name": node.id})


PLAIN = (int, float, str, bool)
OPERATORS: dict[type, Callable[[Any, Any], Any]] = {
    ast.Add: lambda left, right: left + right,
    ast.Sub: lambda left, right: left - right,
    ast.Mult: lambda left, right: left * right,
    ast.Div: lambda left, right: left / right if right else None,
    ast.Lt: lambda left, right: left < right,
    ast.LtE: lambda left, right: left <= right,
    ast.Gt: lambda left, right: left > right,
    ast.GtE: lambda left, right: left >= right,
    ast.Eq: lambda left, right: left == right,
    ast.NotEq: lambda left, right: left != right,
}
ALLOWED = (
    ast.BinOp, ast.UnaryOp, ast.BoolOp, ast.Compare, ast.Call, ast.Constant, ast.Name, ast.Load, ast.And, ast.Or,
    ast.Not, ast.USub, ast.UAdd, *OPERATORS,
)  # fmt: skip
FUNCTIONS = ("If", "round", "min", "max", "days", "join", "empty")


class Reader:
    """Works a tree out over the values of one record; None is what is not known, or cannot be worked out."""

    def __init__(self, values: Mapping[str, Any]):
        self.values = values

    def of(self, node: ast.AST) -> Any:
        return getattr(self, f"_{type(node).__name__.lower()}")(node)

    def _constant(self, node):
        value = node.value
        return Decimal(str(value)) if isinstance(value, int | float) and not isinstance(value, bool) else value

    def _name(self, node):
        return self.values.get(node.id[1:])

    def _unaryop(self, node):
        value = self.of(node.operand)
        if isinstance(node.op, ast.Not):
            return None if value is None else not value
        if not isinstance(value, Decimal):
            return None
        return -value if isinstance(node.op, ast.USub) else value

    def _boolop(self, node):
        stops = isinstance(node.op, ast.Or)
        values = [self.of(item) for item in node.values]
        if any(value is not None and bool(value) == stops for value in values):
            return stops
        return None if None in values else not stops

    def _binop(self, node):
        left, right = self.of(node.left), self.of(node.right)
        if isinstance(left, Decimal) and isinstance(right, Decimal):
            return OPERATORS[type(node.op)](left, right)
        is_sum = isinstance(node.op, ast.Add | ast.Sub)
        if is_sum and isinstance(left, date) and isinstance(right, Decimal):
            return left + timedelta(days=int(right) * (1 if isinstance(node.op, ast.Add) else -1))
        if isinstance(node.op, ast.Sub) and isinstance(left, date) and isinstance(right, date):
            return Decimal((left - right).days)
        return None

    def _compare(self, node):
        left, found = self.of(node.left), True
        for operator, item in zip(node.ops, node.comparators, strict=True):
            right = self.of(item)
            if left is None or right is None or type(left) is not type(right):
                return None
            found, left = found and OPERATORS[type(operator)](left, right), right
        return found

    def _call(self, node):
        return getattr(self, f"_do_{node.func.id.lower()}")(node.args)

    def _do_if(self, args):
        if len(args) != 3 or (condition := self.of(args[0])) is None:
            return None
        return self.of(args[1] if condition else args[2])

    def _do_round(self, args):
        value, digits = (self.of(args[0]), self.of(args[1]) if len(args) == 2 else Decimal(0)) if args else (None, None)
        if not isinstance(value, Decimal) or not isinstance(digits, Decimal):
            return None
        return round_half_up(value, min(max(int(digits), 0), SCALE))

    def _do_min(self, args):
        values = [self.of(item) for item in args]
        return min(values) if values and all(isinstance(value, type(values[0])) for value in values) else None

    def _do_max(self, args):
        values = [self.of(item) for item in args]
        return max(values) if values and all(isinstance(value, type(values[0])) for value in values) else None

    def _do_days(self, args):
        """From the first day to the second."""
        days = [self.of(item) for item in args]
        if len(days) != 2 or not all(isinstance(day, date) for day in days):
            return None
        return Decimal((days[1] - days[0]).days)

    def _do_join(self, args):
        texts = [self._text(self.of(item)) for item in args]
        return "".join(text for text in texts if text)[:LONGEST_TEXT]

    def _do_empty(self, args):
        return all(self.of(item) in (None, "") for item in args)

    @staticmethod
    def _text(value) -> str:
        if isinstance(value, Decimal):
            return f"{value.normalize():f}" if abs(value) < BIGGEST else ""
        return "" if value is None or isinstance(value, bool) else str(value)


# ── what kind of value it gives, before there is any


KIND_OF = {  # of a field; all others are text
    "number": Decimal, "integer": Decimal, "money": Decimal, "date": date, "moment": date, "bool": bool,
}  # fmt: skip
GIVEN = {"number": Decimal, "money": Decimal, "text": str, "date": date, "bool": bool}


def refuse_what_gives_nothing(text: str, kinds: Mapping[str, str], gives: str) -> None:
    """``Wrong`` where the formula would stay empty whatever stands in its fields: a text times two, a day as a number.

    ``kinds``: {key of a field: its kind}.
    """
    tree = parsed(text)
    found = Foreseer(kinds).of(tree)
    if found not in (None, GIVEN[gives]):
        raise at(0, _("this gives something else than what you chose."))


class Foreseer:
    """The kind of value of each part of a tree; None where it cannot be told."""

    def __init__(self, kinds: Mapping[str, str]):
        self.kinds = kinds

    def of(self, node: Any) -> type | None:
        return getattr(self, f"_{type(node).__name__.lower()}")(node)

    def _constant(self, node):
        return type(node.value) if isinstance(node.value, bool | str) else Decimal

    def _name(self, node):
        return KIND_OF.get(self.kinds[node.id[1:]], str) if node.id[1:] in self.kinds else None

    def _unaryop(self, node):
        if isinstance(node.op, ast.Not):
            self.of(node.operand)
            return bool
        return self._wanted(node.operand, Decimal)

    def _boolop(self, node):
        for item in node.values:
            self.of(item)
        return bool

    def _binop(self, node):
        left, right = self.of(node.left), self.of(node.right)
        if None in (left, right):
            return None
        if left is right is Decimal:
            return Decimal
        if left is date and isinstance(node.op, ast.Add | ast.Sub):
            if right is Decimal:
                return date
            if right is date and isinstance(node.op, ast.Sub):
                return Decimal
        sentence = _("these two cannot be reckoned with: numbers can, and days. join() puts texts together.")
        raise at(node.col_offset, sentence)

    def _compare(self, node):
        kinds = {kind for item in (node.left, *node.comparators) if (kind := self.of(item))}
        if len(kinds) > 1:
            raise at(node.col_offset, _("only things of one kind are compared: two numbers, two days, two texts."))
        return bool

    def _call(self, node):
        name, kinds = node.func.id.lower(), [self.of(item) for item in node.args]
        if name in ("round", "min", "max", "if"):
            return self._one_of(node, kinds[1:] if name == "if" else kinds[:1] if name == "round" else kinds)
        if name == "days":
            for item in node.args:
                self._wanted(item, date)
        return {"days": Decimal, "join": str, "empty": bool}[name]

    def _one_of(self, node, kinds):
        told = {kind for kind in kinds if kind}
        if len(told) > 1:
            raise at(node.col_offset, _("what it may give is not of one kind."))
        return next(iter(told), None)

    def _wanted(self, node, kind: type) -> type:
        if self.of(node) not in (None, kind):
            raise at(node.col_offset, _("a day is wanted here.") if kind is date else _("a number is wanted here."))
        return kind


def worked_out(text: str, values: Mapping[str, Any], gives: str, currency: str = "") -> Any:
    """What a kept formula gives for these values, as a field of the kind ``gives`` keeps it; None: nothing."""
    try:
        with localcontext(prec=40):
            return _fitting(Reader(values).of(parsed(text)), gives, currency)
    except (DecimalException, OverflowError, TypeError, ValueError, RecursionError):
        return None


def _fitting(value: Any, gives: str, currency: str) -> Any:
    if gives in ("number", "money"):
        if not isinstance(value, Decimal) or not value.is_finite() or abs(value) >= BIGGEST // 10 ** (SCALE + 3):
            return None
        return to_minor(value, currency) if gives == "money" else round_half_up(value, SCALE)
    wanted = {"text": str, "date": date, "bool": bool}[gives]
    return value if isinstance(value, wanted) else None


def value_for(shown_field, record) -> Any:
    """A field's value as formulas read it: amounts in whole units of money, dates as days."""
    value = shown_field.read(record)
    if value is None or value == "":
        return None
    if shown_field.kind == "money":
        return to_major(value, shown_field.currency_of(record))
    if shown_field.kind in ("number", "integer"):
        return Decimal(value)
    if shown_field.kind == "moment":
        return value.date()
    if shown_field.kind == "choice":
        return str(dict(shown_field.model_field.flatchoices).get(value, value))
    return value


READABLE = ("text", "longtext", "number", "integer", "money", "date", "moment", "choice", "bool", "email", "phone")
