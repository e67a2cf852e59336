"""What makes tasks visible: the declaration, the two buttons of a task's page, and what the page says it is about."""

from django.utils.translation import gettext_lazy as _

from groundwork.records.notices import telling
from groundwork.records.notices.models import Notice
from groundwork.records.pages import PageAction, Panel, page_actions, panels
from groundwork.records.tasks import asking
from groundwork.records.tasks.models import Task
from groundwork.records.types import RecordType, types
from groundwork.records.write import Follower, channel, doer, followers

task = types.add(
    RecordType(
        model=Task,
        label=_("Task"),
        plural=_("Tasks"),
        icon="square-check",
        prefix="T",
        group="tasks",
        fields=("what", "owner", "due_on", "repeat"),
        columns=("what", "owner", "due_on", "state"),
        sorts=("due_on", "-updated_at"),
        quick=("what", "owner", "due_on"),
        search=("what",),
        filters=("state", "owner", "department", "due_on", "repeat"),
        board="state",
        owed=("state", Task.State.OPEN),
        section="",
        order=5,
        explain=_("A task says what somebody owes by which day. Tasks about a company are made on its page."),
    )  # fmt: skip
)


def done(record: Task, by) -> None:
    asking.finish(record, by=by)


def open_again(record: Task, by) -> None:
    asking.reopen(record, by=by)


def tell_of_tasks(steps) -> None:
    """Who gets a task is told, and so is whoever asked for what is done."""
    for record, before, after in steps:
        if after is None or channel() == "import":
            continue
        about, by = (Task.type_key, record.pk), doer()
        if after["owner_id"] and after["owner_id"] != (before or {}).get("owner_id"):
            telling.tell(after["owner_id"], Notice.Kind.TASK, about, by=by, text=record.what)
        if before and after["state"] == Task.State.DONE != before["state"] and record.created_by_id:
            telling.tell(record.created_by_id, Notice.Kind.DONE, about, by=by, text=record.what)


followers.add(Follower("task.notices", Task.type_key, tell_of_tasks))
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
panels.add(Panel("task.about", Task.type_key, "records/tasks/about.html", asking.subject_of))
