"""Nobody sees or changes what the own roles do not grant: every route x record type x role x whose record it is.

The routes come from the URL table; a route without a row in ``tests/matrix.py`` fails. Markers stand in every text of
every record, in notes, history and parts; no answer holds the marker of a record that the person may not see, nor a
sum with its amount in it. A refused request writes nothing.
"""

import io
import re
import zlib
from collections import Counter
from contextlib import contextmanager
from dataclasses import replace
from decimal import Decimal

import pytest
from django.conf import settings
from django.db import connection, transaction
from django.test import Client
from django.urls import URLPattern, URLResolver, get_resolver, reverse

from groundwork.access import links
from groundwork.access.models import BrowserSession, FieldGrant, Grant, Reach, Role, User, Verb
from groundwork.access.testing import make_cast, make_person
from groundwork.blueprint.elements import raise_config_version, switch
from groundwork.blueprint.models import Element
from groundwork.crm.insight.models import BuiltReport
from groundwork.crm.sales.pipelines import Outcome, Stage
from groundwork.records.added.fields import make_field
from groundwork.records.added.made import make_type
from groundwork.records.files import keeping
from groundwork.records.files.kinds import KINDS
from groundwork.records.imports.models import ImportJob
from groundwork.records.lists.saved_views import SavedView
from groundwork.records.models import ChangeSet, Notice, Record
from groundwork.records.testing import make_part, make_record
from groundwork.records.types import RecordType, types
from groundwork.records.write import note, writing
from groundwork.rollout.discovery.asking import ask, new_link
from groundwork.rollout.discovery.metrics import Metric, metrics
from tests.matrix import COST, READING, ROWS, WORD, Case, Oracle, Row, World
from tests.support.servers import postgres_url

pytestmark = pytest.mark.django_db
BACKEND = settings.AUTHENTICATION_BACKENDS[0]
NOBODY, GONE = "anonymous", "ex-employee"
KEPT_BY_READING = {"django_session", "records_use", "cache"}  # written when somebody reads, or is forgotten
IN = {200, 204, 302, 409, 422}


# ── the URL table


def routes() -> dict[str, URLPattern]:
    """``{full name: pattern}`` of every route of the product."""
    found: dict[str, URLPattern] = {}

    def walk(resolver: URLResolver, space: str):
        for entry in resolver.url_patterns:
            if isinstance(entry, URLResolver):
                walk(entry, f"{space}{entry.namespace}:" if entry.namespace else space)
            else:
                name = f"{space}{entry.name or entry.pattern}"
                assert name not in found, f"two routes are called {name}"
                found[name] = entry

    walk(get_resolver(), "")
    return found


ROUTES = routes()


def test_every_route_has_its_row_and_every_row_its_route():
    assert set(ROUTES) == set(ROWS)


def test_every_view_says_who_may_use_it_and_the_matrix_agrees():
    said = {name: getattr(route.callback, "access", "") for name, route in ROUTES.items()}

    assert said == {name: row.door for name, row in ROWS.items()}


# ── the planted world


@pytest.fixture(scope="module")
def world(django_db_setup, django_db_blocker):
    with django_db_blocker.unblock(), planted() as world:
        yield world


@contextmanager
def planted():
    """The world, in a transaction that is never committed; every request is rolled back to it."""
    with transaction.atomic():
        try:
            yield plant()
        finally:
            metrics.remove("planted")
            transaction.set_rollback(True)


