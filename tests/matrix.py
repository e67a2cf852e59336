"""The rows of the permission matrix: how each route of the product is asked. Who may is not said here.

What a person may is worked out from the grants by ``Oracle``, written apart from ``access.rights`` on purpose. A route
that is not in ``ROWS`` fails the build.
"""

from collections.abc import Callable
from dataclasses import dataclass, field
from types import SimpleNamespace
from typing import Any

from django.core.files.uploadedfile import SimpleUploadedFile

from groundwork.access.models import Department, FieldGrant, Grant, Reach
from groundwork.records.lists.filters import options_of
from groundwork.records.pages import page_actions, page_files
from groundwork.records.types import types

WORD = "quix"  # every marker begins with it, so that a search for it finds them all
UNIT = 1_000_003  # an owner's invoices amount to UNIT x a power of two, so that any sum tells whose amounts are in it
UNITS = {
    "order": 1_000_033,
    "payment": 1_000_037,
    "invoice": UNIT,
    "purchase": 1_000_039,
    "claim": 1_000_081,
    "deal": 1_000_099,
}  # likewise of other types; those of the rest are UNIT
OFFERED = {"product": "unit"}  # whoever writes down a product chooses from all units of the firm: words, no secret
READING = "7391825"  # tenths that a metric reads from cost prices
COST = "918273"  # digits after the point of every cost price


MADE_BY_EDITORS = {"decision", "goal", "conflict", "requirement", "phase", "use_case"}


@dataclass
class World:
    """Everything that is planted: ``records[type][person]``, each with the marker of its owner."""

    cast: SimpleNamespace
    people: dict[str, Any]  # owner's key -> User
    records: dict[str, dict[str, Any]]
    parts: dict[tuple[str, int], dict[str, Any]] = field(default_factory=dict)
    links: dict[str, str] = field(default_factory=dict)
    acts: dict[str, int] = field(default_factory=dict)
    files: dict[str, int] = field(default_factory=dict)  # on each person's company
    notices: dict[str, int] = field(default_factory=dict)  # what each person is told about Ivan's company
    sessions: dict[str, int] = field(default_factory=dict)  # a browser in which that person is signed in
    fields: dict[str, int] = field(default_factory=dict)  # a field that the firm added to that type

    def marker(self, person: str, type_key: str) -> str:
        return f"{WORD}{person}{type_key.replace('_', '')}"

    def amount(self, person: str, type_key: str = "invoice") -> int:
        return UNITS.get(type_key, UNIT) * 2 ** list(self.people).index(person)


@dataclass
class Case:
    """One way to ask a route, by one actor."""

    world: World
    actor: str
    kind: Any = None  # the record type, for routes that name one
    record: Any = None
    owner: str = ""  # whose record it is
    method: str = "GET"
    args: dict = field(default_factory=dict)  # what the route is asked with, beyond type and record


@dataclass(frozen=True)
class Row:
    """``args`` gives the URL arguments beyond type and record; ``queries`` what follows the "?"; ``post`` a payload.

    ``may`` says what the door does not, for the few routes that have a rule of their own: it gets case and oracle
    and returns 403, 404 or "login"; None leaves it to the door. ``says`` are further answers that a person who may ask
    can get, e.g. 404 for a thing that is not there.
    """

    door: str  # what the view says of itself (access.doors), said again: nobody opens one by mistake
    args: Callable[[Case], list[dict]] = lambda case: [{}]
    queries: Callable[[Case], list[str]] = lambda case: [""]
    post: Callable[[Case], dict] = lambda case: {}
    may: Callable[[Case, "Oracle"], Any] | None = None
    says: frozenset[int] = frozenset()
    types: Callable[[Any], bool] = lambda kind: True
    opens: tuple[str, str] = ("", "")  # (record type, verb): the pk is such a record, and what is done to it


class Oracle:
    """Who may do what, from rows of the database and plain loops; nothing of ``access.rights`` is used."""

    def __init__(self, world: World):
        self.world = world
        self.paths = dict(Department.objects.values_list("pk", "path"))
        self.grants = list(Grant.objects.values("role_id", "type", "verb", "reach"))
        self.hidden = list(FieldGrant.objects.filter(mode="hidden").values("role_id", "type", "field"))
        self.roles = {key: set(user.roles.values_list("pk", flat=True)) for key, user in world.people.items()}
        self.widest: dict[tuple[str, str, str], int] = {}
        for grant in self.grants:
            for actor in (actor for actor, roles in self.roles.items() if grant["role_id"] in roles):
                place = (actor, grant["verb"], grant["type"])
                self.widest[place] = max(self.widest.get(place, 0), grant["reach"])

    def reach(self, actor: str, verb: str, key: str) -> int:
        if verb == "create" and key in MADE_BY_EDITORS and not self.widest.get((actor, "edit", key)):
            return 0
        return self.widest.get((actor, verb, key), 0)

    def holds(self, actor: str, verb: str, record) -> bool:
        reach, user = self.reach(actor, verb, record.type_key), self.world.people.get(actor)
        if not reach or user is None:
            return False
        if reach == Reach.ALL or record.owner_id == user.pk:
            return True
        if reach == Reach.OWN or not user.department_id or not record.department_id:
            return False
        if reach == Reach.DEPARTMENT:
            return record.department_id == user.department_id
        return f"/{user.department_id}/" in self.paths[record.department_id]

    def decides(self, actor: str, verb: str, record) -> bool:
        """The rule "decide": editing it as somebody who answers for more than the own records."""
        if verb != "decide":
            return self.holds(actor, verb, record)
        return self.reach(actor, "edit", record.type_key) > Reach.OWN and self.holds(
            actor, "edit", SimpleNamespace(type_key=record.type_key, owner_id=None, department_id=record.department_id)
        )

    def hides(self, actor: str, key: str, name: str) -> bool:
        viewers = {
            row["role_id"] for row in self.grants if (row["type"], row["verb"]) == (key, "view")
        } & self.roles.get(actor, set())
        hiding = {row["role_id"] for row in self.hidden if (row["type"], row["field"]) == (key, name)}
        return bool(viewers) and viewers <= hiding

    def forbidden_markers(self, actor: str) -> set[str]:
        """The markers of every record that this actor does not see."""
        imports = (
            set() if self.reach(actor, "view", "import") == Reach.ALL or actor == "adam" else {f"{WORD}importofadam"}
        )
        return imports | {
            self.world.marker(owner, key)
            for key, by_owner in self.world.records.items()
            for owner, record in by_owner.items()
            if not self.holds(actor, "view", record) and not (key == "task" and self.reads_task(actor, owner))
        }

    def reads_task(self, actor: str, owner: str) -> bool:
        """The planted tasks are about the companies of their owners: whoever sees the company reads them there."""
        return self.holds(actor, "view", self.world.records["company"][owner])

    def offered_markers(self, case: Case) -> set[str]:
        """The words that a form of this type may offer to everybody who fills it in."""
        offered = OFFERED.get(case.kind.key) if case.kind else None
        return {self.world.marker(owner, offered) for owner in self.world.people} if offered else set()

    def forbidden_amounts(self, actor: str) -> dict[int, int]:
        """For the unit of each type with amounts: bits of the owners whose records this actor does not see."""
        owners = list(self.world.people)
        return {
            unit: sum(
                1 << owners.index(owner)
                for owner, record in self.world.records[key].items()
                if not self.holds(actor, "view", record)
            )
            for key, unit in UNITS.items()
        }


