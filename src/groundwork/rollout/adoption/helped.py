"""One question a month: did it help you (D179)? Counted by role, and told from five answers on."""

from dataclasses import dataclass
from datetime import date, timedelta

from groundwork.access.models import Role, User
from groundwork.core.clock import now, today
from groundwork.rollout.adoption.models import Pulse
from groundwork.rollout.adoption.roles import FEW, TOGETHER
from groundwork.rollout.requirements.models import first_live_on

NOT_BEFORE = 14  # days that a person has worked here


def this_month() -> date:
    return today().replace(day=1)


def is_asked(user) -> bool:
    """Once a month, when something is live and the person knows the product. At most two queries."""
    if user.joined_at > now() - timedelta(days=NOT_BEFORE) or first_live_on() is None:
        return False
    return not Pulse.objects.filter(user=user, month=this_month()).exists()


def day_section(user) -> dict | None:
    """Of "My day"."""
    return {"scores": range(1, 6)} if is_asked(user) else None


def answer(user, *, score: int | None, word: str = "") -> None:
    """``score`` None: not this month. A second answer of a month takes the place of the first."""
    facts = {"score": score, "word": word.strip() if score else ""}
    Pulse.objects.update_or_create(user=user, month=this_month(), defaults=facts)


@dataclass(frozen=True)
class Felt:
    """What people of one role, or of all small roles together, answered."""

    role: str  # "" for all the others together
    people: int
    mean: float  # 1 to 5


@dataclass(frozen=True)
class Help:
    by_role: list[Felt]
    answers: int
    words: list[str]  # in no order that tells whose they are


def felt() -> Help:
    """The last answer of each person out of two months. Three queries."""
    since = (this_month() - timedelta(days=1)).replace(day=1)
    latest: dict[int, Pulse] = {}
    for row in Pulse.objects.filter(month__gte=since, score__isnull=False, user__is_active=True).order_by("month"):
        latest[row.user_id] = row
    groups: dict[str, set[int]] = {}
    for key, person in User.objects.filter(pk__in=latest).order_by().values_list("roles__key", "pk"):
        groups.setdefault(key or TOGETHER, set()).add(person)
    large = {key: people for key, people in groups.items() if key and len(people) >= FEW}
    rest = set(latest) - set().union(*large.values()) if large else set(latest)
    names = {role.key: str(role) for role in Role.objects.all()}
    found = [felt_by(names.get(key, key), people, latest) for key, people in large.items()]
    if len(rest) >= FEW:
        found.append(felt_by("", rest, latest))
    is_told = len(latest) >= FEW
    return Help(found, len(latest), sorted(row.word for row in latest.values() if row.word) if is_told else [])


def felt_by(role: str, people: set[int], latest: dict[int, Pulse]) -> Felt:
    scores = [score for pk in people if (score := latest[pk].score) is not None]
    return Felt(role, len(scores), sum(scores) / len(scores))
