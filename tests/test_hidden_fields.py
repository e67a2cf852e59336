"""A field that is hidden from a person leaves no trace anywhere: not in an answer, and not in what a guess changes.

Berta sees every record, and of each only its title. Values that stand nowhere else are planted in all other fields,
with history, and asked for through every route that answers a GET; then guessed at through search, filters, sorting,
suggestions and the warning of duplicates. A right guess and a wrong one must be answered alike.
"""

import re
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal
from typing import Any
from urllib.parse import quote

import pytest
from django.db import models, transaction
from django.urls import reverse

from groundwork.access.models import FieldGrant, Grant, Reach, Role, Verb
from groundwork.access.testing import make_person
from groundwork.core.money import ScaledField
from groundwork.records.finding import search
from groundwork.records.models import Record
from groundwork.records.types import RecordType, types
from groundwork.records.write import writing
from tests.matrix import ROWS, Case, World
from tests.support.servers import postgres_url
from tests.test_permission_matrix import BACKEND, ROUTES, Browser, Client, planted, requests

pytestmark = pytest.mark.django_db
OWNER = "olga"  # whose records carry the planted values
ASKED = ("company", "product", "invoice")  # the types asked; all: soak
if not postgres_url():
    ASKED = (*ASKED, "contact", "order", "claim", "goal", "requirement")
KINDS = [pytest.param(ASKED, id="some"), pytest.param((), id="all", marks=pytest.mark.soak)]
OPEN = {"number", "owner", "department"}  # what everybody sees of a record they see


@dataclass(frozen=True)
class Planted:
    """A value that stands in one hidden field of one record and nowhere else; ``signs`` betray it in an answer."""

    kind: RecordType
    field: str
    typed: str  # as one would guess it
    signs: tuple[str, ...]


@pytest.fixture(scope="module")
def world(django_db_setup, django_db_blocker):
    with django_db_blocker.unblock(), planted() as world:
        blind(world)
        yield world


@pytest.fixture(scope="module")
def values(world) -> list[Planted]:
    found = []
    for kind in types:
        if kind.key == "rate":
            continue  # its title is made of its fields: whoever sees that a rate is there sees the rate
        found += plant_values(kind, world.records[kind.key][OWNER], world.people[OWNER], len(found))
        search.refresh(kind, list(kind.model._base_manager.all()))
    return found


@pytest.fixture(scope="module")
def browser(world, values):
    made = Browser(world)
    made.clients["berta"] = Client(raise_request_exception=False)
    made.clients["berta"].force_login(world.people["berta"], backend=BACKEND)
    made.cookies["berta"] = made.clients["berta"].cookies.copy()
    return made


def hidden_of(kind: RecordType) -> list[str]:
    names = dict.fromkeys((*kind.fields, *kind.columns, *kind.filters, *kind.search))
    parts = [part.key for part in kind.parts]
    return [name for name in (*names, *parts) if name not in OPEN and name != kind.model.title_field]


def blind(world: World) -> None:
    role = Role.objects.create(key="blind", name="Blind", rank=5)
    verbs = (Verb.VIEW, Verb.CREATE, Verb.EDIT, Verb.ARCHIVE, Verb.EXPORT)
    keys = [*(kind.key for kind in types), "import"]
    Grant.objects.bulk_create(Grant(role=role, type=key, verb=verb, reach=Reach.ALL) for key in keys for verb in verbs)
    FieldGrant.objects.bulk_create(
        FieldGrant(role=role, type=kind.key, field=name, mode=FieldGrant.Mode.HIDDEN)
        for kind in types
        for name in hidden_of(kind)
    )
    world.people["berta"] = make_person("Berta", "blind", world.cast.office)


def plant_values(kind: RecordType, record: Record, by, start: int) -> list[Planted]:
    """Twice, so that history holds a value before and one after."""
    made: list[Planted] = []
    names = [name for name in hidden_of(kind) if name in kind.by_name]
    for name in names:
        if name in kind.added:
            made += plant_added(kind, record, name, by, start + len(made))
            continue
        column = kind.field(name).model_field
        if column is None or column.choices or not column.editable or not isinstance(column, models.Field):
            continue
        value, typed, signs = unheard_of(column, start + len(made))
        if value is None:
            continue
        try:
            with transaction.atomic(), writing(record, by=by, act="edited") as fresh:
                setattr(fresh, name, value)
        except Exception:  # noqa: S112 - a rule of the type forbids it: this field is not planted
            continue
        kept = kind.model._base_manager.get(pk=record.pk)
        if getattr(kept, name) == value:
            made.append(Planted(kind, name, typed, signs))
    return made