def plant() -> World:
    cast = make_cast()
    zoe = make_person("Zoe", "salesperson", cast.sales)
    fields = plant_own(cast)
    people = {name: getattr(cast, name) for name in ("anna", "piotr", "olga", "ivan", "larisa", "nina", "rita", "adam")}
    planted = World(cast, {**people, "zoe": zoe, "nora": make_narrow(cast)}, records={}, fields=fields)
    switch("field:product.cost", on=True, by=cast.adam, reason="To see what is left.")
    Element.objects.filter(state=Element.State.OFF).update(state=Element.State.LIVE)
    metrics.add(
        Metric("planted", "planted", "", "up", lambda day: Decimal(READING) / 10, reads=(("product", "costs"),))
    )
    Stage.objects.filter(outcome=Outcome.OPEN).update(probability=1)  # no weighted sum is somebody else's amount
    raise_config_version()
    for kind in types:
        plant_type(planted, kind)
    for owner, task in planted.records["task"].items():
        with writing(task, by=planted.people[owner], act="edited") as fresh:
            fresh.about_type, fresh.about_id = "company", planted.records["company"][owner].pk
        planted.records["task"][owner] = fresh
    for name, company in planted.records["company"].items():
        word = planted.marker(name, "company")
        kept = keeping.add(
            company, by=planted.people[name], name=f"{word}.txt", kind=KINDS["txt"], file=io.BytesIO(word.encode())
        )
        planted.files[name] = kept.pk
    hidden = planted.records["company"]["ivan"]
    for name, person in planted.people.items():
        said = Notice(user=person, kind="mention", text=f"{planted.marker('ivan', 'company')} asks")
        said.type, said.object_id = "company", hidden.pk
        said.save()
        planted.notices[name] = said.pk
    planted.links = {
        "first": links.issue(first=True)[1],
        "join": links.issue(by=cast.adam, email="new@hazel.example")[1],
        "password": links.issue(by=cast.adam, person=zoe)[1],
        "answer": new_link(ask(by=cast.adam, work="Honest work", asked="A guest")),
    }
    planted.sessions["ivan"] = BrowserSession.objects.create(user=cast.ivan, key="of-ivan").pk
    for name in ("anna", "adam", "ivan"):
        act = ChangeSet.objects.filter(by=planted.people[name], act="edited").order_by("-pk").first()
        planted.acts[name] = act.pk
    job = ImportJob.objects.create(
        layout="records:company", name=f"{WORD}importofadam.csv", path="gone.csv", state="checked", requester=cast.adam
    )
    planted.acts["import"] = job.pk
    for name, shared in (("own view", ""), ("shared view", "everybody")):
        view = SavedView.objects.create(
            type="company", name=f"{name} of Anna", author=cast.anna, shared=shared, query="f.owner=me&columns=name"
        )
        planted.acts[name] = view.pk
    for name, shared in (("own report", ""), ("shared report", "everybody")):
        query = "by=owner&measure=sum&of=total_minor"
        report = BuiltReport.objects.create(type="order", name=name, author=cast.olga, shared=shared, query=query)
        planted.acts[name] = report.pk
    return planted


def plant_own(cast) -> dict[str, int]:
    """A record type of the firm's own, for sellers and their head alone; and fields added to it and to companies."""
    may = {
        Role.objects.get(key="head"): ("all", Reach.TREE),
        Role.objects.get(key="salesperson"): ("work", Reach.OWN),
    }
    why = {"by": cast.adam, "reason": "To see what becomes of samples."}
    own = make_type(one="Sample request", many="Sample requests", prefix="SR", may=may, **why)
    marks = {"filterable": True, "in_list": True}
    make_field(own.key, kind="link", label="For company", target="company", **marks, **why)
    field = make_field(own.key, kind="text", label="Subject", **marks, **why)
    make_field(
        own.key, kind="formula", label="In short", formula=f"join([{field.key}], '!')", gives="text", **marks, **why
    )
    make_field(own.key, kind="choices", label="Shown at", choices=["zqxfair71", "Shop"], **marks, **why)
    make_field(own.key, kind="file", label="Drawing", **marks, **why)
    make_field("company", kind="link", label="Last sample", target=own.key, **marks, **why)
    return {own.key: field.pk, "company": make_field("company", kind="longtext", label="Story", **why).pk}


def make_narrow(cast) -> User:
    """Nora has a role of the firm's own making: everything, but with own records only, and no cost prices."""
    role = Role.objects.create(key="narrow", name="Narrow", rank=5)
    keys = [*(kind.key for kind in types), "reports", "import"]
    Grant.objects.bulk_create(
        Grant(role=role, type=key, verb=verb, reach=Reach.OWN)
        for key in keys
        for verb in (Verb.VIEW, Verb.CREATE, Verb.EDIT, Verb.ARCHIVE, Verb.EXPORT)
    )
    FieldGrant.objects.create(role=role, type="product", field="costs", mode=FieldGrant.Mode.HIDDEN)
    return make_person("Nora", "narrow", cast.export)