# ── ways to ask


def search_queries(case: Case) -> list[str]:
    return ["", f"?q={WORD}"]


def palette_queries(case: Case) -> list[str]:
    """Searched, and opened over the page of a record of Ivan's."""
    ivans = case.world.records["company"]["ivan"]
    return [*search_queries(case), f"?q={WORD}&only=add", f"?at={ivans.get_absolute_url()}", "?at=/nowhere", "?q=a"]


def list_queries(case: Case) -> list[str]:
    """Plain, searched, sorted by every column there is, archived, and narrowed to what is hidden."""
    kind, world = case.kind, case.world
    queries = [
        "",
        f"?q={WORD}",
        "?archived=1",
        "?sort=owner__password",
        f"?owner={world.people['ivan'].pk}",
        "?after=eyJ4IjoxfQ",
    ]
    queries += [f"?sort={sort}" for sort in kind.sorts]
    for link in kind.links:
        if link.name in kind.filters:
            ivans = world.records[link.target.type_key]["ivan"]
            queries += [
                f"?f.{link.name}={ivans.pk}",
                f"?f.{link.name}.called={WORD}",
                f"?f.{link.name}={ivans.pk}&filter",
            ]
    return queries


def cell_args(case: Case) -> list[dict]:
    """The title, the owner, and fields that no form has: the door lets in whoever may edit, 403 keeps those shut."""
    return [{"name": name} for name in (case.kind.model.title_field, "owner", "version", "extra")]


def board_queries(case: Case) -> list[str]:
    """By every choice and day there is, and by what is none; narrowed to Ivan's; and what came since the beginning."""
    names = [shown.name for shown in case.kind.by_name.values() if shown.kind in ("choice", "date")]
    ways = [f"?{key}={name}" for name in names for key in ("by", "on")]
    return ["", *ways, "?by=extra", "?span=2026-W47", "?since=0.0", f"?f.owner={case.world.people['ivan'].pk}"]


def column_queries(case: Case) -> list[str]:
    """The first value of the board's choice, and a column that there is not."""
    name = case.kind.board or "owner"
    values = options_of(case.kind.field(name))[:1] if case.kind.board else []
    return ["", "?field=owner&value=1", *(f"?field={name}&value={value}" for value, _words in values)]


def moving(case: Case) -> dict:
    return {"field": case.kind.board or "owner", "value": "typed", "version": case.record.version}


def changing_all(case: Case) -> dict:
    """A title for everything there is, Ivan's picked by hand; no answer may show or change what is out of reach."""
    ivans, title = case.world.records[case.kind.key]["ivan"], case.kind.model.title_field
    return {"act": "edit", "field": title, title: "typed", "pick": f"{ivans.pk}.{ivans.version}", "go": "on"}


def view_args(case: Case) -> list[dict]:
    """Anna's views of companies: her own, and one that she shares."""
    return [{"view_pk": case.world.acts["own view"]}, {"view_pk": case.world.acts["shared view"]}]


def shared_view(case: Case, oracle: "Oracle"):
    """A view belongs to one list; who does not own it sees it only where it is shared."""
    if case.actor not in oracle.roles or not oracle.reach(case.actor, "view", case.kind.key):
        return None
    seen = case.actor == "anna" or case.args["view_pk"] == case.world.acts["shared view"]
    return None if case.kind.key == "company" and seen else 404


def annas_view(case: Case, oracle: "Oracle"):
    """Changed by its author only."""
    hidden = shared_view(case, oracle)
    if hidden or case.actor not in oracle.roles or not oracle.reach(case.actor, "view", case.kind.key):
        return hidden
    return None if case.actor == "anna" else 403


def of_seen_type(case: Case, oracle: "Oracle"):
    """A report is about records of a type that its maker sees."""
    asked = case.args["type_key"]
    is_seen = asked in {kind.key for kind in types} and oracle.reach(case.actor, "view", asked)
    return 404 if case.actor in oracle.roles and oracle.reach(case.actor, "view", "reports") and not is_seen else None


def report_args(case: Case) -> list[dict]:
    """Olga's reports on orders: her own, and one that she shares."""
    return [{"pk": case.world.acts[name]} for name in ("own report", "shared report")]


def report_files(case: Case) -> list[dict]:
    return [{**report, "form": form} for report in report_args(case) for form in ("csv", "json", "xlsx")]


def seen_report(case: Case, oracle: "Oracle"):
    if case.actor not in oracle.roles or not oracle.reach(case.actor, "view", "reports"):
        return None
    is_seen = case.actor == "olga" or case.args["pk"] == case.world.acts["shared report"]
    return None if is_seen and oracle.reach(case.actor, "view", "order") else 404


