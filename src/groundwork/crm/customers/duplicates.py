"""Records that may be one: by phone, e-mail, legal id, or a name written in Cyrillic, Latin, or with a slip of the pen.

Each record has its signs in one way of writing (MatchKey), kept in step with every write. They are compared while
somebody types, on the page of a record, and by a job for all. Only records that the person sees are ever named.
"""

import re
import sys
from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass, field
from functools import reduce
from itertools import combinations, product
from operator import or_
from typing import Any

import phonenumbers
from django.db import connection, transaction
from django.db.models import Q
from django.utils.translation import gettext as _
from rapidfuzz import fuzz, process

from groundwork.blueprint.models import Firm
from groundwork.core.clock import now
from groundwork.core.languages import folded
from groundwork.core.rows import update_each
from groundwork.crm.customers.countries import country_code
from groundwork.crm.customers.legal_ids import LEGAL_IDS, TAX_NUMBER, compact
from groundwork.crm.customers.models import Company, Contact, DuplicatePair, MatchKey
from groundwork.records import merging
from groundwork.records.models import Merge, Record
from groundwork.records.pages import Panel, panels
from groundwork.records.write import Follower, followers

TYPES: dict[str, type[Record]] = {Company.type_key: Company, Contact.type_key: Contact}
NAMES = {Company.type_key: ("name", "like"), Contact.type_key: ("person", "slip")}  # people do share names
WEIGHT = {"email": 70, "phone": 60, "name": 80, "like": 60, "person": 50, "slip": 30, "firm": 10} | dict.fromkeys(
    (*LEGAL_IDS, TAX_NUMBER), 95
)
NOT_A_SIGN = frozenset({"kpp"})  # branches of one office share it
PARTING = frozenset({*LEGAL_IDS, TAX_NUMBER}) - NOT_A_SIGN  # two that have different ones are two in law
APART = 35  # what that takes from the score: with no equal id, a pair is never likely then
SIMILAR = 88  # of 100: how like two names are to be a slip of the pen
CROWD = 20  # a sign that more records share says nothing: a switchboard, a made-up name
BESIDE = 40  # so many neighbours of a name, sorted, are compared with it
MOST = 2000  # signs that are compared while somebody types
LEAST = 60  # the score from which a pair is shown

SOUNDS = (  # each Cyrillic letter with its Latin sound
    "аa бb вv гg дd еe жzh зz иi кk лl мm нn оo пp рr сs тt уu фf хh цc чch шsh щsch ъ ыi ь эe юiu яia іi їi ўu єe ґg"
)
LATIN = {letter[0]: letter[1:] for letter in SOUNDS.split()}
SPELLINGS = (("kh", "h"), ("ts", "c"), ("ck", "k"), ("ph", "f"), ("x", "ks"), ("w", "v"), ("y", "i"), ("q", "k"))
FORMS = (  # legal forms in that spelling
    "ooo oao zao ao pao ip too odo chup up llp llc ltd limited inc corp co compani gmbh ag kg bv nv oi kft srl spa sa "
    "sas plc sp z o zoo spzoo spolka javna komanditova spk sj s a"
)
LEGAL_FORMS = frozenset(FORMS.split())


def spelled(text: str) -> str:
    """A name in one spelling: Latin letters, no legal form, words in order. "ООО «Фундук»" and "Funduk Ltd" are one."""
    plain, before = "".join(LATIN.get(sign, sign) for sign in folded(text)), ""
    while plain != before:  # what one leaves another may find: "cx" is "cks", which is "ks"
        before = plain
        for written, plain_one in SPELLINGS:
            plain = plain.replace(written, plain_one)
    words = re.findall(r"[a-z0-9]+", plain)
    own = [word for word in words if word not in LEGAL_FORMS] or words
    return " ".join(sorted(own))[:120]


def dialled(text: str, region: str) -> str:
    """A phone as it is dialled from abroad, "8 (495) 123-45-67" in Russia is +74951234567; "" where it is none."""
    try:
        number = phonenumbers.parse(text, region or None)
    except phonenumbers.NumberParseException:
        return ""
    if not phonenumbers.is_possible_number(number):
        return ""
    return phonenumbers.format_number(number, phonenumbers.PhoneNumberFormat.E164)


