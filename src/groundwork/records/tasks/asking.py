"""Tasks of a person and of a record: what is asked, given, done, and shown."""

from collections.abc import Callable, Collection, Iterable, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

from django import forms
from django.db import transaction
from django.db.models import F, OuterRef, Q, QuerySet, Subquery
from django.urls import reverse
from django.utils import translation
from django.utils.http import urlencode
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy as _l
from django.utils.translation import ngettext

from groundwork.access.models import User
from groundwork.core import languages
from groundwork.core.clock import now, today
from groundwork.core.refusals import Refusal
from groundwork.core.registry import Registry
from groundwork.records import write
from groundwork.records.forms import CleanText
from groundwork.records.guard import write_path
from groundwork.records.models import Record
from groundwork.records.notices import telling
from groundwork.records.notices.choosing import language_of
from groundwork.records.notices.models import Notice
from groundwork.records.tasks.models import CheckLine, Task
from groundwork.records.types import types
from groundwork.ui.forms import DayInput

ROUND = 500  # reminders of one round; the rest waits for the next
SHOWN = 50  # tasks of one group; the list has them all
NEXT_STEP = "next"  # prefix of the next step's fields beside a note
DAYS_TO_NEXT = 7  # what the next step's date begins with


def people_choices(user) -> list[tuple[Any, str]]:
    """Who may be given a task; read once for this instance of the user: a page has two such forms."""
    if user is None:
        return []
    known = getattr(user, "_people", None)  # not in __dict__: request.user only stands for its user
    if known is None:
        people = User.objects.filter(is_active=True).order_by("name", "pk")
        known = user._people = [("", "–"), *((person.pk, str(person)) for person in people)]
    return known


class StepForm(CleanText, forms.ModelForm):
    """What, who, when. As a next step beside a note, nothing typed under "what" means that there is none."""

    class Meta:
        model = Task
        fields = ("what", "owner", "due_on")
        widgets = {"due_on": DayInput()}

    def __init__(self, data=None, *, user=None, is_optional=False, **kwargs):
        super().__init__(data, prefix=NEXT_STEP, **kwargs)
        people = self.fields["owner"]
        people.queryset = User.objects.filter(is_active=True)  # type: ignore[attr-defined]
        people.choices = people_choices(user)  # type: ignore[attr-defined]
        people.help_text = ""
        self.initial |= {"owner": getattr(user, "pk", None), "due_on": today() + timedelta(days=DAYS_TO_NEXT)}
        if is_optional:
            self.fields["what"].required = self.fields["due_on"].required = False

    def clean(self):
        cleaned = super().clean()
        if cleaned.get("what") and not cleaned.get("due_on") and "due_on" not in self.errors:
            self.add_error("due_on", _("Say by which day."))
        return cleaned

    @property
    def asked(self) -> dict:
        """What the task is made of; empty where no step was typed."""
        return dict(self.cleaned_data) if self.cleaned_data.get("what") else {}


def next_step(form: StepForm, again_on: date | None) -> dict:
    """What was typed as the next step, on the day to call again where one was chosen; empty where there is none."""
    asked = form.asked
    if again_on is not None:
        asked = {"what": _("Call again"), "owner": form.cleaned_data.get("owner")} | asked | {"due_on": again_on}
    return asked


Words = str | Callable[[], str]  # a function gives them in the language of whoever does it


def give(record: Record | None, *, by, what: Words, due_on: date, owner=None) -> Task:
    """A new task, about ``record`` where there is one; ``by`` does it unless ``owner`` is named."""
    about = {"about_type": record.type_key, "about_id": record.pk} if record is not None else {}
    doer = owner or by
    if callable(what):
        with translation.override(language_of(doer)):
            what = what()
    return write.creating(Task(what=what, due_on=due_on, owner=doer, **about), by=by)


def keep_one(record: Record, owner, *, by, what: Words = "", due_on: date | None = None) -> None:
    """Whoever owes something about ``record`` has one open task that says so; nobody where ``owner`` is None.

    Called by a follower of the record, in its own write.
    """
    is_there = False
    for task in Task.objects.about(record).open():
        is_there = owner is not None and task.owner_id == owner.pk and task.due_on == due_on
        if not is_there:
            finish(task, by=by)
    if owner is not None and due_on is not None and not is_there:
        give(record, by=by, what=what, due_on=due_on, owner=owner)


