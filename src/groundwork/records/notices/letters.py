"""What a mail says: put together when it goes out, from what the person may see at that moment.

Two letters: notices that go out at once, and the digest of a day. Both are groups of lines, written twice, as plain
text and as simple HTML.
"""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

from django.conf import settings
from django.template.loader import render_to_string
from django.urls import reverse
from django.utils.text import capfirst
from django.utils.translation import gettext as _
from django.utils.translation import ngettext, pgettext

from groundwork.core import languages
from groundwork.core.clock import now, today
from groundwork.records.models import Change
from groundwork.records.notices.models import Mail, Notice, NoticeChoices, Way
from groundwork.records.notices.reading import Told, as_seen
from groundwork.records.tasks.asking import abouts_of, due_words
from groundwork.records.tasks.models import Task
from groundwork.records.types import types

MOST = 50  # lines of a group; the rest is in the product
LOOK_BACK = timedelta(days=7)  # a digest tells nothing older
NAMED = 6  # fields of a change that are named
BEFORE = timedelta(minutes=1)  # an act begins before its notice is written
Kind = Notice.Kind


@dataclass
class Line:
    title: str
    href: str
    detail: str = ""


@dataclass
class Group:
    title: str
    less: str  # which of the person's choices it goes by
    lines: list[Line] = field(default_factory=list)

    @property
    def less_url(self) -> str:
        return choices_url(self.less)


@dataclass
class Letter:
    subject: str
    groups: list[Group]
    choices: str = ""  # the address of the person's choices
    notices: list[Notice] = field(default_factory=list)  # those that it tells of

    def written(self, form: str) -> str:
        """The text as "txt" or "html"."""
        return render_to_string(f"records/notices/mail.{form}", {"letter": self})


def absolute(path: str) -> str:
    return settings.PUBLIC_URL + path


def choices_url(less: str = "") -> str:
    return absolute(reverse("records:notice_choices") + (f"?less={less}" if less else ""))


def at_once(user, notices: Sequence[Notice], choices: NoticeChoices) -> Letter | None:
    """The letter about these notices, as far as they are unread, still wanted at once, and about what the person sees.

    None where none of them is.
    """
    wanted = [notice for notice in notices if notice.read_at is None and choices.way(notice.kind) == Way.MAIL]
    told = as_seen(user, wanted)
    if not told:
        return None
    since = min(item.notice.at for item in told) - BEFORE
    groups = [group for group in groups_of(user, told, since) if group.lines]
    count = len(told)
    subject = ngettext("%(count)s notice", "%(count)s notices", count) % {"count": count}
    if count == 1:
        subject = f"{headline(told[0])}: {told[0].record}"
    return Letter(one_line(subject), groups, choices_url(), [item.notice for item in told])


def digest(user, since: datetime, choices: NoticeChoices) -> Letter | None:
    """What is unread and went out by no mail, and the tasks of today; None where there is nothing.

    ``since`` is when the last digest went: of followed records it names what changed from then on.
    """
    kinds = [kind for kind in Kind.values if choices.way(kind) == Way.DIGEST]
    new = user.notices.filter(read_at=None, kind__in=kinds, digest=None, at__gt=now() - LOOK_BACK)
    new = new.exclude(mail__state__in=(Mail.State.SENT, Mail.State.HANDED)).select_related("by")
    told = as_seen(user, list(new.order_by("-at", "-pk")[:500]))
    groups = groups_of(user, told, since)
    if choices.tasks_in_digest:
        groups.insert(1, Group(_("Tasks of today, and those that are late"), "tasks", tasks_of(user)))
    groups = [group for group in groups if group.lines]
    if not groups:
        return None
    subject = _("Your day, %(day)s") % {"day": languages.day(today())}
    return Letter(one_line(subject), groups, choices_url(), [item.notice for item in told])


def one_line(text: str) -> str:
    return " ".join(text.split())[:200]


def headline(told: Told) -> str:
    return f"{told.who} {told.what}" if told.who else capfirst(told.what)


def groups_of(user, told: Sequence[Told], since: datetime) -> list[Group]:
    """Mentions first, then tasks, what changed, what did not happen."""
    titles: list[tuple[str, str]] = [
        (Kind.MENTION, _("You were mentioned")),
        (Kind.TASK, _("Tasks given to you")),
        (Kind.DONE, _("Done for you")),
        (Kind.ACCEPTED, _("Accepted")),
        (Kind.RETURNED, _("Given back to you")),
        (Kind.REMIND, _("Reminders")),
        (Kind.CHANGE, _("Changed in what you follow")),
        (Kind.CONTROL, _("Did not happen in time, and you answer for it")),
        (Kind.TOLD, _("Did not happen in time")),
        (Kind.MINUTES, pgettext("of a review", "Minutes")),
        (Kind.GIVEN, _("New for you")),
        (Kind.BECAME, _("You said, it became")),
    ]
    changed = [item for item in told if item.notice.kind == Kind.CHANGE]
    fields = changed_fields(user, changed, since)
    groups = []
    for kind, title in titles:
        of_it = [item for item in told if item.notice.kind == kind]
        groups.append(Group(title, kind, [line_of(item, fields) for item in of_it[:MOST]] + more(len(of_it) - MOST)))
    return groups


def line_of(told: Told, fields: dict[tuple[str, int], list[str]]) -> Line:
    names = fields.get((told.notice.type, told.notice.object_id), [])
    shown = ", ".join(names[:NAMED]) + (" …" if len(names) > NAMED else "")
    said = "" if told.notice.text == str(told.record) else told.notice.text
    words = [told.who, told.when, said or shown]
    return Line(str(told.record), absolute(told.record.get_absolute_url()), " · ".join(word for word in words if word))


def more(count: int) -> list[Line]:
    if count <= 0:
        return []
    words = ngettext("and %(count)s more", "and %(count)s more", count) % {"count": count}
    return [Line(words, absolute(reverse("records:notices")))]


def changed_fields(user, told: Sequence[Told], since: datetime) -> dict[tuple[str, int], list[str]]:
    """Which fields others changed since then, of those that the person sees: one query a type."""
    found: dict[tuple[str, int], dict[str, Any]] = {}
    for key in {item.notice.type for item in told}:
        ids = [item.notice.object_id for item in told if item.notice.type == key]
        headings = {item.column: item.heading for item in types[key].visible_fields(user, tuple(types[key].by_name))}
        changes = Change.objects.filter(type=key, object_id__in=ids, changeset__at__gt=since)
        for change in changes.exclude(changeset__by=user).order_by("pk"):
            known = {headings[name]: None for name in change.fields if name in headings}
            found.setdefault((key, change.object_id), {}).update(known)
    return {about: list(names) for about, names in found.items()}


def tasks_of(user) -> list[Line]:
    """What the person owes today, the late first; each with what it is about, where the person sees that."""
    due = Task.objects.visible_to(user).open().filter(owner=user, due_on__lte=today()).order_by("due_on", "pk")
    tasks = list(due[: MOST + 1])
    abouts = abouts_of(tasks, user)
    lines = []
    for task in tasks[:MOST]:
        about = abouts.get((task.about_type, task.about_id))
        words = [due_words(task), str(about or "")]
        href = absolute(task.get_absolute_url())
        lines.append(Line(task.what, href, " · ".join(word for word in words if word)))
    if len(tasks) > MOST:
        lines.append(Line(_("and more"), absolute(reverse("records:day"))))
    return lines
