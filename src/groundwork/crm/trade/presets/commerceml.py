"""CommerceML 2, in which 1C exchanges catalogues, offers and orders with shops: XML with Russian names.

Read as a stream, without document type and entities, to a depth of a hundred. Schema: https://v8.1c.ru/tekhnologii/obmen-dannymi-i-integratsiya/standarty-i-formaty/standarty-commerceml/
"""

from collections.abc import Iterator
from datetime import date
from decimal import Decimal, InvalidOperation
from pathlib import Path
from xml.etree.ElementTree import Element, TreeBuilder  # noqa: S405 - builds only; the parser below refuses entities
from xml.parsers import expat  # noqa: S407 - as above

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from groundwork.core import languages
from groundwork.core.money import minor_digits, to_scaled
from groundwork.core.refusals import Refusal
from groundwork.crm.trade.amounts import line_amount
from groundwork.crm.trade.models import Order, Product
from groundwork.crm.trade.presets.bank import legal_ids
from groundwork.crm.trade.presets.base import Preset, line_of, link
from groundwork.crm.trade.units import BUILT_IN
from groundwork.records.imports.layouts import Piece, WrongRow, bad_piece
from groundwork.records.imports.readers import MOST_BYTES

ROOTS = ("КоммерческаяИнформация", "Классификатор")
WATCHED = ("Группа", "Свойство", "Товар", "Предложение", "ТипЦены", "Документ")
DEEPEST = 100
MOST_TEXT = 1_000_000  # signs of one watched element


class Reader:
    """Gives each watched element once it is whole, with its line; everything else is forgotten on the way."""

    def __init__(self, name: str):
        self.name, self.path, self.ready = name, [], []
        self.builder: TreeBuilder | None = None
        self.begun, self.size = 0, 0
        self.parser = expat.ParserCreate()
        self.parser.StartDoctypeDeclHandler = self.parser.EntityDeclHandler = self._refuse
        self.parser.StartElementHandler, self.parser.EndElementHandler = self._start, self._end
        self.parser.CharacterDataHandler = self._text

    def _refuse(self, *_args) -> None:
        raise Refusal(
            _("“%(name)s” declares a document type or entities, which no exchange file has.") % {"name": self.name}
        )

    def _start(self, tag: str, attributes: dict[str, str]) -> None:
        tag = tag.rpartition(":")[2]
        if not self.path and tag not in ROOTS:
            raise Refusal(
                _("“%(name)s” is no CommerceML file: it begins with %(tag)s.") % {"name": self.name, "tag": tag[:60]}
            )
        self.path.append(tag)
        if len(self.path) > DEEPEST:
            raise Refusal(_("“%(name)s” is nested too deeply.") % {"name": self.name})
        if self.builder is None and tag in WATCHED and tag != "Группа":
            self.builder, self.begun, self.size = TreeBuilder(), len(self.path), 0
            self.line = self.parser.CurrentLineNumber
        if self.builder is not None:
            self.builder.start(tag, attributes)
        elif tag == "Группа":
            self.ready.append((self.parser.CurrentLineNumber, Element("Группа")))

    def _text(self, text: str) -> None:
        if self.builder is not None:
            self.size += len(text)
            if self.size > MOST_TEXT:
                raise Refusal(
                    _("“%(name)s”, line %(line)s: an element without end.") % {"name": self.name, "line": self.line}
                )
            self.builder.data(text)

    def _end(self, tag: str) -> None:
        if self.builder is not None:
            self.builder.end(self.path[-1])
            if len(self.path) == self.begun:
                self.ready.append((self.line, self.builder.close()))
                self.builder = None
        self.path.pop()

    def elements(self, path: Path) -> Iterator[tuple[int, Element]]:
        if path.stat().st_size > MOST_BYTES:
            raise Refusal(_("“%(name)s” is too large.") % {"name": self.name})
        with path.open("rb") as file:
            first, chunk = True, file.read(1 << 16)
            while chunk:
                chunk = chunk.lstrip(b"\xef\xbb\xbf \t\r\n") if first else chunk
                first = False
                self._feed(chunk, False)
                yield from self.ready
                self.ready = []
                chunk = file.read(1 << 16)
            self._feed(b"", True)
            yield from self.ready

    def _feed(self, chunk: bytes, last: bool) -> None:
        try:
            self.parser.Parse(chunk, last)
        except (expat.ExpatError, ValueError, LookupError) as error:
            line = self.parser.CurrentLineNumber
            raise Refusal(
                _("“%(name)s”, line %(line)s: this is no whole XML.") % {"name": self.name, "line": line}
            ) from error