def finish(task: Task, *, by) -> None:
    """Done. One that repeats stands there again for its next day, in the same act: both are taken back together."""
    with write.acting(by, "task.done"):
        with write.writing(task, by=by, act="task.done") as fresh:
            was_done = fresh.is_done
            fresh.finish(by)
        if not was_done and (again := fresh.next_due_on):
            about = {"about_type": fresh.about_type, "about_id": fresh.about_id}
            facts = {"what": fresh.what, "owner": fresh.owner, "repeat": fresh.repeat}
            if fresh.remind_on is not None:
                facts |= {"remind_on": again - (fresh.due_on - fresh.remind_on), "remind_time": fresh.remind_time}
            lines = [CheckLine(what=line.what) for line in fresh.checklist.order_by("pk")]
            write.creating(Task(due_on=again, **facts, **about), by=by, parts=lines)


def reopen(task: Task, *, by) -> None:
    with write.writing(task, by=by, act="task.reopen") as fresh:
        fresh.reopen()


def accept(task: Task, *, by) -> None:
    _refuse_unless_asked(task, by)
    with write.writing(task, by=by, act="task.accept") as fresh:
        fresh.accept(by)


def give_back(task: Task, *, by, word: str) -> None:
    """It is with whoever asked for it again, and with the word why."""
    _refuse_unless_asked(task, by)
    with write.writing(task, by=by, act="task.give_back") as fresh:
        fresh.give_back(by, word)


ANSWER = "answer"


def waits_choices() -> list[tuple[str, Any]]:
    return [(ANSWER, _l("an answer"))]


def waiting(_values: list[str]) -> QuerySet:
    """The tasks that somebody else asked for, and that were neither accepted nor given back (``waits_for_answer``)."""
    given = Task.objects.open().filter(created_by__isnull=False).exclude(owner=F("created_by"))
    return given.filter(Q(answered_by=None) | ~Q(answered_by=F("owner"))).order_by().values("pk")


def _refuse_unless_asked(task: Task, by) -> None:
    if task.owner_id != by.pk:
        raise Refusal(_("Only the person who is to do it answers."))


class BackForm(CleanText, forms.Form):
    word = forms.CharField(
        label=_l("Why"), max_length=300, error_messages={"required": _l("Say in a word why you give it back.")}
    )

    def __init__(self, task: Task, user, data=None):
        super().__init__(data)


def remind() -> None:
    """A scheduled round: whoever does a task is told of its reminder, once for each day and time that was set."""
    moment = now()
    due = list(Task.objects.to_remind(moment).order_by("remind_at", "pk").values_list("pk", "owner_id", "what")[:ROUND])
    for pk, owner_id, what in due:
        with transaction.atomic(), write_path():
            if Task.objects.to_remind(moment).filter(pk=pk, owner_id=owner_id).update(reminded_at=moment):
                telling.tell(owner_id, Notice.Kind.REMIND, (Task.type_key, pk), by=None, text=what)


# ── what a screen shows


@dataclass
class TaskRow:
    """One task as a line. ``href`` and ``done_url`` are empty where the reader may not."""

    task: Task
    who: str
    when: str
    standing: str
    href: str = ""
    done_url: str = ""
    about: str = ""
    about_href: str = ""
    asked_by: str = ""  # who waits for the reader's answer
    accept_url: str = ""
    back_url: str = ""
    answer: str = ""

    @property
    def what(self) -> str:
        return self.task.what

    @property
    def version(self) -> int:
        return self.task.version


def row_of(task: Task, user, abouts: dict | None = None) -> TaskRow:
    about = (abouts or {}).get((task.about_type, task.about_id))
    may_finish = not task.is_done and user.can("edit", task)
    is_asked = may_finish and task.waits_for_answer and task.owner_id == user.pk
    answers = {"accept_url": "task.accept", "back_url": "task.give_back"} if is_asked else {}
    return TaskRow(
        task,
        who=str(task.owner or ""),
        when=due_words(task),
        standing=task.standing,
        href=task.get_absolute_url() if user.can("view", task) else "",
        done_url=reverse("records:act", args=["task", task.pk, "task.done"]) if may_finish else "",
        about=str(about or ""),
        about_href=about.get_absolute_url() if about else "",
        asked_by=str(task.created_by) if is_asked else "",
        answer=answer_words(task),
        **{name: reverse("records:act", args=["task", task.pk, act]) for name, act in answers.items()},
    )


def between(task: Task, user) -> dict | None:
    """Of a given task: who asked for it, and how it was answered."""
    if task.created_by_id in (None, task.owner_id) and not task.was_given_back:
        return None
    return {"asked_by": task.created_by, "answer": answer_words(task)}


def answer_words(task: Task) -> str:
    """How a given task stands between the two: nothing of one's own tasks and of those that are done."""
    if task.is_done:
        return ""
    if task.was_given_back:
        return _("%(who)s gave it back: %(word)s") % {"who": task.answered_by, "word": task.answer}
    if task.was_accepted:
        return _("accepted")
    return _("not answered yet") if task.waits_for_answer else ""


