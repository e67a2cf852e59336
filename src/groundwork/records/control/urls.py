"""What had to happen and did not, and the rules that say so."""

from django.urls import path

from groundwork.records.control import views

urlpatterns = [
    path("control/", views.control, name="control"),
    path("control/rules", views.rules, name="control_rules"),
    path("control/rules/new/<slug:type_key>", views.rule_new, name="control_new"),
    path("control/rules/<int:pk>", views.rule, name="control_rule"),
    path("control/rules/<int:pk>/retire", views.rule_retire, name="control_retire"),
    path("control/rules/<int:pk>/restore", views.rule_restore, name="control_restore"),
]