def signs_of(type_key: str, values: dict[str, Any], region: str) -> set[tuple[str, str]]:
    """{(kind, value)} of a record's plain values."""
    named = NAMES[type_key][0]
    found = {(named, spelled(str(values.get("name") or "")))}
    if short := values.get("short_name"):
        found.add((named, spelled(str(short))))
    if firm := values.get("company_id"):
        found.add(("firm", f"company {firm}"))
    found.add(("email", folded(str(values.get("email") or ""))))
    found.add(("phone", dialled(str(values.get("phone") or ""), region)))
    if type_key == Company.type_key:
        for name in (*LEGAL_IDS, TAX_NUMBER):
            if name not in NOT_A_SIGN:
                found.add((name, compact(str(values.get(name) or ""))))
    return {(kind, value) for kind, value in found if len(value) > 2}


def own_region() -> str:
    return Firm.own_country()


def _region(record: Any, own: str) -> str:
    return getattr(record, "country_code", "") or own


# ── kept in step


def index(records: Iterable[Any]) -> None:
    """Write the signs of these records anew; archived ones have none."""
    rows, own = list(records), own_region()
    if not rows:
        return
    type_key = rows[0].type_key
    MatchKey.objects.filter(type=type_key, object_id__in=[row.pk for row in rows]).delete()
    MatchKey.objects.bulk_create(
        [
            MatchKey(type=type_key, object_id=row.pk, kind=kind, value=value[:120])
            for row in rows
            if not row.is_archived
            for kind, value in sorted(signs_of(type_key, vars(row), _region(row, own)))
        ],
        batch_size=1000,
    )


def follow(steps) -> None:
    gone = [record for record, _before, after in steps if after is None]
    if gone:
        MatchKey.objects.filter(type=gone[0].type_key, object_id__in=[record.pk for record in gone]).delete()
    telling = {"name", "short_name", "company_id", "email", "phone", "country", "archived_at", *LEGAL_IDS, TAX_NUMBER}
    index(
        record
        for record, before, after in steps
        if after is not None and (before is None or any(before.get(name) != after.get(name) for name in telling))
    )


for _key in TYPES:
    followers.add(Follower(f"duplicates of {_key}", _key, follow))


# ── one record against all


@dataclass
class Like:
    """A visible record that may be the same, and why."""

    record: Record
    score: int
    signs: set[str] = field(default_factory=set)

    @property
    def why(self) -> str:
        signs = sorted(self.signs, key=lambda sign: (sign == "apart", sign))
        return ", ".join(dict.fromkeys(sign_words(sign) for sign in signs))


def sign_words(sign: str) -> str:
    words = {
        "name": _("same name"), "person": _("same name"), "like": _("similar name"), "slip": _("similar name"),
        "phone": _("same phone"), "email": _("same e-mail"), "firm": _("same company"),
        "apart": _("but different legal ids"),
    }  # fmt: skip
    return words.get(sign) or _("same legal id")


def score_of(signs: Iterable[str]) -> int:
    """The strongest sign, and ten more for each further one; 99 at most, for nobody has looked yet. Different legal
    ids take ``APART`` from it."""
    weights = sorted((WEIGHT[sign] for sign in signs if sign != "apart"), reverse=True)
    score = min(99, weights[0] + 10 * (len(weights) - 1)) if weights else 0
    return max(score - APART, 0) if "apart" in signs else score


def apart(one: dict[str, Any], other: dict[str, Any]) -> bool:
    """Have both a legal id of one kind, and are these different? A long REGON is of a branch of the short one; VAT
    numbers of two countries may be of one firm."""
    for kind in PARTING:
        mine, theirs = (compact(str(values.get(kind) or "")) for values in (one, other))
        if kind == "regon":
            mine, theirs = mine[:9], theirs[:9]
        if kind == "vat" and mine[:2] != theirs[:2]:
            continue
        if mine and theirs and mine != theirs:
            return True
    return False


def alike(one: str, other: str) -> bool:
    """Are two spelled names a slip of the pen apart? Names with different numbers are not: Shop 12, Shop 13."""
    if re.findall(r"\d+", one) != re.findall(r"\d+", other) or min(len(one), len(other)) < 5:
        return False
    return fuzz.ratio(one, other) >= SIMILAR


def _beginning(start: str) -> Q:
    """As each database finds it by its index: SQLite's LIKE would go through all."""
    if connection.vendor == "sqlite":
        return Q(value__gte=start, value__lt=start + chr(sys.maxunicode))
    return Q(value__startswith=start)