def due_words(task: Task) -> str:
    late = (today() - task.due_on).days
    if task.is_done or late < 0:
        return languages.day(task.due_on)
    if late == 0:
        return _("today")
    return ngettext("%(count)s day late", "%(count)s days late", late) % {"count": late}


def abouts_of(tasks: Sequence[Task], user) -> dict[tuple[str, int], Record]:
    """The records that the tasks are about, where the person may see them: one query a type."""
    wanted: dict[str, set[int]] = {}
    for task in tasks:
        if task.about_type in types and task.about_id:
            wanted.setdefault(task.about_type, set()).add(task.about_id)
    return {
        (key, record.pk): record
        for key, ids in wanted.items()
        for record in types[key].model.objects.visible_to(user).filter(pk__in=ids)
    }


def about_words(tasks: Sequence[Task], user) -> dict[int, str]:
    """{task's id: what it is about}, for the list."""
    abouts = abouts_of(tasks, user)
    found = {task.pk: abouts.get((task.about_type, task.about_id or 0)) for task in tasks}
    return {pk: str(about) for pk, about in found.items() if about is not None}


def subject_of(task: Task, user) -> Record | None:
    """The record that a task is about, where the person may see it."""
    return abouts_of([task], user).get((task.about_type, task.about_id or 0))


def tasks_about(record: Record) -> list[Task]:
    """What is owed about a record, the most urgent first, and what was done last: one query."""
    found = Task.objects.current().about(record).select_related("owner", "created_by", "done_by", "answered_by")
    return list(found.order_by("-state", "due_on", "pk")[:SHOWN])


def next_steps(records: Iterable[Record], user) -> dict[int, Task]:
    """{record's id: its next step}, the earliest open task about it; all ``records`` are of one type. One query.

    Whoever sees a record reads its tasks: records out of the person's sight are left out.
    """
    found = list(records)
    return steps_about(found[0].type_key, [record.pk for record in found], user) if found else {}


def steps_about(type_key: str, ids: Collection[int], user) -> dict[int, Task]:
    """The same by the ids of records of one type."""
    if not ids:
        return {}
    seen = types[type_key].model.objects.visible_to(user).filter(pk__in=ids).order_by()
    others = Task.objects.open().filter(about_type=type_key, about_id=OuterRef("about_id")).order_by("due_on", "pk")
    steps = Task.objects.open().filter(about_type=type_key, about_id__in=seen.values("pk"))
    steps = steps.filter(pk=Subquery(others.values("pk")[:1])).select_related("owner")
    return {step.about_id: step for step in steps if step.about_id is not None}


# ── my day


@dataclass
class Group:
    key: str
    title: str
    rows: list[TaskRow]


def day_of(user) -> list[Group]:
    """What the person owes, the late first, and what others owe the person: two queries, and one a type of record."""
    open_tasks = Task.objects.open().select_related("owner", "created_by", "answered_by").order_by("due_on", "pk")
    mine = list(open_tasks.filter(owner=user)[:SHOWN])
    given = list(open_tasks.filter(created_by=user).exclude(owner=user)[:SHOWN])
    abouts = abouts_of([*mine, *given], user)
    titles = {"late": _("Late"), "today": _("Today"), "planned": _("Later")}
    asked, own = [task for task in mine if task.waits_for_answer], [task for task in mine if not task.waits_for_answer]
    groups = [Group("asked", _("Waiting for me"), [row_of(task, user, abouts) for task in asked])]
    for key, title in titles.items():
        groups.append(Group(key, title, [row_of(task, user, abouts) for task in own if task.standing == key]))
    groups.append(Group("given", _("Waiting for others"), [row_of(task, user, abouts) for task in given]))
    return [group for group in groups if group.rows]


def week_url(user) -> str:
    """The person's open tasks as a calendar of this week."""
    year, week, _day = today().isocalendar()
    asked = {"on": "due_on", "span": f"{year}-W{week:02}", "f.state": Task.State.OPEN.value, "f.owner": user.pk}
    return reverse("records:calendar", args=[Task.type_key]) + "?" + urlencode(asked)


@dataclass(frozen=True)
class DaySection:
    """What an upper room shows on "My day": ``of(user)`` gives its template's values, None where there is nothing.

    ``is_own``: figures that nobody else is shown, also not who looks as that person.
    """

    key: str
    template: str
    of: Callable[[User], Any]
    is_own: bool = False


my_day: Registry[DaySection] = Registry(lambda section: section.key)


@dataclass(frozen=True)
class DayLink:
    """A page of an upper room that "My day" leads to; ``address`` is the name of its route."""

    address: str
    label: Any  # lazy


day_links: Registry[DayLink] = Registry(lambda link: link.address)