def seen_file(case: Case, oracle: "Oracle"):
    may = case.actor in oracle.roles and oracle.reach(case.actor, "export", "reports")
    return seen_report(case, oracle) if may else None


def olgas_report(case: Case, oracle: "Oracle"):
    """Changed by its author only."""
    hidden = seen_report(case, oracle)
    if hidden or case.actor not in oracle.roles or not oracle.reach(case.actor, "view", "reports"):
        return hidden
    return None if case.actor == "olga" else 403


def known_args(case: Case) -> list[dict]:
    return [{"name": name} for name in (*case.kind.filters, "password")]


def linking_queries(case: Case) -> list[str]:
    ivans = {link.name: case.world.records[link.target.type_key]["ivan"].pk for link in case.kind.links}
    return ["", *(f"?{name}={pk}" for name, pk in ivans.items())]


def typed(case: Case) -> dict:
    """A form as somebody hostile sends it: texts, links to Ivan's records, and fields that no form has."""
    values = {"version": case.record.version if case.record else "", "owner": case.world.people["ivan"].pk}
    values |= dict.fromkeys(("origin", "archived_at", "created_by", "sort_key", "extra", "number"), "x")
    for name in case.kind.fields:
        shown = case.kind.field(name)
        if shown.kind == "link":
            values[name] = case.world.records[shown.target.type_key]["ivan"].number
        else:
            values[name] = "typed"
    return values


def changing(type_key: str) -> Callable[[Case], list[str]]:
    """The page with the form of Ivan's record opened on it."""
    return lambda case: ["", f"?change={case.world.records[type_key]['ivan'].pk}"]


def part_args(case: Case) -> list[dict]:
    return [{"part_key": part.key} for part in case.kind.parts] or [{"part_key": "none"}]


def part_line_args(case: Case) -> list[dict]:
    kept = case.world.parts.get((case.kind.key, case.record.pk), {})
    return [{"part_key": key, "part_pk": line.pk} for key, line in kept.items()]


def action_args(case: Case) -> list[dict]:
    """Every button of the type's page, and one of another type."""
    return [{"key": key} for key in (*(action.key for action in actions_of(case.kind)), "company.guessed")]


def actions_of(kind) -> list:
    return [action for action in page_actions if action.type_key == kind.key]


def by_the_action(case: Case, oracle: "Oracle"):
    """A button takes the grants it names, on the record and beside it."""
    if case.actor not in oracle.roles or not oracle.holds(case.actor, "view", case.record):
        return None
    action = page_actions.get(case.args["key"])
    if action is None:
        return 404
    lacks = not all(oracle.reach(case.actor, verb, key) for verb, key in action.also)
    return 403 if lacks or not oracle.decides(case.actor, action.verb, case.record) else None


def file_args(case: Case) -> list[dict]:
    return [{"key": key} for key in (*(file.key for file in files_of_type(case.kind)), "company.guessed")]


def files_of_type(kind) -> list:
    return [file for file in page_files if file.type_key == kind.key]


def keys(*names: str) -> Callable[[Case], list[dict]]:
    return lambda case: [{"key": name} for name in names]


def token(name: str) -> Callable[[Case], list[dict]]:
    return lambda case: [{"token": case.world.links[name]}, {"token": "guessed"}]


def person_args(case: Case) -> list[dict]:
    return [{"pk": case.world.people[name].pk} for name in ("ivan", "adam")]


def only_typed(case: Case, oracle: Oracle):
    """Types that nobody creates by hand have no form."""
    return None if case.kind.typed else "untyped"


def view_too(case: Case, oracle: Oracle):
    """What one does not see one does not take out."""
    return None if oracle.reach(case.actor, "view", case.kind.key) or case.actor not in oracle.roles else 403


def change_by_configurators(case: Case, oracle: Oracle):
    """Seen by those who see people, changed by those who configure them."""
    signed_in = case.actor in oracle.roles
    return 403 if case.method == "POST" and signed_in and not oracle.reach(case.actor, "configure", "people") else None


def developers_only(case: Case, oracle: Oracle):
    return 404


def own_act(case: Case, oracle: Oracle):
    """Only an own act is taken back."""
    return "login" if case.actor not in oracle.roles else "act"


def field_args(case: Case) -> list[dict]:
    """An added field, asked for under its own type and under another one."""
    return [{"field_pk": case.world.fields.get(case.kind.key, 0)}]


def field_of(case: Case) -> dict:
    return {"label": "typed", "one": "typed", "many": "typed", "reason": "typed"}


def reasoned(case: Case) -> dict:
    return {"reason": "typed"}


def of_a_role(case: Case) -> list[str]:
    """Of everybody, of a role, and of one that there is not."""
    return ["", "?role=salesperson", "?role=nobody"]


def laid_out(case: Case) -> dict:
    """As a hostile form sends it: a field that no form has, and the title nowhere."""
    title = case.kind.model.title_field
    return {"field": ["password", title], f"where:{title}": "off", "save": "1", "reason": "typed"}


def rule_queries(case: Case) -> list[str]:
    names = [shown.name for shown in case.kind.by_name.values() if shown.kind in ("choice", "bool")]
    return ["", "?when=password", "?role=nobody", *(f"?when={name}" for name in names[:2])]


def rule_of(case: Case) -> dict:
    return {"do": "require", "field": "password", "values": "typed", "reason": "typed"}


def step(case: Case) -> dict:
    """A task for Ivan, as a hostile form sends it: about another record, done already."""
    told = {"next-what": "typed", "next-due_on": "2026-12-01", "next-owner": case.world.people["ivan"].pk}
    return told | {"next-state": "done", "next-about_id": ivans(case).pk, "about_type": "company"}


def order_makers(case: Case, oracle: "Oracle"):
    """An order is made of what was bought before: whoever makes orders at all."""
    if case.actor not in oracle.roles or not oracle.holds(case.actor, "view", case.record):
        return None
    return 403 if case.method == "POST" and not oracle.reach(case.actor, "create", "order") else None


