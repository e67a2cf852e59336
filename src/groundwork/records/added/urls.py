"""The addresses of the settings of record types and their fields."""

from django.urls import path

from groundwork.records.added import layout_views
from groundwork.records.added import views as type_views

urlpatterns = [
    path("types", type_views.all_types, name="types"),
    path("types/new", type_views.type_new, name="type_new"),
    path("types/<slug:type_key>", type_views.one_type, name="type"),
    path("types/<slug:type_key>/change", type_views.type_change, name="type_change"),
    path("types/<slug:type_key>/retire", type_views.type_retire, name="type_retire"),
    path("types/<slug:type_key>/restore", type_views.type_restore, name="type_restore"),
    path("types/<slug:type_key>/form", layout_views.layout, name="layout"),
    path("types/<slug:type_key>/form/preview", layout_views.layout_preview, name="layout_preview"),
    path("types/<slug:type_key>/form/retire", layout_views.layout_retire, name="layout_retire"),
    path("types/<slug:type_key>/form/restore", layout_views.layout_restore, name="layout_restore"),
    path("types/<slug:type_key>/form/rules/new", layout_views.rule_new, name="rule_new"),
    path("types/<slug:type_key>/form/rules/<slug:key>/drop", layout_views.rule_drop, name="rule_drop"),
    path("types/<slug:type_key>/fields/new", type_views.field_new, name="field_new"),
    path("types/<slug:type_key>/fields/<int:field_pk>", type_views.field_change, name="field_change"),
    path("types/<slug:type_key>/fields/<int:field_pk>/retire", type_views.field_retire, name="field_retire"),
    path("types/<slug:type_key>/fields/<int:field_pk>/restore", type_views.field_restore, name="field_restore"),
    path("types/<slug:type_key>/fields/<int:field_pk>/move", type_views.field_move, name="field_move"),
]