def told(element: Element, *tags: str) -> str:
    """The text at the end of this path of tags; "" where there is none."""
    found: Element | None = element
    for tag in tags:
        found = found.find(tag) if found is not None else None
    return " ".join((found.text or "").split()) if found is not None else ""


def number(element: Element, tag: str, needed: bool = True) -> Decimal:
    text = told(element, tag).replace("\u00a0", "").replace(" ", "").replace(",", ".")
    if not text and not needed:
        return Decimal(0)
    try:
        value = Decimal(text)
        to_scaled(value)
    except (InvalidOperation, ValueError) as error:
        raise WrongRow(tag, text, _("not a number")) from error
    return value


class CommerceML(Preset):
    """Products and their variants (``product#variant``) are known by Ид; an order by the Ид of its document."""

    key = "commerceml"
    type = "commerceml"
    label = gettext_lazy("CommerceML 2: catalogue, offers, orders")
    order = ("company", "product", "order")
    only_made = frozenset({"company"})

    @classmethod
    def claims(cls, path: Path) -> bool:
        if not path.is_file():
            return False
        with path.open("rb") as file:
            start = file.read(4000)
        return any(root.encode(code) in start for root in ROOTS for code in ("utf-8", "windows-1251"))

    def examine(self, path: Path) -> dict:
        facts = dict.fromkeys(("groups", "products", "properties", "offers", "price_types", "prices", "orders"), 0)
        total = Decimal(0)
        names = {
            "Группа": "groups",
            "Товар": "products",
            "Свойство": "properties",
            "Предложение": "offers",
            "ТипЦены": "price_types",
        }
        for _line, element in Reader(path.name).elements(path):
            if element.tag in names:
                facts[names[element.tag]] += 1
            for price in element.findall("Цены/Цена"):
                facts["prices"] += 1
                total += quiet(price, "ЦенаЗаЕдиницу")
            facts["orders"] += element.tag == "Документ"
        self.job.about = {"files": 1, "header": [], "encoding": "XML", "facts": facts | {"sum_of_prices": str(total)}}
        return self.job.about

    def told(self) -> list[tuple[str, str]]:
        """How many of each the file has; groups, properties and prices are counted and not taken."""
        words = {
            "products": _("Products"), "offers": _("Offers"), "orders": _("Orders"), "groups": _("Groups, not taken"),
            "properties": _("Properties, not taken"), "prices": _("Prices, not taken"),
        }  # fmt: skip
        facts = self.job.about.get("facts", {})
        return [(str(word), languages.number(facts[name])) for name, word in words.items() if facts.get(name)]

    def pieces(self, path: Path) -> Iterator[tuple[str, int, list[Piece]]]:
        read = {"Товар": self._product, "Предложение": self._product, "Документ": self._order}
        for line, element in Reader(path.name).elements(path):
            if element.tag in read:
                try:
                    yield path.name, line, list(read[element.tag](element))
                except WrongRow as wrong:
                    yield path.name, line, [bad_piece(told(element, "Ид") if element.tag == "Документ" else "", wrong)]

    def _product(self, element: Element) -> Iterator[Piece]:
        key, name = told(element, "Ид")[:200], told(element, "Наименование")[:200]
        if not key or not name:
            raise WrongRow("Ид" if not key else "Наименование", "", _("this must not be empty"))
        yield Piece("product", key, {"name": name, "code": told(element, "Артикул")[:60], **unit_and_kind(element)})

    def _order(self, element: Element) -> Iterator[Piece]:
        key, currency = told(element, "Ид")[:200], currency_of(told(element, "Валюта"))
        day = told(element, "Дата")
        try:
            date.fromisoformat(day)
        except ValueError as error:
            raise WrongRow("Дата", day, _("not a date: write it like 2010-12-31")) from error
        buyer = self._buyer(element)
        yield buyer
        rows = []
        for item in element.findall("Товары/Товар"):
            rows.append(self._line(item, currency))
            code = {"code": told(item, "Артикул")[:60]} | unit_and_kind(item)
            yield Piece("product", rows[-1][0], {"name": rows[-1][1], **code})
        told_sum, summed = number(element, "Сумма"), sum(row[5] for row in rows)
        if told_sum.scaleb(minor_digits(currency)) != summed:
            reason = _("its lines sum to %(sum)s") % {"sum": Decimal(summed).scaleb(-minor_digits(currency))}
            raise WrongRow("Сумма", str(told_sum), reason)
        values = {
            "document_number": told(element, "Номер")[:40] or key[:40], "company": link("company", buyer.key),
            "currency": currency, "ordered_on": day, "state": Order.State.CONFIRMED,
        }  # fmt: skip
        yield Piece("order", key, values)
        for row in rows:
            yield Piece("order", key, row=row)

    @staticmethod
    def _buyer(element: Element) -> Piece:
        parties = element.findall("Контрагенты/Контрагент")
        buyer = next((one for one in parties if told(one, "Роль") in ("Покупатель", "Плательщик", "")), None)
        name = told(buyer, "Наименование")[:200] if buyer is not None else ""
        if buyer is None or not name:
            raise WrongRow("Контрагент", "", _("this must not be empty"))
        return Piece(
            "company",
            told(buyer, "Ид")[:200] or name,
            {"name": name, **legal_ids(told(buyer, "ИНН"), told(buyer, "КПП"))},
        )

    @staticmethod
    def _line(item: Element, currency: str) -> list:
        """The sum of a line stands; where price x quantity gives another, a discount is kept in percent."""
        key, name = told(item, "Ид")[:200], told(item, "Наименование")[:200]
        if not key or not name:
            raise WrongRow("Товар", name, _("this must not be empty"))
        quantity, price, total = number(item, "Количество"), number(item, "ЦенаЗаЕдиницу"), number(item, "Сумма")
        line = line_of(key, name, quantity, price, currency)
        wanted = total.scaleb(minor_digits(currency))
        if line[5] != wanted and quantity and price:
            discount = (100 - total * 100 / (quantity * price)).quantize(Decimal("0.000001"))
            if 0 <= discount <= 100 and line_amount(quantity, price, minor_digits(currency), discount) == wanted:
                line = line_of(key, name, quantity, price, currency, discount)
        if line[5] != wanted:
            raise WrongRow("Сумма", str(total), _("price times quantity is not this sum"))
        return line

    def natural(self, type_key: str, keys: set[str]) -> dict[str, int]:
        """A variant whose product alone is here is not the same thing; nothing else is known by nature."""
        return {}


