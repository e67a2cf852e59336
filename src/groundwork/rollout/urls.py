"""The five steps in plain words, and the map."""

from django.urls import path

from groundwork.rollout.adoption import views as adoption
from groundwork.rollout.chain import profiles
from groundwork.rollout.chain import views as chain
from groundwork.rollout.delivery import views as delivery
from groundwork.rollout.discovery import answering, interview_views, need_views, number_views, tell_views
from groundwork.rollout.discovery import views as discovery
from groundwork.rollout.questions import views as questions
from groundwork.rollout.requirements import views as requirements

app_name = "rollout"
urlpatterns = [
    path("", chain.start, name="start"),
    path("number", number_views.number, name="number"),
    path("number/<int:pk>", number_views.number_edit, name="number_edit"),
    path("number/<int:pk>/agree", number_views.number_agree, name="number_agree"),
    path("number/<int:pk>/drop", number_views.number_drop, name="number_drop"),
    path("number/<int:pk>/hold", number_views.number_hold, name="number_hold"),
    path("number/<int:pk>/close", number_views.number_close, name="number_close"),
    path("number/<int:pk>/keep-as", number_views.number_keep_as, name="number_keep_as"),
    path("number/begin", number_views.library, name="library"),
    path("number/expect", number_views.hope, name="hope"),
    path("number/expect/<int:pk>/judge", number_views.hope_judge, name="hope_judge"),
    path("told", discovery.told, name="told"),
    path("told/<int:pk>/agree", discovery.need_agree, name="need_agree"),
    path("told/<int:pk>/turn-down", discovery.need_turn_down, name="need_turn_down"),
    path("told/<int:pk>", need_views.sort, name="sort"),
    path("told/<int:pk>/join", need_views.need_join, name="need_join"),
    path("told/<int:pk>/oppose", need_views.need_oppose, name="need_oppose"),
    path("told/conflict/<int:pk>/settle", need_views.conflict_settle, name="conflict_settle"),
    path("tell", tell_views.tell_us, name="tell"),
    path("told/work", interview_views.interviews, name="interviews"),
    path("told/work/<int:pk>", interview_views.work, name="work"),
    path("told/work/asked/<int:pk>/link", interview_views.interview_link, name="interview_link"),
    path("told/work/asked/<int:pk>/close", interview_views.interview_close, name="interview_close"),
    path("told/work/asked/<int:pk>", answering.interview_page, name="interview_page"),
    path("told/work/asked/<int:pk>/<int:page>", answering.interview_page, name="interview_question"),
    path("told/work/differs/<int:pk>", interview_views.settle, name="settle"),
    path("a/<str:token>", answering.by_link, name="by_link"),
    path("a/<str:token>/<int:page>", answering.by_link, name="by_link_question"),
    path("agreed", requirements.agreed, name="agreed"),
    path("agreed/<int:pk>", requirements.edit, name="requirement_edit"),
    path("agreed/steps/<int:pk>", requirements.how_it_goes, name="how_it_goes"),
    path("agreed/print", requirements.on_paper, name="agreed_print"),
    path("agreed/<int:pk>/field", requirements.field_for, name="field_for"),
    path("agreed/<int:pk>/yes", requirements.say_yes, name="say_yes"),
    path("agreed/phase/<int:pk>/settle", requirements.phase_freeze, name="phase_freeze"),
    path("agreed/phase/<int:pk>/close", requirements.phase_close, name="phase_close"),
    path("agreed/<int:pk>/confirm", requirements.confirm, name="confirm"),
    path("agreed/<int:pk>/switch-on", requirements.switch_on, name="switch_on"),
    path("agreed/<int:pk>/withdraw", requirements.withdraw, name="withdraw"),
    path("try", delivery.try_it, name="try"),
    path("try/<int:pk>", delivery.try_one, name="try_one"),
    path("try/<int:pk>/ask", delivery.ask_to_try, name="ask_to_try"),
    path("try/<int:pk>/run", delivery.run, name="run"),
    path("try/<int:pk>/live", delivery.live, name="live"),
    path("used", adoption.used, name="used"),
    path("used/me", adoption.my_use, name="my_use"),
    path("used/help", adoption.pulse, name="pulse"),
    path("questions", questions.questions, name="questions"),
    path("questions/<int:pk>/answer", questions.answer, name="question_answer"),
    path("questions/<int:pk>/hand-on", questions.question_hand_on, name="question_hand_on"),
    path("questions/<int:pk>/again", questions.question_again, name="question_again"),
    path("questions/<int:pk>/accept", questions.question_accept, name="question_accept"),
    path("questions/<int:pk>/withdraw", questions.question_withdraw, name="question_withdraw"),
    path("decisions", questions.decide, name="decide"),
    path("map", chain.map_, name="map"),
    path("strict", profiles.strict, name="strict"),
]