def _near_to(name: str, others: list[str]) -> list[str]:
    """Those of many that are ``alike``; first all at once by the same measure, which is a hundred times quicker."""
    found = process.extract(name, others, scorer=fuzz.ratio, score_cutoff=SIMILAR, limit=None)
    return [other for other, _score, _place in found if alike(name, other)]


def similar(user, type_key: str, values: dict[str, Any], *, besides: int | None = None, limit: int = 5) -> list[Like]:
    """The visible records that may be the one described by ``values``, the likeliest first. Five queries at most."""
    region = country_code(str(values.get("country") or "")) or own_region()
    signs = signs_of(type_key, values, region)
    if not signs:
        return []
    named, like_it = NAMES[type_key]
    names = [value for kind, value in signs if kind == named]
    begins = [Q(kind=named) & _beginning(value[:3]) for value in names]
    same = [Q(kind=kind, value=value) for kind, value in signs]
    others = MatchKey.objects.filter(type=type_key).exclude(object_id=besides or 0)
    by_sign: dict[tuple[str, str], set[int]] = defaultdict(set)
    for ways in filter(None, (same, begins)):  # one after the other: many names must not crowd out what is the same
        rows = others.filter(reduce(or_, ways)).values_list("object_id", "kind", "value")
        for pk, kind, value in rows[:MOST]:
            by_sign[kind, value].add(pk)
    near = {value for name in names for value in _near_to(name, [value for kind, value in by_sign if kind == named])}
    found: dict[int, set[str]] = defaultdict(set)
    for (kind, value), ids in by_sign.items():
        if (kind, value) in signs and len(ids) <= CROWD:
            for pk in ids:
                found[pk].add(kind)
        elif kind == named and value in near:
            for pk in ids:
                found[pk].add(like_it)
    seen = TYPES[type_key].objects.visible_to(user).current().filter(pk__in=list(found))
    for record in seen:
        if apart(values, vars(record)):
            found[record.pk].add("apart")
    told = [Like(record, score_of(found[record.pk]), found[record.pk]) for record in seen]
    return sorted((like for like in told if like.score >= LEAST), key=lambda like: (-like.score, like.record.pk))[
        :limit
    ]


# ── all against all


def look(type_key: str) -> int:
    """Compare all records of a type and keep the pairs that may be one; how many there are. Dismissed ones stay so.

    The time grows with the number of records: a sign that a crowd shares says nothing, and names have neighbours.
    """
    pairs: dict[tuple[int, int], set[str]] = defaultdict(set)
    by_sign: dict[tuple[str, str], list[int]] = defaultdict(list)
    legal: dict[int, dict[str, str]] = defaultdict(dict)
    for pk, kind, value in MatchKey.objects.filter(type=type_key).values_list("object_id", "kind", "value"):
        by_sign[kind, value].append(pk)
        if kind in PARTING:
            legal[pk][kind] = value
    blocks: dict[tuple, dict[str, list[int]]] = defaultdict(dict)
    for (kind, value), ids in by_sign.items():
        if len(ids) > CROWD:
            continue
        for pair in combinations(sorted(set(ids)), 2):
            pairs[pair].add(kind)
        if kind == NAMES[type_key][0] and len(value) >= 5:
            blocks[(value[:3], tuple(re.findall(r"\d+", value)))][value] = ids
    for block in blocks.values():
        for name, near in _near(list(block)):
            for first, second in product(block[name], block[near]):
                if first != second:
                    pairs[min(first, second), max(first, second)].add(NAMES[type_key][1])
    kept = {}
    for (one, two), signs in pairs.items():
        if score_of(signs) >= LEAST and apart(legal.get(one, {}), legal.get(two, {})):
            signs.add("apart")
        if (score := score_of(signs)) >= LEAST:
            kept[one, two] = (score, sorted(signs))
    _keep_pairs(type_key, kept)
    return len(kept)


def _near(names: list[str]) -> Iterable[tuple[str, str]]:
    """Pairs of names a slip of the pen apart. A slip leaves the beginning or the end of a name as it was, so among
    many names only neighbours are compared, sorted from either side."""
    yield from _neighbours(sorted(names))
    if len(names) > BESIDE:
        yield from _neighbours(sorted(names, key=lambda name: name[::-1]))


