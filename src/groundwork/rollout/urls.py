"""The five steps in plain words, and the map."""

from django.urls import path

from groundwork.rollout.adoption import views as adoption
from groundwork.rollout.chain import views as chain
from groundwork.rollout.delivery import views as delivery
from groundwork.rollout.discovery import views as discovery
from groundwork.rollout.requirements import views as requirements

app_name = "rollout"
urlpatterns = [
    path("", chain.start, name="start"),
    path("number", discovery.number, name="number"),
    path("number/<int:pk>", discovery.number_edit, name="number_edit"),
    path("number/<int:pk>/agree", discovery.number_agree, name="number_agree"),
    path("number/<int:pk>/drop", discovery.number_drop, name="number_drop"),
    path("told", discovery.told, name="told"),
    path("told/<int:pk>/agree", discovery.need_agree, name="need_agree"),
    path("told/<int:pk>/turn-down", discovery.need_turn_down, name="need_turn_down"),
    path("agreed", requirements.agreed, name="agreed"),
    path("agreed/<int:pk>", requirements.edit, name="requirement_edit"),
    path("agreed/<int:pk>/confirm", requirements.confirm, name="confirm"),
    path("agreed/<int:pk>/switch-on", requirements.switch_on, name="switch_on"),
    path("agreed/<int:pk>/withdraw", requirements.withdraw, name="withdraw"),
    path("try", delivery.try_it, name="try"),
    path("try/<int:pk>/run", delivery.run, name="run"),
    path("try/<int:pk>/live", delivery.live, name="live"),
    path("used", adoption.used, name="used"),
    path("map", chain.map_, name="map"),
]