def task_givers(case: Case, oracle: "Oracle"):
    """Whoever sees the record, and gives tasks at all."""
    if case.actor not in oracle.roles or not oracle.holds(case.actor, "view", case.record):
        return None
    return 403 if case.method == "POST" and not oracle.reach(case.actor, "create", "task") else None


def past_args(case: Case) -> list[dict]:
    """The field that was changed, one that nobody types, and one that is not there."""
    return [{"version": 1, "name": name} for name in (case.kind.model.title_field, "number", "password")]


def typing_it(case: Case, oracle: "Oracle"):
    """Like typing it: of what no form asks nothing is put back."""
    if case.actor not in oracle.roles or not oracle.holds(case.actor, "edit", case.record):
        return None
    return 403 if case.method == "POST" and case.args["name"] not in case.kind.fields else None


def making_one(case: Case, oracle: "Oracle"):
    """Whoever sees the original, and makes such records by hand."""
    if case.actor not in oracle.roles or not oracle.holds(case.actor, "view", case.record):
        return None
    return None if case.kind.typed and oracle.reach(case.actor, "create", case.kind.key) else 403


def attached(case: Case) -> dict:
    return {"file": SimpleUploadedFile("typed.txt", b"typed")}


def planted_file(case: Case) -> list[dict]:
    """The file of this record where it has one, and that of Ivan's company, which is on no other record."""
    return [{"file_pk": case.world.files[pk]} for pk in ("ivan", "anna", "nina")]


def own_notice(case: Case, oracle: "Oracle"):
    """One's own, as long as one sees what it is about."""
    if case.actor not in oracle.roles:
        return None
    mine = case.world.notices.get(case.actor) == case.args["pk"]
    return None if mine and oracle.holds(case.actor, "view", case.world.records["company"]["ivan"]) else 404


def ivans(case: Case):
    return case.world.records[case.kind.key]["ivan"]


def merging_both(case: Case, oracle: Oracle):
    """Who merges must see both, and may edit and archive both."""
    if case.actor not in oracle.roles or not oracle.holds(case.actor, "edit", case.record):
        return None  # the door says it
    other = ivans(case)
    if not oracle.holds(case.actor, "view", other):
        return 404
    may = [oracle.holds(case.actor, verb, record) for record in (case.record, other) for verb in ("edit", "archive")]
    return None if all(may) else 403


def own_session(case: Case, oracle: Oracle):
    """Ivan's browser is signed out by Ivan and by those who configure people; to others it does not exist."""
    if case.actor not in oracle.roles:
        return "login"
    return "in" if case.actor == "ivan" or oracle.reach(case.actor, "configure", "people") else 404


def not_for_oneself(case: Case, oracle: Oracle):
    """Done for others without their password; on the own page it takes the own one."""
    is_own = case.args.get("pk") == case.world.people[case.actor].pk if case.actor in case.world.people else False
    return 403 if is_own else None


def configured(case: Case) -> dict:
    file = "groundwork: 1\nswitches: {field:product.cost: {on: yes, reason: typed}}"
    return {"text": file, "reason": "typed"}


def administrators_only(case: Case, oracle: Oracle):
    """Of persons, and for administrators."""
    if case.actor not in oracle.roles or not oracle.holds(case.actor, "view", case.record):
        return None  # the door says it
    if case.kind.key != "contact" and (case.kind.key != "lead" or case.record.contact_id):  # then it is the contact
        return 404
    return None if case.actor == "adam" else 403


def first(case: Case) -> list[dict]:
    return [{"pk": 1}]


def narrowed(case: Case) -> list[str]:
    return ["", "?f.owner=-"]


def control_rule(case: Case) -> dict:
    return {"name": "typed", "day": "spoken", "patience": "1", "answers": "owner", "told_after": "0", "reason": "typed"}