def plant_type(planted: World, kind: RecordType) -> None:
    owners = list(planted.people)
    made = planted.records.setdefault(kind.key, {})
    for place, owner in enumerate(owners):
        user, word = planted.people[owner], planted.marker(owner, kind.key)
        crossed = owners[(place + 1) % len(owners)]  # links lead to somebody else's record
        targets = {link.name: planted.records[link.target.type_key].get(crossed) for link in links_of(kind, planted)}
        values = {name: target for name, target in targets.items() if target is not None}  # a type may link to itself
        if kind.key == "goal":
            values["metric"] = "planted"
        if kind.amount:
            values[kind.amount] = planted.amount(owner, kind.key)
        if kind.key == "invoice":
            values["state"] = "draft"  # so that it takes lines; issued below
        if kind.key == "question":
            values["state"] = "withdrawn"  # an open one makes a task, which is planted by nobody
        if kind.key == "defect":
            values["state"] = "closed"  # for the same reason
        record = make_record(kind, owner=user, word=word, **values)
        note(record, by=user, kind="note", text=f"{word} said")
        for part in kind.parts:
            numbers = {"cost": f"0.{COST}"} if part.sensitive else {}
            linked = {shown.name: shown.target for shown in part.shown if shown.kind == "link"}
            numbers |= {
                name: planted.records[model.type_key][crossed]
                for name, model in linked.items()
                if issubclass(model, Record) and model.type_key in planted.records
            }
            if part.key == "lines":
                numbers = {"price": Decimal(planted.amount(owner, kind.key)) / 100}
            line = make_part(part, record, owner=user, word=word, **numbers)
            planted.parts.setdefault((kind.key, record.pk), {})[part.key] = line
        with writing(record, by=user, act="edited") as fresh:
            setattr(
                fresh,
                kind.model.title_field,
                f"{word} renamed"[: fresh._meta.get_field(kind.model.title_field).max_length],
            )
            if kind.key == "invoice":
                fresh.state = "issued"
        made[owner] = fresh


def links_of(kind: RecordType, planted: World):
    """Not to the type itself: those records are being planted."""
    return [link for link in kind.links if link.target.type_key in planted.records and link.target is not kind.model]


# ── asking


@contextmanager
def writes_counted():
    """The tables written to inside."""
    written: Counter[str] = Counter()

    def look(execute, sql, params, many, context):
        if found := re.match(
            r"\s*(?:INSERT\s+(?:OR \w+ )?INTO|UPDATE|DELETE FROM|REPLACE INTO)\s+[\"`]?(\w+)", sql, re.IGNORECASE
        ):
            written[found.group(1)] += 1
        return execute(sql, params, many, context)

    with connection.execute_wrapper(look):
        yield written


class Browser:
    """What one actor asks with; every request is undone."""

    def __init__(self, world: World):
        self.clients = {NOBODY: Client(raise_request_exception=False)}
        gone = make_person("Gone", "administrator", world.cast.sales)
        for name, user in [*world.people.items(), (GONE, gone)]:
            client = self.clients[name] = Client(raise_request_exception=False)
            client.force_login(user, backend=BACKEND)
        User.objects.filter(pk=gone.pk).update(is_active=False)
        looking = self.clients["adam as ivan"] = Client(raise_request_exception=False)
        looking.force_login(world.cast.adam, backend=BACKEND)
        looking.post(reverse("access:view_as", args=[world.cast.ivan.pk]))
        self.cookies = {name: client.cookies.copy() for name, client in self.clients.items()}

    def ask(self, actor: str, method: str, path: str, data: dict):
        client = self.clients[actor]
        client.cookies = self.cookies[actor].copy()
        with writes_counted() as written, transaction.atomic():
            answer = (
                client.get(path)
                if method == "GET"
                else client.generic(method, path)
                if method != "POST"
                else client.post(path, data)
            )
            body = b"".join(answer.streaming_content) if answer.streaming else answer.content
            transaction.set_rollback(True)
        return (
            answer,
            TOKEN.sub("", body.decode("utf-8", "replace")),
            Counter({table: n for table, n in written.items() if table not in KEPT_BY_READING}),
        )