def plant_added(kind: RecordType, record: Record, name: str, by, place: int) -> list[Planted]:
    """A text in a field that the firm added, or one of its choices; what a formula gives follows by itself."""
    shown = kind.field(name)
    if shown.kind == "choices":
        with writing(record, by=by, act="edited") as fresh:
            shown.write(fresh, ["c1"])
        label = shown.added.choices[0]["label"]
        return [Planted(kind, name, label, (label,))]
    if shown.kind not in ("text", "longtext") or not shown.model_field.editable:
        return []
    word = f"zqx{place}y"
    with writing(record, by=by, act="edited") as fresh:
        fresh.extra = {**fresh.extra, name: word}
    return [Planted(kind, name, word, (word,))]


def unheard_of(column: Any, place: int) -> tuple[Any, str, tuple[str, ...]]:
    if isinstance(column, models.EmailField):
        return f"zqx{place}y@zq.example", f"zqx{place}y@zq.example", (f"zqx{place}y",)
    if isinstance(column, models.URLField):
        return f"https://zqx{place}y.example", f"zqx{place}y", (f"zqx{place}y",)
    if isinstance(column, models.CharField | models.TextField):
        word = f"zqx{place}y"
        fits = not column.max_length or column.max_length >= len(word)
        return (word, word, (word,)) if fits else (None, "", ())
    if isinstance(column, ScaledField):
        return Decimal(f"7713{place:03}"), f"7713{place:03}", (f"7713{place:03}",)
    if isinstance(column, models.DateField) and not isinstance(column, models.DateTimeField):
        day = date(1913, 1, 1) + timedelta(days=place)  # later fields have later days: an end lies after its beginning
        return (
            day,
            day.isoformat(),
            (day.isoformat(), day.strftime("%d.%m.%Y"), f"{day.day} {day:%b} 1913", f"{day.day} {day:%B} 1913"),
        )
    if isinstance(column, models.BigIntegerField):
        return int(f"7713{place:03}00"), f"7713{place:03}", (f"7713{place:03}",)
    return None, "", ()


def betrayed(body: str, values: list[Planted]) -> list[str]:
    digits = re.sub(r"(?<=\d)[\s\u00a0\u202f,.'’](?=\d)", "", body)  # 7 713 001.00
    return [
        f"{item.kind.key}.{item.field}" for item in values if any(sign in body or sign in digits for sign in item.signs)
    ]


def around(body: str, field: str, values: list[Planted]) -> str:
    """Where on the page it stands, for whoever mends it."""
    signs = [sign for item in values if f"{item.kind.key}.{item.field}" == field for sign in item.signs]
    place = max(body.find(sign) for sign in signs)
    return re.sub(r"\s+", " ", body[max(0, place - 200) : place + 40])


def test_something_is_planted_in_nearly_every_type(values):
    assert {item.kind.key for item in values} >= {"company", "contact", "product", "invoice", "order", "payment"}
    assert len(values) > 40


def test_an_administrator_would_see_it(world, values, browser):
    """Else the search for traces proves nothing."""
    seen = set()
    for kind in types:
        path = reverse("records:page", args=[kind.key, world.records[kind.key][OWNER].pk])
        _answer, body, _written = browser.ask("adam", "GET", path, {})
        seen |= set(betrayed(body, [item for item in values if item.kind.key == kind.key]))
    missed = {f"{item.kind.key}.{item.field}" for item in values} - seen
    assert len(seen) > len(values) * 0.8, missed


@pytest.mark.parametrize("kinds", KINDS)
def test_no_answer_holds_a_hidden_value(world, values, browser, kinds):
    wrong = []
    for name, route in ROUTES.items():
        for case in cases_of_owner(world, route, ROWS[name], kinds):
            for method, path, data in requests(name, route, ROWS[name], case):
                if method != "GET":
                    continue
                _answer, body, _written = browser.ask("berta", method, path, data)
                wrong += [f"{path} shows {field}: {around(body, field, values)}" for field in betrayed(body, values)]
    assert wrong == [], "\n".join(wrong[:60])


def cases_of_owner(world: World, route, row, kinds):
    wanted = set(route.pattern.converters)
    if row.opens[0]:
        yield Case(world, "berta", types[row.opens[0]], world.records[row.opens[0]][OWNER], OWNER)
    elif "type_key" not in wanted:
        yield Case(world, "berta")
    else:
        for kind in types:
            if row.types(kind) and kind.key in (kinds or types):
                record = world.records[kind.key][OWNER] if "pk" in wanted else None
                yield Case(world, "berta", kind, record, OWNER if record else "")


