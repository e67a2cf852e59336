"""Telling people: those who are mentioned, given a task, or follow what changed. Nobody is told of the own acts."""

from collections.abc import Iterable

from groundwork.core.clock import now
from groundwork.records.models import Record
from groundwork.records.notices.choosing import choices_of, mail_at_once
from groundwork.records.notices.models import Follow, Notice, Way

CUT = 240  # signs of what was said
BATCH = 500
ONE_EACH = (
    Notice.Kind.MENTION,
    Notice.Kind.CONTROL,
    Notice.Kind.TOLD,
    Notice.Kind.BECAME,
)  # each says something of its own

About = tuple[str, int]  # a record type's key, a record's id


def tell(user_id: int, kind: str, about: About, *, by, text: str = "") -> None:
    """One notice; an unread one of the same kind about the same record is brought up to date instead of a second.

    Nothing for whoever wants to hear nothing of the kind. What goes out by mail is kept together with the notice.
    """
    if by is not None and user_id == by.pk:
        return
    choices = choices_of(user_id)
    if choices.way(kind) == Way.NOTHING:
        return
    values = {"by": by, "text": text[:CUT], "at": now(), "digest": None}
    same = {"user_id": user_id, "kind": kind, "type": about[0], "object_id": about[1], "read_at": None}
    if kind in ONE_EACH or not Notice.objects.filter(**same).update(**values):
        mail_at_once(Notice.objects.create(**same, **values), choices)


def tell_followers(abouts: Iterable[About], *, by) -> None:
    """Whoever follows one of these records hears that it changed: one query a type where nobody does."""
    asked: dict[str, list[int]] = {}
    for type_key, pk in abouts:
        asked.setdefault(type_key, []).append(pk)
    for type_key, ids in asked.items():
        for start in range(0, len(ids), BATCH):
            of_some = Follow.objects.filter(type=type_key, object_id__in=ids[start : start + BATCH])
            for follow in of_some.exclude(user=by):
                tell(follow.user_id, Notice.Kind.CHANGE, (type_key, follow.object_id), by=by)


def follow(record: Record, user) -> None:
    """Following what one follows already changes nothing."""
    Follow.objects.get_or_create(type=record.type_key, object_id=record.pk, user=user)


def unfollow(record: Record, user) -> None:
    Follow.objects.filter(type=record.type_key, object_id=record.pk, user=user).delete()


def followers_of(record: Record) -> list:
    """The people who follow it, by name: one query."""
    follows = Follow.objects.filter(type=record.type_key, object_id=record.pk, user__is_active=True)
    return [follow.user for follow in follows.select_related("user").order_by("user__name")]
