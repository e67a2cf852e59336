"""1CClientBankExchange: a bank's statement as text. What came in becomes payments, shared out over the invoices named.

Format: https://v8.1c.ru/tekhnologii/obmen-dannymi-i-integratsiya/standarty-i-formaty/standart-obmena-s-sistemami-klient-banka/
Only money received is taken: what we paid goes to suppliers, the state and the bank, and is told in sums.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import date, datetime
from decimal import Decimal, InvalidOperation
from pathlib import Path
from typing import Any

from django.core.exceptions import ValidationError
from django.db.models import Q
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, pgettext

from groundwork.core import languages
from groundwork.core.money import to_minor
from groundwork.core.refusals import Refusal
from groundwork.crm.customers.models import Company
from groundwork.crm.trade.models import Payment
from groundwork.crm.trade.presets.base import Preset, link
from groundwork.crm.trade.sharing import share_out
from groundwork.records.imports.layouts import Piece, WrongRow, bad_piece
from groundwork.records.imports.models import Staged
from groundwork.records.imports.readers import MOST_LINE, detect_encoding, not_in, sources, text_of

MARK = "1CClientBankExchange"
ACCOUNT_CURRENCY = {
    "810": "RUB",
    "643": "RUB",
    "840": "USD",
    "978": "EUR",
    "985": "PLN",
    "156": "CNY",
    "398": "KZT",
    "933": "BYN",
}


@dataclass
class Document:
    """One section of the file: its kind, the line it begins in, and its fields."""

    kind: str
    line: int
    fields: dict[str, str] = field(default_factory=dict)

    def money(self, name: str) -> Decimal:
        text = self.fields.get(name, "").strip().replace(",", ".")
        try:
            value = Decimal(text)
        except InvalidOperation as error:
            raise WrongRow(name, text, _("not a number")) from error
        if not value.is_finite() or value != round(value, 2) or abs(value) >= 10**13:
            raise WrongRow(name, text, _("not an amount of money"))
        return value

    def day(self, *names: str) -> date:
        for name in names:
            if text := self.fields.get(name, "").strip():
                try:
                    return datetime.strptime(text, "%d.%m.%Y").date()  # noqa: DTZ007 - a day has no zone
                except ValueError as error:
                    raise WrongRow(name, text, _("not a date: write it like 31.12.2026")) from error
        raise WrongRow(names[-1], "", _("this must not be empty"))


class Statement(Preset):
    """The payer is known by ИНН (КПП tells branches apart), else by name; a payer we do not know is made a customer."""

    key = "bank-1c"
    type = "bank"
    label = gettext_lazy("Bank statement: 1CClientBankExchange")
    order = ("company", "payment")
    only_made = frozenset({"company"})

    @classmethod
    def claims(cls, path: Path) -> bool:
        if not path.is_file():
            return False
        with path.open("rb") as file:
            return MARK.encode() in file.read(200)

    def _sections(self, path: Path) -> Iterator[Document]:
        """Sections in the order of the file; the head is one of kind "". Refused where the file breaks off."""
        source = sources(path)[0]
        encoding = self.job.options.get("encoding") or detect_encoding(source)
        self.job.about["encoding"] = encoding.replace("-sig", "")
        current, ended = Document("", 1), False
        with text_of(source, encoding) as text:
            try:
                for number, line in enumerate(iter(lambda: text.readline(MOST_LINE), ""), 1):
                    name, _sign, value = line.strip("\ufeff\r\n").partition("=")
                    name = name.strip()
                    if number == 1 and name != MARK:
                        raise Refusal(_("“%(name)s” is no bank statement of 1C.") % {"name": source.name})
                    if name in ("СекцияРасчСчет", "СекцияДокумент"):
                        yield current
                        current = Document("account" if name.endswith("Счет") else value.strip(), number)
                    elif name in ("КонецРасчСчет", "КонецДокумента", "КонецФайла"):
                        ended = ended or name == "КонецФайла"
                    else:
                        self._add(current, name, value)
            except UnicodeDecodeError as error:
                raise not_in(encoding, source, 1) from error
        if not ended:
            raise Refusal(
                _("“%(name)s” breaks off: its last line is not КонецФайла. Fetch it anew.") % {"name": source.name}
            )
        yield current

    @staticmethod
    def _add(section: Document, name: str, value: str) -> None:
        """A long field goes on in lines without a sign of equality; of two accounts both are kept."""
        if not section.kind and name == "РасчСчет":
            value = f"{section.fields.get(name, '')} {value}"
        section.fields[name] = value.strip()

    def examine(self, path: Path) -> dict:
        self.job.about = {"files": 1, "header": [], "separator": ""}
        self.job.about["facts"] = self._facts(path)
        return self.job.about

    def _facts(self, path: Path) -> dict:
        """What the statement says of itself, and what its documents sum to; the balances must agree."""
        found: dict[str, Any] = {
            "documents": 0,
            "sum": Decimal(0),
            "received": [0, Decimal(0)],
            "paid": [0, Decimal(0)],
            "accounts": [],
        }
        own: set[str] = set()
        for section in self._sections(path):
            if section.kind == "account":
                own.add(section.fields.get("РасчСчет", ""))
                found["accounts"].append(self._balance(section))
            elif not section.kind:
                own |= set(section.fields.get("РасчСчет", "").split())
            else:
                try:
                    amount = section.money("Сумма")
                except WrongRow:
                    continue
                found["documents"] += 1
                found["sum"] += amount
                side = found["received" if is_received(section, own) else "paid"]
                side[0] += 1
                side[1] += amount
        told = [sum(Decimal(account[name]) for account in found["accounts"]) for name in ("received", "paid")]
        found["differs"] = [str(found["received"][1] - told[0]), str(found["paid"][1] - told[1])]
        for side in ("received", "paid"):
            found[side][1] = str(found[side][1])
        return found | {"sum": str(found["sum"])}

    def told(self) -> list[tuple[str, str]]:
        """Sums of the file, and each account's balance; where they do not agree, by how much."""
        facts = self.job.about.get("facts")
        if not facts:
            return []
        sides = ((pgettext("money", "Received"), facts["received"]), (_("Paid by us, not taken"), facts["paid"]))
        rows = [(what, f"{count} × = {languages.number(Decimal(total), 2)}") for what, (count, total) in sides]
        for account in facts["accounts"]:
            opening, closing = (languages.number(Decimal(account[name]), 2) for name in ("opening", "closing"))
            off = Decimal(account["off"])
            differs = _(", which differs by %(sum)s from what came and went") % {"sum": languages.number(off, 2)}
            rows.append((account["account"], f"{opening} → {closing}" + (differs if off else "")))
        return rows

    @staticmethod
    def _balance(section: Document) -> dict:
        names = {
            "opening": "НачальныйОстаток",
            "received": "ВсегоПоступило",
            "paid": "ВсегоСписано",
            "closing": "КонечныйОстаток",
        }
        values = {key: section.money(name) if section.fields.get(name) else Decimal(0) for key, name in names.items()}
        off = values["opening"] + values["received"] - values["paid"] - values["closing"]
        return {
            "account": section.fields.get("РасчСчет", ""),
            **{key: str(value) for key, value in values.items()},
            "off": str(off),
        }

    def pieces(self, path: Path) -> Iterator[tuple[str, int, list[Piece]]]:
        own: set[str] = set()
        for section in self._sections(path):
            if section.kind in ("", "account"):
                own |= set(section.fields.get("РасчСчет", "").split())
                continue
            try:
                taken = list(self._payment(section)) if is_received(section, own) else []
            except WrongRow as wrong:
                taken = [bad_piece("", wrong)]
            yield path.name, section.line, taken

    def _payment(self, section: Document) -> Iterator[Piece]:
        fields, amount = section.fields, section.money("Сумма")
        if amount <= 0:
            raise WrongRow("Сумма", str(amount), _("an amount is above zero"))
        day = section.day("ДатаПоступило", "Дата")
        account = fields.get("ПолучательСчет") or fields.get("ПолучательРасчСчет") or ""
        currency = ACCOUNT_CURRENCY.get(account[5:8], self.job.options.get("currency") or "RUB")
        payer = " ".join((fields.get("Плательщик1") or fields.get("Плательщик") or "").split())
        payer = re.sub(r"^ИНН\s*\d+\s*(?:/?КПП\s*\d*)?\s*", "", payer)[:200]
        inn = fields.get("ПлательщикИНН", "")
        if not payer and not inn:
            raise WrongRow("Плательщик1", "", _("this must not be empty"))
        kpp = fields.get("ПлательщикКПП", "")
        company = (f"inn {inn} {kpp}".strip() if inn.strip("0") else f"name {payer}")[:200]
        yield Piece("company", company, {"name": payer or inn, **legal_ids(inn, kpp)})
        number = fields.get("Номер", "")
        yield Piece(
            "payment", "|".join((account, number, day.isoformat(), str(amount), inn or payer))[:200],
            {
                "company": link("company", company), "amount_minor": to_minor(amount, currency), "currency": currency,
                "paid_on": day.isoformat(), "direction": Payment.Direction.IN, "payer_legal_id": inn[:30],
                "reference": " ".join(fields.get("НазначениеПлатежа", "").split())[:200],
            },
        )  # fmt: skip

    def natural(self, type_key: str, keys: set[str]) -> dict[str, int]:
        """A payer that we know already: by ИНН, and КПП where several have it; else by the very name."""
        if type_key != "company":
            return {}
        visible, found = Company.objects.visible_to(self.job.requester).current(), {}
        for key in keys:
            what, _space, value = key.partition(" ")
            if what == "inn":
                inn, _space, kpp = value.partition(" ")
                same = list(visible.filter(Q(inn=inn) | Q(legal_id=inn)))
                same = [one for one in same if one.kpp == kpp] or [one for one in same if not (one.kpp and kpp)]
            else:
                same = list(visible.filter(name=value)[:2])
            if len(same) == 1:
                found[key] = same[0].pk
        return found

    def _create(self, things: list[Staged], records: list, links) -> None:
        super()._create(things, records, links)
        if things[0].type == "payment":
            for payment in records:
                share_out(payment)


def is_received(section: Document, own: set[str]) -> bool:
    """Our account is the payee's; where neither is ours (names are hidden), the day of arrival tells."""
    fields = section.fields
    if own & {fields.get("ПолучательСчет"), fields.get("ПолучательРасчСчет")}:
        return True
    if own & {fields.get("ПлательщикСчет"), fields.get("ПлательщикРасчСчет")}:
        return False
    return bool(fields.get("ДатаПоступило")) and not fields.get("ДатаСписано")


def legal_ids(inn: str, kpp: str) -> dict[str, str]:
    """The numbers of a payer as far as their digits are right; a wrong one stays with the payment only."""
    found = {}
    for name, value in (("inn", inn), ("kpp", kpp)):
        try:
            Company._meta.get_field(name).run_validators(value)
        except ValidationError:
            continue
        if value.strip("0"):
            found[name] = value
    return found