def login_is_asked(answer) -> bool:
    return answer.status_code == 302 and answer.url.startswith(reverse("account_login"))


def cases(world: World, route: URLPattern, row: Row, actor: str):
    """The ways this actor asks the route: every type, and of each a record of every standing to the actor."""
    wanted = set(route.pattern.converters)
    if not row.opens[0] and "type_key" not in wanted:
        yield Case(world, actor)
        return
    for kind in [types[row.opens[0]]] if row.opens[0] else filter(row.types, types):
        for owner in standing(actor) if row.opens[0] or "pk" in wanted else [""]:
            yield Case(world, actor, kind, world.records[kind.key].get(owner), owner)


def chosen(world: World, oracle: Oracle, actors: list[str], only=None) -> dict[str, dict[str, list[Case]]]:
    """``{actor: {route: cases}}``: companies, and what is of no type, whole; of any other type, for every outcome that
    there is ("in", "login", 403, 404, by GET and by POST), one actor with one record.

    Whom it falls on goes round from route to route and type to type. ``only``: the types asked besides those that the
    firm made. The whole is asked by make soak.
    """
    found: dict[str, dict[str, list[Case]]] = {actor: {} for actor in actors}
    for name, route in ROUTES.items():
        by_kind: dict[str, list[Case]] = {}
        for actor in actors:
            for case in cases(world, route, ROWS[name], actor):
                by_kind.setdefault(case.kind.key if case.kind else "company", []).append(case)
        for key, asked in by_kind.items():
            if only and asked[0].kind and key not in only and not asked[0].kind.named:
                continue
            for case in asked if key == "company" else one_of_each(asked, name, route.callback.access, oracle):
                found[case.actor].setdefault(name, []).append(case)
    return found


def one_of_each(asked: list[Case], name: str, access: str, oracle: Oracle):
    """Cases that have, taken together, every outcome that any of ``asked`` has."""
    begin = zlib.crc32(f"{name} {asked[0].kind.key}".encode()) % len(asked)
    missing = set().union(*(outcomes(case, name, access, oracle) for case in asked))
    for case in asked[begin:] + asked[:begin]:
        found = outcomes(case, name, access, oracle)
        if found & missing:
            missing -= found
            yield case


def outcomes(case: Case, name: str, access: str, oracle: Oracle) -> set[tuple]:
    """What is due for each way to ask: ``{(which of the arguments, method, expected)}``."""
    found = set()
    for place, more in enumerate(ROWS[name].args(case)):
        for method in ("GET", "POST"):
            asked = replace(case, args=more, method=method)
            found.add((place, method, expected(asked, access, ROWS[name], oracle)))
    return found


def standing(actor: str) -> list[str]:
    """Whose records: the own, a colleague's of the department, and one from elsewhere."""
    if actor in (NOBODY, GONE):
        return ["ivan"]
    near = {
        "anna": "zoe",
        "zoe": "anna",
        "piotr": "anna",
        "larisa": "nina",
        "nina": "rita",
        "rita": "adam",
        "adam": "larisa",
    }
    return list(dict.fromkeys([actor, near.get(actor, "anna"), "anna" if actor == "ivan" else "ivan"]))


