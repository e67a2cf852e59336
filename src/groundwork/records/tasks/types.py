"""What makes tasks visible: the declaration, the two buttons of a task's page, and what the page says it is about."""

from django.utils.translation import gettext_lazy as _

from groundwork.records.notices import telling
from groundwork.records.notices.models import Notice
from groundwork.records.pages import PageAction, Panel, page_actions, panels
from groundwork.records.tasks import asking
from groundwork.records.tasks.models import CheckLine, Task
from groundwork.records.types import Beneath, PartType, RecordType, Shortcut, Sign, types
from groundwork.records.write import Follower, channel, doer, followers

task = types.add(
    RecordType(
        model=Task,
        label=_("Task"),
        plural=_("Tasks"),
        icon="square-check",
        prefix="T",
        group="tasks",
        fields=("what", "owner", "due_on", "repeat", "remind_on", "remind_time"),
        columns=("what", "owner", "due_on", "state"),
        sorts=("due_on", "-updated_at"),
        quick=("what", "owner", "due_on"),
        search=("what",),
        filters=("state", "owner", "department", "due_on", "repeat"),
        signs=(Sign("waits", _("waits for"), asking.waits_choices, asking.waiting, like="owner"),),
        shortcuts=(Shortcut(_("Waits for an answer"), {"f.waits": asking.ANSWER}),),
        board="state",
        owed=("state", Task.State.OPEN),
        beneath=Beneath(("about_type", "about_id"), asking.about_words),
        parts=(PartType("checklist", CheckLine, _("Checklist"), ("what", "is_done"), ticked="is_done"),),
        section="",
        order=5,
        explain=_("A task says what somebody owes by which day. Tasks about a company are made on its page."),
    )  # fmt: skip
)


def done(record: Task, by) -> None:
    asking.finish(record, by=by)


def open_again(record: Task, by) -> None:
    asking.reopen(record, by=by)


def accept(record: Task, by) -> None:
    asking.accept(record, by=by)


def give_back(record: Task, by, word: str) -> str:
    """To one's own day: whoever gave a task back may see it no longer."""
    asking.give_back(record, by=by, word=word)
    return "records:day"


def is_asked(record: Task, user) -> bool:
    return record.owner_id == user.pk


def tell_the_answer(record: Task, by) -> None:
    if record.created_by_id is not None:
        kind = Notice.Kind.RETURNED if record.was_given_back else Notice.Kind.ACCEPTED
        text = record.answer or record.what
        telling.tell(record.created_by_id, kind, (Task.type_key, record.pk), by=by, text=text)


def tell_of_tasks(steps) -> None:
    """Who gets a task is told, and whoever asked for it hears of the answer and when it is done."""
    for record, before, after in steps:
        if after is None or channel() == "import":
            continue
        about, by = (Task.type_key, record.pk), doer()
        if before and after["answered_by_id"] not in (None, before["answered_by_id"]):
            tell_the_answer(record, by)
            continue
        if after["owner_id"] and after["owner_id"] != (before or {}).get("owner_id"):
            telling.tell(after["owner_id"], Notice.Kind.TASK, about, by=by, text=record.what)
        if before and after["state"] == Task.State.DONE != before["state"] and record.created_by_id:
            telling.tell(record.created_by_id, Notice.Kind.DONE, about, by=by, text=record.what)


followers.add(Follower("task.notices", Task.type_key, tell_of_tasks))
page_actions.add(
    PageAction(
        "task.accept", _("Accept"), accept, _("You do it."), _("Accepted"), icon="check", can_go_back=True,
        offered=lambda record: record.waits_for_answer, for_whom=is_asked,
    )
)  # fmt: skip
page_actions.add(
    PageAction(
        "task.give_back", _("Give back"), give_back, _("It is with whoever asked for it."), _("Given back"),
        icon="undo-2", form=asking.BackForm, for_whom=is_asked,
        offered=lambda record: not record.is_done and record.created_by_id not in (None, record.owner_id),
        explain=_("Whoever asked for it gets it back, with your word."),
    )
)  # fmt: skip
page_actions.add(
    PageAction(
        "task.done", _("Done"), done, _("Done."), icon="check", primary=True, can_go_back=True,
        offered=lambda record: not record.is_done,
    )
)  # fmt: skip
page_actions.add(
    PageAction(
        "task.reopen", _("Open again"), open_again, _("It is to do again."), icon="undo-2", can_go_back=True,
        offered=lambda record: record.is_done,
    )
)  # fmt: skip
panels.add(Panel("task.answer", Task.type_key, "records/tasks/answer.html", asking.between))
panels.add(Panel("task.about", Task.type_key, "records/tasks/about.html", asking.subject_of))