def _neighbours(names: list[str]) -> Iterable[tuple[str, str]]:
    for place, name in enumerate(names):
        beside = names[place + 1 : place + 1 + BESIDE]
        for other, _score, _there in process.extract(
            name, beside, scorer=fuzz.ratio, score_cutoff=SIMILAR, limit=CROWD
        ):
            yield name, other


@transaction.atomic
def _keep_pairs(type_key: str, found: dict[tuple[int, int], tuple[int, list[str]]]) -> None:
    held = {(row.first_id, row.second_id): row for row in DuplicatePair.objects.filter(type=type_key)}
    gone = [row.pk for pair, row in held.items() if pair not in found and row.dismissed_at is None]
    DuplicatePair.objects.filter(pk__in=gone).delete()
    DuplicatePair.objects.bulk_create(
        [
            DuplicatePair(type=type_key, first_id=one, second_id=two, score=score, signs=signs)
            for (one, two), (score, signs) in sorted(found.items())
            if (one, two) not in held
        ],
        batch_size=500,
    )
    changed = [row for pair, row in held.items() if pair in found and (row.score, row.signs) != found[pair]]
    for row in changed:
        row.score, row.signs = found[row.first_id, row.second_id]
    update_each(changed, ["score", "signs"])


def look_at_all() -> None:
    """The nightly turn; records that have no signs yet get theirs first."""
    for type_key, model in TYPES.items():
        known = MatchKey.objects.filter(type=type_key).values("object_id")
        missing: Any = model._base_manager.filter(archived_at=None).exclude(pk__in=known).order_by("pk")
        last = 0
        while rows := list(missing.filter(pk__gt=last)[:1000]):
            index(rows)
            last = rows[-1].pk
        look(type_key)


@dataclass
class Pair:
    """Two visible records of the queue."""

    pk: int
    first: Record
    second: Record
    score: int
    signs: set[str]

    @property
    def why(self) -> str:
        return Like(self.first, self.score, self.signs).why


def queue(user, type_key: str, limit: int = 50) -> list[Pair]:
    """The likeliest pairs of which the person sees both records. Two queries."""
    seen: Any = TYPES[type_key].objects.visible_to(user).current()
    pairs = DuplicatePair.objects.filter(type=type_key, dismissed_at=None)
    pairs = pairs.filter(first_id__in=seen.values("pk"), second_id__in=seen.values("pk"))
    rows = list(pairs.order_by("-score", "pk")[:limit])
    records = seen.in_bulk([pk for row in rows for pk in (row.first_id, row.second_id)])
    return [Pair(row.pk, records[row.first_id], records[row.second_id], row.score, set(row.signs)) for row in rows]


def dismiss(pair: DuplicatePair, *, by) -> None:
    """Somebody looked: these are two. The pair is not asked about again."""
    pair.dismissed_at, pair.dismissed_by = now(), by
    pair.save()


# ── on the page of a record


@dataclass
class Known:
    """Who this record may be as well, what was merged into it, and what it was merged into."""

    record: Record
    likes: list[Like]
    merges: list[tuple[Merge, Record]]
    survivor: Record | None
    may: bool

    def __bool__(self):
        return bool(self.likes or self.merges or self.survivor)


def panel_of(record: Any, user) -> Known:
    """Five queries at most; dismissed pairs are not told again."""
    model: Any = TYPES[record.type_key]
    seen = model.objects.visible_to(user)
    may = user.can("edit", record) and user.can("archive", record)
    if record.is_archived:
        stands = merging.survivor_of(record)
        return Known(record, [], [], seen.filter(pk=stands).first() if stands else None, may)
    likes = similar(user, record.type_key, vars(record), besides=record.pk) if may else []
    if likes:
        looked_at = DuplicatePair.objects.filter(type=record.type_key).exclude(dismissed_at=None)
        ones = looked_at.filter(Q(first_id=record.pk) | Q(second_id=record.pk)).values_list("first_id", "second_id")
        dismissed = {pk for pair in ones for pk in pair}
        likes = [like for like in likes if like.record.pk not in dismissed]
    done = merging.merges_of(record)
    merged = seen.in_bulk([merge.merged_id for merge in done]) if done else {}
    return Known(
        record, likes, [(item, merged[item.merged_id]) for item in done if item.merged_id in merged], None, may
    )


for _key in TYPES:
    panels.add(Panel(f"duplicates of {_key}", _key, "customers/duplicates_panel.html", panel_of))
