"""Asking about a piece of work: the secret link, what is said page by page, and how answers become steps."""

import secrets
from datetime import timedelta

from django.db import transaction
from django.db.models import Q
from django.utils.translation import gettext as _

from groundwork.access.links import digest_of
from groundwork.core.clock import now
from groundwork.core.languages import folded
from groundwork.core.refusals import Refusal
from groundwork.records.write import acting, creating, writing
from groundwork.rollout.discovery.actions import tell
from groundwork.rollout.discovery.differences import note_differences
from groundwork.rollout.discovery.interviews import AnswerLink, Answers, Interview, WorkProcess, WorkStep
from groundwork.rollout.discovery.questions import things_of

DAYS = 14
OF_A_THING = ("times", "per", "minutes", "source", "tool", "goes_to", "approval", "report")
OURS = ("crm", "groundwork", "срм")  # a tool called so is this program


def ask(*, by, work: str, asked: str = "", respondent=None, level=Interview.Level.WORKER) -> Interview:
    """Ask one person about one piece of work; a work of that name is taken, else made. Refused without a person."""
    if not work.strip() or not (asked.strip() or respondent):
        raise Refusal(_("Say about what work, and whom you ask."))
    with acting(by, "created"):
        department = respondent.department if respondent else None
        process = process_called(work, by=by)
        interview = Interview(
            process=process, asked=asked.strip() or str(respondent), respondent=respondent, level=level,
            department=department,
        )  # fmt: skip
        return creating(interview, by=by)


def process_called(name: str, *, by) -> WorkProcess:
    seen = WorkProcess.objects.visible_to(by).current()
    wanted = folded(name)
    known = next((process for process in seen if folded(process.name) == wanted), None)
    return known or creating(WorkProcess(name=name.strip()), by=by)


def asked_of(user) -> list[Interview]:
    """The interviews that wait for this person."""
    waiting = Interview.objects.current().filter(respondent=user, state__in=["asked", "written"])
    return list(waiting.select_related("process", "owner").order_by("pk"))


# ── the link


@transaction.atomic
def new_link(interview: Interview) -> str:
    """The token of a new address, told only now; an earlier address ends. Refused when closed, and once the person has
    begun: whoever has the address reads what was said."""
    if not interview.is_open:
        raise Refusal(_("These answers are closed. Ask anew to hear more."))
    refuse_reading_along(interview)
    token, moment = secrets.token_urlsafe(32), now()
    AnswerLink.objects.filter(interview=interview).delete()
    AnswerLink.objects.create(
        interview=interview, token_digest=digest_of(token), made_at=moment, ends_at=moment + timedelta(days=DAYS)
    )
    return token


def link_of(token: str) -> AnswerLink | None:
    """The link, where it still opens something: not ended, its interview open, and who asked still works here."""
    found = AnswerLink.objects.select_related("interview__process", "interview__owner", "interview__respondent")
    link = found.filter(token_digest=digest_of(token), ends_at__gt=now()).first()
    if link is None or not link.interview.is_open or link.interview.is_archived:
        return None
    owner = link.interview.owner
    return None if owner is not None and not owner.is_active else link


def hold(link: AnswerLink) -> str:
    """The secret of the browser that begins; of two who begin at once, one is refused."""
    secret = secrets.token_urlsafe(24)
    if not AnswerLink.objects.filter(pk=link.pk, holder_digest="").update(holder_digest=digest_of(secret)):
        raise Refusal(_("Somebody is answering at this address already. Ask for a new one."))
    return secret


def is_held_by(link: AnswerLink, secret: str) -> bool:
    return bool(secret) and secrets.compare_digest(link.holder_digest, digest_of(secret))


# ── what is said


def said_in(interview: Interview) -> dict:
    answers = Answers.objects.filter(interview=interview).first()
    return answers.said if answers else {}


@transaction.atomic
def keep(interview: Interview, said: dict) -> None:
    """Keep what was said so far. Refused once it was confirmed."""
    standing = Interview.objects.select_for_update(of=("self",)).get(pk=interview.pk)
    refuse_closed(standing)
    Answers.objects.update_or_create(interview=standing, defaults={"said": said, "saved_at": now()})


def refuse_closed(interview: Interview) -> None:
    if not interview.is_open:
        raise Refusal(_("These answers are closed. Ask anew to hear more."))


def write_down(interview: Interview, said: dict, *, by) -> Interview:
    """Somebody else writes down what the person says: it waits until that person confirms it.

    Refused once the person began to answer alone: what is not confirmed yet is read by nobody else.
    """
    with writing(interview, by=by, act="written down") as fresh:
        refuse_reading_along(fresh)
        fresh.state = Interview.State.WRITTEN
        Answers.objects.update_or_create(interview=fresh, defaults={"said": said, "saved_at": now()})
    return fresh


def answering_alone(interviews: Q | None = None) -> set[int]:
    """The open interviews whose person has begun: nobody reads along, and nobody gets another link. One query."""
    begun = Answers.objects.filter(interviews or Q(), interview__confirmed_at=None)
    return set(begun.exclude(interview__state=Interview.State.WRITTEN).values_list("interview", flat=True))


def refuse_reading_along(interview: Interview) -> None:
    refuse_closed(interview)
    if answering_alone(Q(interview=interview)):
        raise Refusal(_("That person is answering alone already. You read it once it is confirmed."))


def confirm(interview: Interview, said: dict, *, by=None) -> Interview:
    """The person says "so it is": the answers become steps of work, and what hinders becomes a need of that person.

    ``by`` is that person's account, None for a guest. Refused with nothing said, and the second time.
    """
    if not things_of(said):
        raise Refusal(_("Name at least one thing that you do in this work."))
    with acting(by, "confirmed"):
        fresh = keep_confirmed(interview, said, by=by)
        note_differences(fresh, by=by)
    return fresh


def keep_confirmed(interview: Interview, said: dict, *, by) -> Interview:
    with writing(interview, by=by, act="confirmed") as fresh:
        refuse_closed(fresh)
        Answers.objects.update_or_create(interview=fresh, defaults={"said": said, "saved_at": now()})
        fresh.state, fresh.confirmed_at, fresh.hinders = Interview.State.CONFIRMED, now(), said.get("hinders", "")
        for nth, thing in enumerate(things_of(said), start=1):
            creating(step_of(fresh, nth, thing), by=by)
        if fresh.hinders and fresh.respondent:
            tell(fresh.hinders, by=by, author=fresh.respondent)
        AnswerLink.objects.filter(interview=fresh).delete()
    return fresh


def step_of(interview: Interview, nth: int, thing: dict) -> WorkStep:
    told = {name: thing[name] for name in OF_A_THING if thing.get(name)}
    return WorkStep(
        name=thing["name"], process=interview.process, interview=interview, nth=nth, owner=interview.owner,
        department=interview.department, place=place_of(thing.get("tool", "")), **told,
    )  # fmt: skip


def place_of(tool: str) -> str:
    """Where it is kept, as far as the tool tells: "" where none was named."""
    words = folded(tool)
    if not words:
        return ""
    return WorkStep.Place.INSIDE if any(name in words for name in OURS) else WorkStep.Place.OUTSIDE


def close(interview: Interview, *, by, version=None) -> Interview:
    """Nobody waits for an answer any more; the link ends."""
    with writing(interview, by=by, act="closed", version=version) as fresh:
        refuse_closed(fresh)
        fresh.state = Interview.State.CLOSED
        AnswerLink.objects.filter(interview=fresh).delete()
    return fresh