ROWS: dict[str, Row] = {
    "account_login": Row("open"),
    "account_logout": Row("open"),
    "account_inactive": Row("open"),
    "account_reset_password": Row("open"),
    "access:first_run": Row("open", token("first"), says=frozenset({404})),
    "access:welcome": Row("signed in"),
    "access:join": Row("open", token("join"), says=frozenset({404})),
    "access:password_from_link": Row("open", token("password"), says=frozenset({404})),
    "access:me": Row("signed in"),
    "access:password": Row("signed in"),
    "access:sessions": Row("signed in"),
    "access:sessions_end_others": Row("signed in"),
    "access:session_end": Row("signed in", lambda case: [{"pk": case.world.sessions["ivan"]}], may=own_session),
    "access:sessions_end_all": Row("configure people", person_args),
    "access:leave": Row("configure people", person_args, post=lambda case: {"on": "2020-01-01"}),
    "access:leave_call_off": Row("configure people", person_args, says=frozenset({409})),
    "access:two_steps": Row("signed in"),
    "access:second_step": Row("open", may=lambda case, oracle: "login"),
    "access:two_steps_reset": Row("configure people", person_args, may=not_for_oneself),
    "access:role_two_steps": Row("configure people", keys("narrow"), post=reasoned),
    "access:view_as": Row("configure people", person_args),
    "access:view_as_end": Row("signed in"),
    "access:language": Row("open", post=lambda case: {"language": "pl"}),
    "access:theme": Row("signed in", post=lambda case: {"theme": "dark"}),
    "access:people": Row("view people"),
    "access:invite": Row("configure people", post=lambda case: {"email": "new@hazel.example"}),
    "access:invite_many": Row("configure people", post=lambda case: {"lines": "ewa@hazel.example; Sales; reader"}),
    "access:invitation_withdraw": Row("configure people", lambda case: [{"pk": 1}], says=frozenset({404})),
    "access:invitation_renew": Row("configure people", lambda case: [{"pk": 1}], says=frozenset({404})),
    "access:person": Row(
        "view people", person_args, post=lambda case: {"name": "typed", "is_active": "on"}, may=change_by_configurators
    ),
    "access:password_link": Row("configure people", person_args, may=not_for_oneself),
    "access:departments": Row("view people"),
    "access:department_new": Row("configure people", post=lambda case: {"name": "typed"}),
    "access:department": Row(
        "configure people", lambda case: [{"pk": case.world.cast.sales.pk}], post=lambda case: {"name": "typed"}
    ),
    "access:roles": Row("view people"),
    "access:role_new": Row("configure people", post=lambda case: {"name": "typed", "reason": "typed"}),
    "access:role_archive": Row("configure people", keys("narrow"), post=reasoned),
    "access:role_restore": Row("configure people", keys("narrow"), post=reasoned),
    "access:role": Row("view people", keys("salesperson", "administrator"), may=change_by_configurators),
    "access:audit": Row("configure people", queries=lambda case: ["", "?check=1"]),
    "access:firm": Row("configure settings", post=lambda case: {"name": "typed"}),
    "access:configuration": Row("configure settings", post=lambda case: {"text": "groundwork: 1"}),
    "access:configuration_file": Row("configure settings"),
    "access:configuration_apply": Row("configure settings", post=configured),
    "access:configuration_roll_back": Row("configure settings", lambda case: [{"pk": 1}], says=frozenset({404})),
    "everything:page": Row("configure settings"),
    "everything:begin": Row("configure settings"),
    "everything:stop": Row("configure settings", lambda case: [{"pk": 1}], says=frozenset({404})),
    "everything:file": Row("configure settings", lambda case: [{"pk": 1}], says=frozenset({404})),
    "records:configured": Row("configure settings", queries=lambda case: ["", "?only=unexplained"]),
    "records:fields_read": Row("configure settings", queries=lambda case: ["", "?type=company"], says=frozenset({404})),
    "records:element": Row("configure settings", keys("field:product.cost", "report:profit")),
    "records:element_reason": Row("configure settings", keys("report:profit"), post=reasoned),
    "records:element_switch": Row("configure settings", keys("field:product.cost"), post=reasoned),
    "records:home": Row("signed in"),
    "records:day": Row("signed in"),
    "records:notices": Row("signed in"),
    "records:notice_choices": Row("signed in", queries=lambda case: ["", "?less=change", "?less=x"]),
    "records:notices_count": Row("signed in"),
    "records:notices_read": Row("signed in"),
    "records:notice": Row("signed in", lambda case: [{"pk": pk} for pk in case.world.notices.values()], may=own_notice),
    "records:control": Row("signed in", queries=lambda case: ["", "?by=person", "?of=1"]),
    "records:control_rules": Row("configure settings"),
    "records:control_new": Row("configure settings", queries=narrowed, post=control_rule, says=frozenset({404})),
    "records:control_rule": Row("configure settings", first, post=control_rule, says=frozenset({404})),
    "records:control_retire": Row("configure settings", first, post=reasoned, says=frozenset({404})),
    "records:control_restore": Row("configure settings", first, post=reasoned, says=frozenset({404})),
    "records:put_back": Row("edit record", past_args, may=typing_it, says=frozenset({403})),
    "records:beside": Row("view record"),
    "records:compare": Row("view record", queries=lambda case: ["", "?version=1", "?version=x"]),
    "records:copy": Row("view record", post=typed, may=making_one),
    "records:seen_by": Row("view record"),
    "records:file_add": Row("edit record", post=attached),
    "records:file_give": Row("view record", planted_file, says=frozenset({404})),
    "records:file_picture": Row("view record", planted_file, says=frozenset({404})),
    "records:file_remove": Row("edit record", planted_file, says=frozenset({404})),
    "records:follow": Row("view record"),
    "records:unfollow": Row("view record"),
    "records:people": Row("edit record", queries=lambda case: ["", "?q=ann"]),
    "records:give": Row("view record", post=step, may=task_givers),
    "records:search": Row("signed in", queries=search_queries),
    "records:palette": Row("signed in", queries=palette_queries),
    "records:keys": Row("signed in"),
    "records:why": Row("signed in", keys("field:product.cost", "report:profit"), says=frozenset({404})),
    "records:undo": Row(
        "signed in",
        lambda case: [{"pk": pk} for name, pk in case.world.acts.items() if name in case.world.people],
        may=own_act,
    ),
    "records:undo_last": Row("signed in", says=frozenset({403, 404})),
    "records:acts": Row("signed in"),
    "records:trash": Row("signed in"),
    "records:working_days": Row("configure settings", post=reasoned, says=frozenset({422})),
    "records:working_day_retire": Row(
        "configure settings", args=lambda case: [{"pk": 0}], post=reasoned, says=frozenset({404})
    ),  # fmt: skip
    "records:types": Row("configure settings"),
    "records:type_new": Row("configure settings", post=field_of),
    "records:type": Row("configure settings"),
    "records:type_change": Row("configure settings", post=field_of, says=frozenset({404})),
    "records:type_retire": Row("configure settings", post=reasoned, says=frozenset({404})),
    "records:type_restore": Row("configure settings", post=reasoned, says=frozenset({404})),
    "records:layout": Row("configure settings", queries=of_a_role, post=laid_out, says=frozenset({404})),
    "records:layout_preview": Row("configure settings", queries=of_a_role, says=frozenset({404})),
    "records:layout_retire": Row("configure settings", queries=of_a_role, post=reasoned, says=frozenset({404})),
    "records:layout_restore": Row("configure settings", queries=of_a_role, post=reasoned, says=frozenset({404})),
    "records:rule_new": Row("configure settings", queries=rule_queries, post=rule_of, says=frozenset({404})),
    "records:rule_drop": Row("configure settings", keys("r1"), of_a_role, reasoned, says=frozenset({404})),
    "records:field_new": Row("configure settings", queries=lambda case: ["", "?kind=text"], post=field_of),
    "records:field_change": Row("configure settings", field_args, post=field_of, says=frozenset({404})),
    "records:field_retire": Row("configure settings", field_args, post=reasoned, says=frozenset({404})),
    "records:field_restore": Row("configure settings", field_args, post=reasoned, says=frozenset({404})),
    "records:field_move": Row("configure settings", field_args, says=frozenset({404})),
    "records:list": Row("view any", queries=list_queries, says=frozenset({404, 409})),
    "records:counted": Row("view any", queries=list_queries, says=frozenset({404, 409})),
    "records:totals": Row("view any", queries=list_queries, says=frozenset({404, 409})),
    "records:export_csv": Row("export any", queries=list_queries, may=view_too, says=frozenset({409})),
    "records:export_xlsx": Row("export any", queries=list_queries, may=view_too, says=frozenset({409})),
    "records:cell": Row("edit record", cell_args, post=typed, says=frozenset({403})),
    "records:peek": Row("view record"),
    "records:board": Row("view any", queries=board_queries, says=frozenset({409})),
    "records:board_add": Row("create any", queries=column_queries, post=typed, may=only_typed, says=frozenset({409})),
    "records:calendar": Row("view any", queries=board_queries, says=frozenset({409})),
    "records:move": Row("edit record", post=moving, says=frozenset({403})),
    "records:bulk": Row("view any", post=changing_all, says=frozenset({403, 409})),
    "records:bulk_run": Row("view any", lambda case: [{"run_pk": 1}], says=frozenset({404})),
    "records:bulk_stop": Row("view any", lambda case: [{"run_pk": 1}], says=frozenset({404})),
    "records:bulk_back": Row("view any", lambda case: [{"run_pk": 1}], says=frozenset({404})),
    "records:columns": Row("view any", queries=list_queries, says=frozenset({409})),
    "records:views": Row("view any"),
    "records:view_new": Row(
        "view any", queries=list_queries, post=lambda case: {"name": "typed", "query": "q=typed", "display": "list"}
    ),
    "records:view_edit": Row("view any", view_args, post=lambda case: {"name": "typed"}, may=annas_view),
    "records:view_take": Row("view any", view_args, post=lambda case: {"query": "q=typed"}, may=annas_view),
    "records:view_use": Row("view any", view_args, post=lambda case: {"opens": "on"}, may=shared_view),
    "records:view_drop": Row("view any", view_args, may=annas_view),
    "records:view_back": Row("view any", view_args, may=annas_view),
    "records:new": Row("create any", queries=linking_queries, post=typed, may=only_typed),
    "records:quick": Row("create any", queries=linking_queries, post=typed, may=only_typed),
    "records:options": Row("view any", queries=search_queries),
    "records:known": Row("view any", args=known_args, queries=search_queries, says=frozenset({404})),
    "records:page": Row("view record"),
    "records:edit": Row("edit record", post=typed),
    "records:choose": Row(
        "edit record", post=lambda case: typed(case) | {f"choice.{name}": "mine" for name in case.kind.fields[:1]}
    ),
    "records:archive": Row("archive record"),
    "records:restore": Row("archive record"),
    "records:act": Row(
        "view record", action_args, post=lambda case: {"version": case.record.version}, may=by_the_action
    ),
    "records:file": Row("view record", file_args, says=frozenset({404})),
    "records:personal": Row("view record", may=administrators_only),
    "records:personal_file": Row(
        "view record", lambda case: [{"form": "json"}, {"form": "pdf"}], may=administrators_only
    ),
    "records:erase": Row("view record", post=reasoned, may=administrators_only),
    "records:note": Row("edit record", post=lambda case: {"kind": "note", "text": "typed"}),
    "records:part_add": Row("edit record", part_args, says=frozenset({404}), types=lambda kind: bool(kind.parts)),
    "records:part_edit": Row("edit record", part_line_args, says=frozenset({404}), types=lambda kind: bool(kind.parts)),
    "customers:dates": Row("view contact", queries=lambda case: ["", "?days=90"]),
    "customers:relationship": Row("view record", types=lambda kind: kind.key == "company"),
    "customers:similar": Row(
        "view any",
        queries=lambda case: ["", f"?name={WORD}ivancompany", f"?name={WORD}ivancontact"],
        types=lambda kind: kind.mergeable,
    ),
    "customers:duplicates": Row("view any", types=lambda kind: kind.mergeable),
    "customers:dismiss": Row(
        "edit any", lambda case: [{"pk": 1}], says=frozenset({404}), types=lambda kind: kind.mergeable
    ),
    "records:merge": Row(
        "edit record",
        lambda case: [{"other": ivans(case).pk}],
        post=lambda case: {"stays": ivans(case).pk},
        may=merging_both,
        says=frozenset({409}),
        types=lambda kind: kind.mergeable,
    ),
    "records:unmerge": Row(
        "edit record", lambda case: [{"merge_pk": 1}], says=frozenset({404}), types=lambda kind: kind.mergeable
    ),
    "customers:rules": Row("configure settings"),
    "customers:rule": Row("configure settings", keys("cooling", "pays_late"), post=lambda case: {"times": "3"}),
    "sales:pipelines": Row("configure settings"),
    "sales:configured_new": Row(
        "configure settings", lambda case: [{"what": "pipeline"}], post=lambda case: {"name": "typed"}
    ),
    "sales:configured": Row(
        "configure settings", lambda case: [{"what": "pipeline", "pk": 1}], post=lambda case: {"name": "typed"}
    ),
    "sales:configured_switch": Row(
        "configure settings", lambda case: [{"what": "pipeline", "pk": 1}], post=lambda case: {}
    ),
    "trade:series": Row("configure settings"),
    "trade:rebuild": Row("configure settings"),
    "trade:series_new": Row("configure settings", post=lambda case: {"name": "typed"}),
    "trade:series_edit": Row(
        "configure settings",
        lambda case: [{"pk": 1}],
        post=lambda case: {"name": "typed"},
        says=frozenset({404}),
    ),
    "work:feed": Row("signed in"),
    "work:first_steps": Row("signed in"),
    "work:first_steps_away": Row("signed in"),
    "work:calendar": Row("open", lambda case: [{"secret": "guessed"}], says=frozenset({404})),
    "sales:reviews": Row("view review"),
    "sales:review_new": Row("create review", post=lambda case: {"name": "typed"}),
    "sales:review": Row("view review", opens=("review", "view")),
    "sales:review_begin": Row("edit review", opens=("review", "edit"), says=frozenset({409})),
    "sales:review_turn": Row(
        "edit review", lambda case: [{"person": 1}], opens=("review", "edit"), says=frozenset({404, 409})
    ),
    "sales:review_decide": Row(
        "edit review",
        lambda case: [{"deal": 1, "what": "keep"}],
        opens=("review", "edit"),
        says=frozenset({404, 409, 422}),
    ),
    "sales:review_say": Row(
        "edit review", opens=("review", "edit"), post=lambda case: {"say-text": "typed"}, says=frozenset({409})
    ),
    "sales:review_end": Row("edit review", opens=("review", "edit"), says=frozenset({409})),
    "sales:forecast": Row("view deal", queries=lambda case: ["", "?by=product", "?by=owner", "?currency=EUR"]),
    "sales:forecast_xlsx": Row("export deal"),
    "sales:targets": Row(
        "edit deal",
        post=lambda case: {"p1-2026-11": "typed"},
        may=lambda case, oracle: (
            403 if case.actor in oracle.roles and oracle.reach(case.actor, "edit", "deal") == Reach.OWN else None
        ),
        says=frozenset({302}),
    ),
    "sales:known": Row(
        "view any",
        queries=lambda case: [
            "",
            f"?name={WORD}ivanlead",
            f"?company_name={WORD}ivancompany",
            f"?person={WORD}ivancontact",
            f"?name={WORD}ivandeal",
            f"?company={WORD}ivancompany",
        ],
        types=lambda kind: kind.key in ("lead", "deal"),
    ),
    "sales:due": Row("view company", queries=lambda case: ["", "?whose=all"]),
    "sales:quote_template": Row("configure settings", post=lambda case: {"reason": "typed"}),
    "sales:quote_template_file": Row("configure settings"),
    "sales:quote_sample_file": Row("configure settings"),
    "sales:quote_template_restore": Row("configure settings", post=lambda case: {}),
    "sales:quote_new": Row(
        "edit record", post=lambda case: {"text": "typed"}, says=frozenset({422}), types=lambda kind: kind.key == "deal"
    ),
    "sales:quote_file": Row(
        "view record",
        lambda case: [{"number": 1, "form": form} for form in ("pdf", "docx")],
        says=frozenset({404}),
        types=lambda kind: kind.key == "deal",
    ),  # fmt: skip
    "sales:repeat": Row(
        "view record", may=order_makers, says=frozenset({409}), types=lambda kind: kind.key == "company"
    ),
    "sales:call": Row(
        "edit record", post=lambda case: {"kind": "call", "text": "typed"}, types=lambda kind: kind.key == "company"
    ),
    "insight:above": Row("view reports"),
    "insight:ask_costs": Row("create task", says=frozenset({404, 422})),
    "insight:lines": Row("view reports", says=frozenset({404})),
    "insight:reports": Row("view reports"),
    "insight:build": Row(
        "view reports",
        lambda case: [{"type_key": key} for key in ("order", "goal", "nothing")],
        queries=lambda case: ["?by=owner", "?by=owner&measure=sum&of=total_minor"],
        post=lambda case: {"name": "typed", "query": "by=owner"},
        may=of_seen_type,
        says=frozenset({409, 422}),
    ),
    "insight:built": Row("view reports", report_args, may=seen_report),
    "insight:built_download": Row("export reports", report_files, may=seen_file),
    "insight:built_drop": Row("view reports", report_args, may=olgas_report),
    "insight:built_back": Row("view reports", report_args, may=olgas_report),
    "insight:report": Row(
        "view reports",
        keys("profit", "debts", "concentration", "customers", "traits", "unknown-costs"),
        queries=lambda case: [f"?by={by}" for by in ("month", "product", "company", "country")],
        says=frozenset({404}),
    ),
    "insight:download": Row(
        "export reports",
        lambda case: [
            {"key": key, "kind": kind}
            for key in ("profit", "debts", "concentration", "customers", "traits", "unknown-costs")
            for kind in ("csv", "json", "xlsx")
        ],
        says=frozenset({404}),
    ),
}