def expected(case: Case, access: str, row: Row, oracle: Oracle):
    """ "in", "login", 403 or 404: from the door's words and the grants."""
    is_made = access.endswith(" any") and case.kind.named  # one that is hidden whole
    if is_made and case.actor not in (NOBODY, GONE) and not oracle.reach(case.actor, "view", case.kind.key):
        return 404
    own = row.may(case, oracle) if row.may else None
    if own in (403, 404, "login"):
        return own
    if access == "open":
        return "in"
    if case.actor in (NOBODY, GONE):
        return "login"
    if access == "signed in":
        return own or "in"
    verb, _space, what = access.partition(" ")
    if what == "record":
        if not oracle.holds(case.actor, "view", case.record):
            return 404
        return "in" if oracle.holds(case.actor, verb, case.record) else 403
    key = case.kind.key if what == "any" else what
    if not oracle.reach(case.actor, verb, key) or own == "untyped":
        return 403
    if row.opens[0] and not oracle.holds(case.actor, "view", case.record):
        return 404
    return "in" if not row.opens[0] or oracle.holds(case.actor, row.opens[1], case.record) else 403


def judge(wanted, row: Row, answer, written: Counter) -> str:
    """What is wrong with the answer; "" where all is well."""
    status = answer.status_code
    if status >= 500:
        return f"broke with {status}"
    if status == 405 and not written:
        return ""
    if wanted == "in":
        fine = status in IN | row.says and not login_is_asked(answer)
        return "" if fine else f"{status} although granted"
    if wanted == "act":
        return (
            ""
            if status in {302, 403, 404, 409} and (status == 302 or not written)
            else f"{status}, wrote {dict(written)}"
        )
    fine = login_is_asked(answer) if wanted == "login" else status == wanted
    if not fine:
        return f"{status} {getattr(answer, 'url', '')} where {wanted} was due"
    return f"refused, yet wrote to {dict(written)}" if written else ""


# what is drawn at random may hold a marker
TOKEN = re.compile(r'(?<=csrfmiddlewaretoken" value=")\w+|(?<=x-csrftoken": ")\w+', re.IGNORECASE)
NUMBER = re.compile(r"\d[\d\u00a0\u202f ,.'’]*\d|\d")


MOST_MARKED = 60  # signs of a marker, at most


def leaks(actor: str, body: str, oracle: Oracle, forbidden: set[str], amounts: dict[int, int]) -> list[str]:
    text = body.lower()
    planted = {text[at.start() : at.start() + MOST_MARKED] for at in re.finditer(WORD, text)}
    found = sorted(marker for marker in forbidden if any(piece.startswith(marker) for piece in planted))
    if COST in text and oracle.hides(actor, "product", "costs"):
        found.append("a cost price")
    numbers = numbers_in(text)
    if READING in numbers and oracle.hides(actor, "product", "costs"):
        found.append("a reading computed from cost prices")
    if actor in (NOBODY, GONE) and planted:
        found.append("a record")
    for digits in numbers:
        value = int(digits[:18])
        for unit, bits in amounts.items():
            if value >= unit and value % unit == 0 and value // unit < 1 << 11 and value // unit & bits:
                found.append(f"the amount {value}")
    return found


def numbers_in(text: str) -> set[str]:
    """The digits of each number."""
    return {re.sub(r"\D", "", number) for number in set(NUMBER.findall(text))}


def shows_reading(text: str) -> bool:
    return READING in numbers_in(text)


def miscounted(name: str, case: Case, path: str, answer, body: str, oracle: Oracle) -> list[str]:
    """The count under a list is that of the visible records."""
    if name != "records:totals" or answer.status_code != 200 or "?" in path:
        return []
    visible = sum(oracle.holds(case.actor, "view", record) for record in case.world.records[case.kind.key].values())
    return [] if f"{visible} in all" in body else [f"counts other than the {visible} visible"]


ACTORS = [NOBODY, GONE, "anna", "piotr", "olga", "ivan", "larisa", "nina", "rita", "nora", "adam"]


ON_POSTGRES = ["anna"]  # who sees the own: what the database is asked to leave out
HERE = ON_POSTGRES if postgres_url() else [NOBODY, "nora"]  # nora sees no field of what she sees; all: soak
KINDS_HERE = (
    {"company", "deal", "invoice", "task", "need"} if postgres_url() else None
)  # rights narrow all by one query


@pytest.fixture(scope="module")
def oracle(world):
    return Oracle(world)


@pytest.fixture(scope="module")
def part(world, oracle):
    return chosen(world, oracle, HERE, KINDS_HERE)