def unit_and_kind(element: Element) -> dict[str, str]:
    unit = element.find("БазоваяЕдиница")
    code = unit_of(unit) if unit is not None else ""
    kinds = {told(one, "Значение") for one in element.findall("ЗначенияРеквизитов/ЗначениеРеквизита")}
    found = {"unit": code} if code else {}
    return found | ({"kind": Product.Kind.SERVICE} if "Услуга" in kinds else {})


def unit_of(unit: Element) -> str:
    """Our unit by its ОКЕИ number, else by its words; "" where we have none such."""
    numbers = {built.okei: code for code, built in BUILT_IN.items() if built.okei}
    if found := numbers.get(unit.get("Код", "").strip()):
        return found
    words = (" ".join((unit.text or "").split()), unit.get("НаименованиеКраткое"), unit.get("НаименованиеПолное"))
    field = Product._meta.get_field("unit")
    return next((code for word in words if word and (code := field.choice_of(word))), "")  # type: ignore[union-attr]


def currency_of(text: str) -> str:
    code = {"РУБ": "RUB", "РУБ.": "RUB", "RUR": "RUB", "": "RUB", "643": "RUB"}.get(text.upper(), text.upper())
    if len(code) != 3 or not code.isascii() or not code.isalpha():
        raise WrongRow("Валюта", text, _("a currency is three letters, such as EUR"))
    return code


def quiet(element: Element, tag: str) -> Decimal:
    try:
        return number(element, tag)
    except WrongRow:
        return Decimal(0)