def decided(case: Case) -> dict:
    return {"version": case.record.version, "reason": "typed", "statement": "typed", "said": "passed"}


def posted_by(*needs: tuple[str, str]) -> Callable[[Case, Oracle], Any]:
    """A page for all who see it, whose form takes further rights: ("create", "goal"), …"""

    def may(case: Case, oracle: Oracle):
        lacks = not all(oracle.reach(case.actor, verb, key) for verb, key in needs)
        return 403 if case.method == "POST" and case.actor in oracle.roles and lacks else None

    return may


def who_is_named(case: Case, oracle: Oracle):
    """Who asks and who is asked do it, and whoever may change the question."""
    named = case.actor in oracle.roles and case.owner == case.actor
    if case.method != "POST" or named or not oracle.reach(case.actor, "view", "question"):
        return None
    return (
        403
        if oracle.holds(case.actor, "view", case.record) and not oracle.holds(case.actor, "edit", case.record)
        else None
    )


def only_future_users(case: Case, oracle: Oracle):
    """Who asked for it, or does what it is for; every need that is planted is of who owns it."""
    if case.method != "POST" or not oracle.reach(case.actor, "view", "requirement"):
        return None
    authors = {link.need.author_id for link in case.record.needs.all()}
    return (
        403
        if oracle.holds(case.actor, "view", case.record) and case.world.people[case.actor].pk not in authors
        else None
    )