@pytest.mark.parametrize("actor", HERE)
def test_no_route_shows_or_changes_what_is_not_granted(world, browser, oracle, part, actor):
    walk(browser, oracle, actor, part[actor])


@pytest.mark.soak
@pytest.mark.parametrize("actor", ACTORS)
def test_no_route_shows_or_changes_what_is_not_granted_whosever_the_record(world, browser, oracle, actor):
    whole = {name: list(cases(world, route, ROWS[name], actor)) for name, route in ROUTES.items()}
    walk(browser, oracle, actor, whole)


def test_each_outcome_of_each_route_and_type_is_asked_for(world, oracle):
    """What make test leaves to make soak is who asks, never which answer is due."""
    part, wanted, asked = chosen(world, oracle, ACTORS), set(), set()
    for name, route in ROUTES.items():
        access = route.callback.access
        for actor in ACTORS:
            for found, those in ((wanted, cases(world, route, ROWS[name], actor)), (asked, part[actor].get(name, []))):
                for case in those:
                    key = case.kind.key if case.kind else ""
                    found |= {(name, key, *outcome) for outcome in outcomes(case, name, access, oracle)}
    assert asked == wanted


@pytest.mark.parametrize("actor", HERE)
def test_the_list_of_every_type_holds_what_is_granted_and_nothing_else(world, browser, oracle, actor):
    for kind in types:
        answer, body, _written = browser.ask(actor, "GET", reverse("records:list", args=[kind.key]), {})
        shown = {owner for owner in world.people if world.marker(owner, kind.key) in body.lower()}

        granted = {owner for owner, record in world.records[kind.key].items() if oracle.holds(actor, "view", record)}
        assert (kind.key, shown) == (kind.key, granted)
        assert answer.status_code == 200 or not granted


def walk(browser: "Browser", oracle: Oracle, actor: str, part: dict[str, list[Case]]) -> None:
    forbidden, amounts = oracle.forbidden_markers(actor), oracle.forbidden_amounts(actor)
    wrong, asked, read = [], 0, False
    for name, case in [(name, case) for name, those in part.items() for case in those]:
        row, route = ROWS[name], ROUTES[name]
        offered = oracle.offered_markers(case)
        for method, path, data in requests(name, route, row, case):
            case.method = method
            wanted = expected(case, route.callback.access, row, oracle)
            answer, body, written = browser.ask(actor, method, path, data)
            asked, read = asked + 1, read or shows_reading(body)
            problem = judge(wanted, row, answer, written)
            problems = [problem] if problem else []
            problems += miscounted(name, case, path, answer, body, oracle)
            problems += [f"shows {leak}" for leak in leaks(actor, body, oracle, forbidden - offered, amounts)]
            whose = f" ({case.kind.key} of {case.owner or '-'})" if case.kind else ""
            wrong += [f"{method} {path}{whose} as {actor}: {problem}" for problem in problems]
    assert wrong == [], f"{len(wrong)} of {asked}:\n" + "\n".join(wrong[:60])
    assert read == (oracle.reach(actor, "view", "goal") > 0 and not oracle.hides(actor, "product", "costs"))
    assert asked > 50


def requests(name: str, route: URLPattern, row: Row, case: Case):
    wanted = set(route.pattern.converters)
    named = {"type_key": case.kind.key} if "type_key" in wanted else {}
    if case.record is not None:
        named["pk"] = case.record.pk
    for more in row.args(case):
        case.args = more
        path = reverse(name, kwargs={**named, **more})
        for query in row.queries(case):
            yield "GET", path + query, {}
        yield "POST", path, row.post(case)
    if case.owner in ("", "ivan") and case.actor in (NOBODY, "anna") and (not case.kind or case.kind.key == "company"):
        for method in ("PUT", "PATCH", "DELETE"):  # a route refuses them, whatever it is asked for
            yield method, path, {}


@pytest.fixture(scope="module")
def browser(world):
    return Browser(world)


# ── looking as somebody else


