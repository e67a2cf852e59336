"""CommerceML 2, in which 1C exchanges catalogues, offers and orders with shops: XML with Russian names.

Read as a stream, without document type and entities, to a depth of a hundred. Schema: https://v8.1c.ru/tekhnologii/obmen-dannymi-i-integratsiya/standarty-i-formaty/standarty-commerceml/
"""

from collections.abc import Iterator
from datetime import date
from decimal import Decimal, InvalidOperation
from pathlib import Path
from xml.etree.ElementTree import Element, SubElement, TreeBuilder  # noqa: S405 - builds only; the parser below refuses entities
from xml.parsers import expat  # noqa: S407 - as above

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from groundwork.core import languages
from groundwork.core.clock import today
from groundwork.core.money import minor_digits, to_scaled
from groundwork.core.refusals import Refusal
from groundwork.crm.trade.amounts import line_amount
from groundwork.crm.trade.models import Order, Price, PriceList, Product
from groundwork.crm.trade.presets.bank import legal_ids
from groundwork.crm.trade.presets.base import Preset, line_of, link, refuse
from groundwork.crm.trade.units import BUILT_IN
from groundwork.records import write
from groundwork.records.imports.layouts import Piece, WrongRow, bad_piece, keep_line
from groundwork.records.imports.models import Staged
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
        self.groups: list[dict[str, str]] = []  # those that are open, the outermost first
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
            parent = self.groups[-1]["Ид"] if self.groups else ""
            line = str(self.parser.CurrentLineNumber)
            self.groups.append({"Ид": "", "Наименование": "", "Родитель": parent, "line": line})
        elif tag == "Группы" and self.path[-2:-1] == ["Группа"]:
            self._give_group()

    def _text(self, text: str) -> None:
        if self.builder is not None:
            self.size += len(text)
            if self.size > MOST_TEXT:
                raise Refusal(
                    _("“%(name)s”, line %(line)s: an element without end.") % {"name": self.name, "line": self.line}
                )
            self.builder.data(text)
        elif self.groups and self.path[-2:-1] == ["Группа"] and self.path[-1] in ("Ид", "Наименование"):
            self.groups[-1][self.path[-1]] = (self.groups[-1][self.path[-1]] + text)[:1000]

    def _give_group(self) -> None:
        """A group is given once, before the groups within it."""
        if line := self.groups[-1].pop("line", ""):
            element = Element("Группа")
            for name, text in self.groups[-1].items():
                SubElement(element, name).text = text
            self.ready.append((int(line), element))

    def _end(self, tag: str) -> None:
        if self.builder is not None:
            self.builder.end(self.path[-1])
            if len(self.path) == self.begun:
                self.ready.append((self.line, self.builder.close()))
                self.builder = None
        elif self.path[-1] == "Группа":
            self._give_group()
            self.groups.pop()
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
    """Products and their variants (``product#variant``) are known by Ид; an order by the Ид of its document.

    Groups become categories, a type of price a price list. The prices of a file change those of their products; a list
    is valid from the day of the file that first brought it.
    """

    key = "commerceml"
    type = "commerceml"
    label = gettext_lazy("CommerceML 2: catalogue, offers, orders")
    order = ("company", "category", "product", "pricelist", "order")
    only_made = frozenset({"company"})
    only_first = frozenset({"valid_from"})
    of_products = frozenset({"order", "pricelist"})

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
        """How many of each the file has; properties are counted and not taken."""
        words = {
            "products": _("Products"), "offers": _("Offers"), "orders": _("Orders"), "groups": _("Groups"),
            "properties": _("Properties, not taken"), "price_types": _("Price types"), "prices": _("Prices"),
        }  # fmt: skip
        facts = self.job.about.get("facts", {})
        return [(str(word), languages.number(facts[name])) for name, word in words.items() if facts.get(name)]

    def pieces(self, path: Path) -> Iterator[tuple[str, int, list[Piece]]]:
        read = {"Группа": self._category, "Товар": self._product, "ТипЦены": self._price_type,
                "Предложение": self._offer, "Документ": self._order}  # fmt: skip
        for line, element in Reader(path.name).elements(path):
            if element.tag in read:
                try:
                    yield path.name, line, list(read[element.tag](element))
                except WrongRow as wrong:
                    yield path.name, line, [bad_piece(told(element, "Ид") if element.tag == "Документ" else "", wrong)]

    @staticmethod
    def _category(element: Element) -> Iterator[Piece]:
        key, name = key_and_name(element)
        yield Piece("category", key, {"name": name[:120], "parent": link("category", told(element, "Родитель")[:200])})

    def _product(self, element: Element) -> Iterator[Piece]:
        key, name = key_and_name(element)
        group = told(element, "Группы", "Ид")[:200]
        values = {"name": name, "code": told(element, "Артикул")[:60], **unit_and_kind(element)}
        yield Piece("product", key, {**values, **({"category": link("category", group)} if group else {})})

    def _price_type(self, element: Element) -> Iterator[Piece]:
        key, name = key_and_name(element)
        is_gross = told(element, "Налог", "УчтеноВСумме") == "true"
        values = {
            "name": name[:120], "currency": currency_of(told(element, "Валюта")), "valid_from": today().isoformat(),
            "basis": PriceList.Basis.GROSS if is_gross else PriceList.Basis.NET,
        }  # fmt: skip
        yield Piece("pricelist", key, values)

    def _offer(self, element: Element) -> Iterator[Piece]:
        """A wrong price is left out alone: the offer stays."""
        yield from self._product(element)
        product = told(element, "Ид")[:200]
        for price in element.findall("Цены/Цена"):
            try:
                row = [product, *self._price(price)]
            except WrongRow as wrong:
                yield bad_piece("", wrong)
            else:
                yield Piece("pricelist", told(price, "ИдТипаЦены")[:200], row=row)

    @staticmethod
    def _price(price: Element) -> list[str]:
        """[price of one unit, from which quantity, currency]"""
        amount, least = number(price, "ЦенаЗаЕдиницу"), number(price, "МинКоличество", needed=False)
        if amount < 0 or least < 0:
            raise WrongRow("ЦенаЗаЕдиницу", str(amount), _("A price and its quantity are not below zero."))
        if number(price, "Коэффициент", needed=False) not in (0, 1):
            raise WrongRow("Коэффициент", told(price, "Коэффициент"), _("a price of several units at once"))
        if not told(price, "ИдТипаЦены"):
            raise WrongRow("ИдТипаЦены", "", _("this must not be empty"))
        return [str(amount), str(least), currency_of(told(price, "Валюта")) if told(price, "Валюта") else ""]

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

    # ── prices of a list

    def judge(self, things) -> None:
        """A list needs its type of price, from this file or an earlier one, and all its prices in one currency."""
        for thing in things if things[0].type == "pricelist" else ():
            values = thing.data["values"]
            if thing.verdict == Staged.Verdict.CREATE and not values.get("name"):
                refuse(thing, "ИдТипаЦены", thing.key, _("no type of price has this Ид"))
                continue
            currency = values.get("currency") or PriceList._base_manager.get(pk=thing.object_id).currency
            if others := {row[3] for row in thing.data["rows"]} - {"", currency}:
                refuse(
                    thing,
                    "Валюта",
                    ", ".join(sorted(others)),
                    _("the price list is in %(currency)s") % {"currency": currency},
                )

    def _differ(self, thing, record, links, lines: list) -> None:
        super()._differ(thing, record, links, lines)
        if thing.type == "pricelist":
            here = prices_of(record)
            wanted = self._prices(thing, links)
            new = len(thing.data["rows"]) - len(wanted) + len(wanted.keys() - here.keys())
            changed = sum(key in here and here[key].price != price for key, price in wanted.items())
            if new or changed:
                many = ngettext("%(count)s changed", "%(count)s changed", changed) % {"count": changed}
                after: int | str = len(here) + new
                thing.difference["lines"] = [len(here), f"{after}, {many}" if changed else after]

    @staticmethod
    def _prices(thing, links) -> dict[tuple[int, Decimal], Decimal]:
        """{(product, from quantity): price} of the products that are here."""
        products = links.get("product", {})
        rows = [(products.get(row[0]), Decimal(row[2]), Decimal(row[1])) for row in thing.data["rows"]]
        return {(product, least): price for product, least, price in rows if product}

    def _create(self, things, records, links) -> None:
        if things[0].type == "category":
            self._create_branches(things, records)
        else:
            super()._create(things, records, links)
        if things[0].type == "pricelist":
            self._put_prices(things, records, links)

    def _create_branches(self, things, records) -> None:
        """One by one: a branch may stand in the same file as what it is part of."""
        made: dict[str, int] = {}
        for thing, record in zip(things, records, strict=True):
            parent = thing.data["values"].get("parent")
            record.parent_id = record.parent_id or (made.get(parent[1]) if parent else None)
            write.writing_many(created=[record])
            made[thing.key] = record.pk

    def _change(self, things, links) -> None:
        super()._change(things, links)
        if things and things[0].type == "pricelist":
            ids = [thing.object_id for thing in things]
            held = PriceList._base_manager.select_for_update(of=("self",)).in_bulk(ids)
            self._put_prices(things, [held[thing.object_id] for thing in things], links)

    def _put_prices(self, things, lists, links) -> None:
        changed = []
        for thing, pricelist in zip(things, lists, strict=True):
            before, here = write.values(pricelist), prices_of(pricelist)
            for (product, least), price in self._prices(thing, links).items():
                line = here.get((product, least)) or Price(product_id=product, from_quantity=least)
                line_before = write.values(line) if line.pk else None
                line.price = price
                if line_before != write.values(line):
                    keep_line(pricelist, line, line_before)
            changed.append((pricelist, before))
        write.writing_many(changed=changed)

    def natural(self, type_key: str, keys: set[str]) -> dict[str, int]:
        """A variant whose product alone is here is not the same thing; nothing else is known by nature."""
        return {}


def key_and_name(element: Element) -> tuple[str, str]:
    key, name = told(element, "Ид")[:200], told(element, "Наименование")[:200]
    if not key or not name:
        raise WrongRow("Ид" if not key else "Наименование", "", _("this must not be empty"))
    return key, name


def prices_of(pricelist: PriceList) -> dict[tuple[int, Decimal], Price]:
    return {(row.product_id, row.from_quantity): row for row in Price._base_manager.filter(pricelist=pricelist)}


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