def of_question(**post) -> Row:
    return Row(
        "view question", opens=("question", "view"), may=who_is_named,
        post=lambda case: {"version": case.record.version, "to": case.world.people["piotr"].pk, **post},
    )  # fmt: skip


def planted_interview(**page: int) -> Callable[[Case], list[dict]]:
    """Ivan's: nobody has an account in it."""
    return lambda case: [{"pk": case.world.records["interview"]["ivan"].pk, **page}]


def writing_it_down(case: Case, oracle: Oracle):
    """What somebody else says is written down by who may change that interview; to others it does not exist."""
    if case.actor not in oracle.roles:
        return "login"
    interview = case.world.records["interview"]["ivan"]
    if not oracle.holds(case.actor, "view", interview):
        return 404
    return None if oracle.holds(case.actor, "edit", interview) else 403


ROWS |= {
    "rollout:questions": Row("view question", may=posted_by(("create", "question"))),
    "rollout:question_answer": of_question(answer="typed"),
    "rollout:question_hand_on": of_question(),
    "rollout:question_again": of_question(why="typed"),
    "rollout:question_accept": of_question(),
    "rollout:question_withdraw": of_question(),
    "rollout:decide": Row(
        "view decision",
        may=posted_by(("create", "decision"), ("configure", "decision")),
        post=lambda case: {"statement": "typed"},
    ),
    "rollout:start": Row("view requirement"),
    "rollout:number": Row("view goal", may=posted_by(("create", "goal"), ("edit", "goal")), queries=changing("goal")),
    "rollout:number_edit": Row("edit goal", opens=("goal", "edit"), post=decided),
    "rollout:number_agree": Row("edit goal", opens=("goal", "edit"), post=decided),
    "rollout:number_drop": Row("edit goal", opens=("goal", "edit"), post=decided),
    "rollout:number_hold": Row("edit goal", opens=("goal", "edit"), post=decided),
    "rollout:number_close": Row("edit goal", opens=("goal", "edit"), post=decided),
    "rollout:number_keep_as": Row("edit goal", opens=("goal", "edit"), post=decided),
    "rollout:library": Row("view goal"),
    "rollout:hope": Row("create goal", may=posted_by(("create", "goal"), ("edit", "goal"))),
    "rollout:hope_judge": Row("edit goal", opens=("goal", "edit"), post=decided),
    "rollout:told": Row("view need", may=posted_by(("create", "need"))),
    "rollout:need_agree": Row("edit need", opens=("need", "edit"), post=decided),
    "rollout:need_turn_down": Row("edit need", opens=("need", "edit"), post=decided),
    "rollout:sort": Row("view need", opens=("need", "edit")),
    "rollout:need_join": Row("edit need", opens=("need", "edit"), post=decided),
    "rollout:need_oppose": Row("edit need", opens=("need", "edit"), post=decided),
    "rollout:conflict_settle": Row("edit conflict", opens=("conflict", "edit"), post=decided),
    "rollout:tell": Row("create need"),
    "rollout:interviews": Row("view interview", may=posted_by(("create", "interview"), ("edit", "interview"))),
    "rollout:work": Row("view work_process", opens=("work_process", "view")),
    "rollout:settle": Row("edit discrepancy", opens=("discrepancy", "edit"), post=decided),
    "rollout:interview_link": Row("edit interview", opens=("interview", "edit"), post=decided),
    "rollout:interview_close": Row("edit interview", opens=("interview", "edit"), post=decided),
    "rollout:interview_page": Row("signed in", args=planted_interview(), may=writing_it_down),
    "rollout:interview_question": Row("signed in", args=planted_interview(page=1), may=writing_it_down),
    "rollout:by_link": Row("open", token("answer"), says=frozenset({404})),
    "rollout:by_link_question": Row(
        "open", lambda case: [{"page": 1, **args} for args in token("answer")(case)], says=frozenset({404})
    ),
    "rollout:agreed": Row(
        "view requirement",
        may=posted_by(("create", "requirement"), ("edit", "requirement")),
        queries=changing("requirement"),
    ),
    "rollout:requirement_edit": Row("edit requirement", opens=("requirement", "edit"), post=decided),
    "rollout:how_it_goes": Row("view use_case", opens=("use_case", "edit"), post=decided),
    "rollout:agreed_print": Row("view requirement"),
    "rollout:field_for": Row("configure settings", opens=("requirement", "edit")),
    "rollout:say_yes": Row("view requirement", opens=("requirement", "view"), may=only_future_users),
    "rollout:phase_freeze": Row("edit phase", opens=("phase", "edit"), post=decided),
    "rollout:phase_close": Row("edit phase", opens=("phase", "edit"), post=decided),
    "rollout:confirm": Row("edit requirement", opens=("requirement", "edit"), post=decided),
    "rollout:switch_on": Row("configure requirement", opens=("requirement", "configure"), post=decided),
    "rollout:withdraw": Row("edit requirement", opens=("requirement", "edit"), post=decided),
    "rollout:try": Row("view requirement"),
    "rollout:try_one": Row(  # a test of what is not agreed is not there yet
        "view acceptance_test", opens=("acceptance_test", "view"), says=frozenset({404})
    ),
    "rollout:ask_to_try": Row(
        "edit acceptance_test",
        opens=("acceptance_test", "edit"),
        post=lambda case: {"version": case.record.version, "people": [case.world.people["piotr"].pk]},
    ),
    "rollout:run": Row("create acceptance_test", opens=("acceptance_test", "view"), post=decided),
    "rollout:live": Row("edit goal", opens=("goal", "edit"), post=decided),
    "rollout:used": Row("view requirement"),
    "rollout:my_use": Row("view requirement"),
    "rollout:pulse": Row("view requirement", post=lambda case: {"score": "3"}),
    "rollout:map": Row("view requirement"),
    "rollout:strict": Row("configure decision", post=lambda case: {"profile": "standard", "reason": "typed"}),
}


def own_imports(case: Case, oracle: Oracle):
    """Adam's import is there for those who view all imports; to others it does not exist."""
    if not oracle.reach(case.actor, "create", "import"):
        return None
    return None if case.actor == "adam" or oracle.reach(case.actor, "view", "import") == Reach.ALL else 404


def adams_import(case: Case) -> list[dict]:
    return [{"pk": case.world.acts["import"]}]


ROWS |= {
    "imports:start": Row("create import"),
    "imports:job": Row("create import", adams_import, may=own_imports),
    "imports:again": Row("create import", adams_import, may=own_imports),
    "imports:decide": Row("create import", adams_import, may=own_imports),
    "imports:load": Row("create import", adams_import, may=own_imports),
    "imports:undo": Row("create import", adams_import, may=own_imports),
    "imports:errors": Row("create import", adams_import, may=own_imports, says=frozenset({404})),
}
UI = ("components", "more_rows", "totals", "why", "toast", "dialog", "refusal")
ROWS |= {f"ui:{name}": Row("open", may=developers_only) for name in UI}