@pytest.mark.on_sqlite("who looks is no matter of rows")
def test_who_looks_as_another_person_sees_what_they_see_and_changes_nothing(world, browser):
    """Adam looks as Ivan: Ivan's own answers, and every unsafe request is refused."""
    wrong = []
    for name, route in ROUTES.items():
        if name in ("access:view_as_end", "account_logout") or name.startswith("rollout:by_link"):  # a guest's answers
            continue
        posted = False
        for case in cases(world, route, ROWS[name], "ivan"):
            if case.kind and case.kind.key not in ("company", ROWS[name].opens[0]):
                continue
            for method, path, data in requests(name, route, ROWS[name], case):
                if method == "GET":
                    seen, own = (told(browser.ask(who, method, path, data)) for who in ("adam as ivan", "ivan"))
                    wrong += [f"{path}: {seen} where Ivan gets {own}"] if seen != own else []
                elif not posted:
                    answer, _body, written = browser.ask("adam as ivan", method, path, data)
                    wrong += [f"{method} {path}: {answer.status_code}, {written}"] if is_done(answer, written) else []
                    posted = True
    assert wrong == [], f"{len(wrong)}:\n" + "\n".join(wrong[:60])


def told(asked) -> tuple[int, list[str]]:
    """What an answer tells: its status and the markers of records, each as often as it stands there."""
    answer, body, _written = asked
    return answer.status_code, sorted(re.findall(rf"{WORD}\w+", body.lower()))


def is_done(answer, written: Counter) -> bool:
    return answer.status_code not in (403, 405) or bool(written)


# ── no field beyond the form


KEPT_BY_THE_WRITE = {"version", "updated_at", "updated_by_id", "sort_key"}
MADE = ("rate", "name")  # of the other fields


@pytest.mark.parametrize("actor", ["anna", "adam"])
def test_a_form_takes_no_field_that_it_does_not_show(world, browser, oracle, actor):
    """Every field of the model is sent along; the form is taken, and only what it shows changes."""
    client, wrong = browser.clients[actor], []
    for kind in types:
        if not oracle.holds(actor, "edit", world.records[kind.key][actor]):
            continue
        before = kind.model._base_manager.get(pk=world.records[kind.key][actor].pk)
        path = reverse("records:edit", args=[kind.key, before.pk])
        with transaction.atomic():
            client.cookies = browser.cookies[actor].copy()
            form = client.get(path).context["form"]
            answer = client.post(path, everything(before) | as_it_stands(form) | changed_in(form, kind))
            after = kind.model._base_manager.get(pk=before.pk)
            transaction.set_rollback(True)
        grown = after.version - before.version
        if (answer.status_code, grown) != (
            302,
            kind.key not in ("acceptance_test", "discrepancy"),
        ):  # whose forms have but an owner
            errors = dict(answer.context["form"].errors) if answer.status_code == 422 else ""
            wrong.append(f"{kind.key}: {answer.status_code}, {grown} versions on, {errors}")
        for column in kind.model._meta.concrete_fields:
            shown = column.name in form.fields or column.attname in KEPT_BY_THE_WRITE
            changed = getattr(after, column.attname) != getattr(before, column.attname)
            if changed and not shown and (kind.key, column.name) != MADE:
                wrong.append(f"{kind.key} took {column.attname}")
    assert wrong == [], "\n".join(wrong)


def everything(record: Record) -> dict:
    sent = {"pk": 1}
    for column in record._meta.concrete_fields:
        sent[column.name] = sent[column.attname] = '{"f1": "x"}' if column.get_internal_type() == "JSONField" else 7
    return sent


def as_it_stands(form) -> dict:
    found = {form.add_prefix(name): form[name].value() for name in form.fields}
    return {name: "" if value is None or value is False else value for name, value in found.items()}


def changed_in(form, kind: RecordType) -> dict:
    """One field as somebody types it anew: the title, or what the form has instead."""
    others = {"rate": {"rate": "2.5"}, "acceptance_test": {}, "product": {"unit": ""}}  # planted, its unit is no unit
    return {kind.model.title_field: f"{WORD} typed"} | others.get(kind.key, {})