@pytest.mark.parametrize("kinds", KINDS)
def test_a_right_guess_is_answered_like_a_wrong_one(world, values, browser, kinds):
    """For an administrator they differ: else their likeness proves nothing."""
    wrong, asked_in_vain = [], set()
    for item in values:
        if item.kind.key not in (kinds or types):
            continue
        other = re.sub(r"\d(?=y|$)", lambda last: str((int(last[0]) + 5) % 10), item.typed)  # of the same form
        for path in guesses(item):
            if differs("berta", path, item.typed, other, browser):
                wrong.append(f"{path} tells of {item.kind.key}.{item.field}")
        built_in = item.field not in item.kind.added  # of those that the firm added, only some are filtered by
        if built_in and not any(differs("adam", path, item.typed, other, browser) for path in guesses(item)):
            asked_in_vain.add(f"{item.kind.key}.{item.field}")
    assert wrong == [], "\n".join(wrong[:60])
    assert asked_in_vain == {name for name in NOWHERE_ASKED if name.partition(".")[0] in (kinds or types)}, " ".join(
        sorted(asked_in_vain)
    )


def differs(actor: str, path: str, right: str, wrong: str, browser) -> bool:
    asked = [plain(browser.ask(actor, "GET", path.replace("GUESS", guess), {}), guess) for guess in (right, wrong)]
    return asked[0] != asked[1]


# search takes no words from a field that a role may not see; and these have no filter, offer or warning of duplicates
NOWHERE_ASKED = {
    "goal.metric",
    "phase.ends_on",
    "phase.starts_on",
    "use_case.trigger",
    "acceptance_test.script",
    "claim.text",
    "company.address",
    "company.legal_name",
    "company.phone",
    "company.postcode",
    "company.region",
    "company.website",
    "contact.phone",
    "deal.reason_note",
    "decision.downside",
    "decision.rejected",
    "goal.target",
    "lead.message",
    "lead.phone",
    "order.freight_minor",
    "order.shipped_on",
    "payment.payer_legal_id",
    "pricelist.valid_to",
    "product.code",
    "product.supplier_code",
    "product.unit",
    "requirement.done_when",
    "task.remind_on",
    "unit.code",
    "work_step.approval",
    "work_step.comes_in",
    "work_step.goes_to",
    "work_step.report",
    "work_step.source",
    "work_step.tool",
}


def guesses(item: Planted) -> list[str]:
    """Where a value can be typed and the answer depends on who has it."""
    key, name = item.kind.key, item.field
    found = [f"{reverse('records:list', args=[key])}?q=GUESS"]
    found += [
        f"{reverse('records:list', args=[key])}?{wanted}" for wanted in (f"f.{name}=GUESS", f"f.{name}.from=GUESS")
    ]
    found += [f"{reverse('records:totals', args=[key])}?f.{name}=GUESS", f"{reverse('records:search')}?q=GUESS"]
    found.append(f"{reverse('records:options', args=[key])}?q=GUESS")
    if item.kind.warns:
        found.append(f"{reverse(item.kind.warns, args=[key])}?{name}=GUESS")
    return found


def plain(asked, guess: str) -> tuple[int, str]:
    """The answer without the guess itself and without what differs from request to request."""
    answer, body, _written = asked
    body = re.sub(r'(csrfmiddlewaretoken" value="|x-csrftoken": ")[^"]+', "", body, flags=re.IGNORECASE)
    return answer.status_code, re.sub(f"{re.escape(guess)}|{re.escape(quote(guess))}", "", body, flags=re.IGNORECASE)


def test_what_is_hidden_sorts_nothing(world, values, browser):
    wrong = []
    for kind in types:
        hidden = {item.field for item in values if item.kind.key == kind.key}
        for sort in {sort.lstrip("-") for sort in kind.sorts} & hidden:
            orders = []
            for asked in (sort, f"-{sort}"):
                answer, body, _ = browser.ask(
                    "berta", "GET", f"{reverse('records:list', args=[kind.key])}?sort={asked}", {}
                )
                orders += [re.findall(rf'/r/{kind.key}/(\d+)"', body)] if answer.status_code == 200 else []
            if len(orders) == 2 and orders[0] != orders[1]:
                wrong.append(f"{kind.key} by {sort}")
    assert wrong == []


def test_a_hidden_link_is_not_told_by_its_other_end(world, values, browser):
    """Who does not see where a contact works does not find the contact on the company's page."""
    wrong = []
    for kind in types:
        for link in kind.links:
            if link.name not in hidden_of(kind) or link.target.type_key not in world.records:
                continue
            for owner, record in world.records[kind.key].items():
                linked = getattr(kind.model._base_manager.get(pk=record.pk), link.name, None)
                if linked is None or owner == "berta":
                    continue
                _answer, body, _written = browser.ask("berta", "GET", linked.get_absolute_url(), {})
                if world.marker(owner, kind.key) in body:
                    wrong.append(f"{linked.get_absolute_url()} tells of {kind.key}.{link.name}")
                break
    assert wrong == []
