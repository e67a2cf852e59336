from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class QuestionsConfig(AppConfig):
    name = "groundwork.rollout.questions"
    label = "questions"
    verbose_name = _("Questions")

    def ready(self):
        from groundwork.records.pages import ActLabel, acts
        from groundwork.records.write import Follower, followers
        from groundwork.rollout.project.gates import Gate, gates
        from groundwork.rollout.questions import types  # noqa: F401 - declares the record type
        from groundwork.rollout.questions.actions import keep_task_in_step, on_paper, stand_against
        from groundwork.rollout.questions.models import Question
        from groundwork.rollout.requirements.models import OnPaper, papers

        followers.add(Follower("questions.task", Question.type_key, keep_task_in_step))
        gates.add(Gate("questions", stand_against))
        papers.add(OnPaper("questions", _("Open questions"), on_paper))
        for key, label in (
            ("asked", _("Asked")),
            ("handed on", _("Handed on")),
            ("asked again", _("Asked again")),
            ("accepted", _("The answer is clear")),
        ):
            acts.add(ActLabel(key, label))
