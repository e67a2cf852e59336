"""Addresses of lists and what is done on them: views, cells, acts over many rows, boards and calendars."""

from django.urls import path

from groundwork.records.lists import board_views, bulk_views, cell_views
from groundwork.records.lists import views as list_views

urlpatterns = [
    path("r/<slug:type_key>/", list_views.listing, name="list"),
    path("r/<slug:type_key>/counted", list_views.counted, name="counted"),
    path("r/<slug:type_key>/totals", list_views.totals, name="totals"),
    path("r/<slug:type_key>/list.csv", list_views.export, {"form": "csv"}, name="export_csv"),
    path("r/<slug:type_key>/list.xlsx", list_views.export, {"form": "xlsx"}, name="export_xlsx"),
    path("r/<slug:type_key>/columns", list_views.columns, name="columns"),
    path("r/<slug:type_key>/board", board_views.board, name="board"),
    path("r/<slug:type_key>/board/add", board_views.add, name="board_add"),
    path("r/<slug:type_key>/calendar", board_views.calendar, name="calendar"),
    path("r/<slug:type_key>/bulk", bulk_views.bulk_act, name="bulk"),
    path("r/<slug:type_key>/bulk/<int:run_pk>", bulk_views.bulk_run, name="bulk_run"),
    path("r/<slug:type_key>/bulk/<int:run_pk>/stop", bulk_views.bulk_stop, name="bulk_stop"),
    path("r/<slug:type_key>/bulk/<int:run_pk>/back", bulk_views.bulk_back, name="bulk_back"),
    path("r/<slug:type_key>/views", list_views.views, name="views"),
    path("r/<slug:type_key>/views/new", list_views.view_new, name="view_new"),
    path("r/<slug:type_key>/views/<int:view_pk>", list_views.view_edit, name="view_edit"),
    path("r/<slug:type_key>/views/<int:view_pk>/take", list_views.view_take, name="view_take"),
    path("r/<slug:type_key>/views/<int:view_pk>/use", list_views.view_use, name="view_use"),
    path("r/<slug:type_key>/views/<int:view_pk>/drop", list_views.view_drop, name="view_drop"),
    path("r/<slug:type_key>/views/<int:view_pk>/back", list_views.view_back, name="view_back"),
    path("r/<slug:type_key>/known/<slug:name>", list_views.known, name="known"),
    path("r/<slug:type_key>/<int:pk>/cell/<slug:name>", cell_views.cell, name="cell"),
    path("r/<slug:type_key>/<int:pk>/move", board_views.move, name="move"),
    path("r/<slug:type_key>/<int:pk>/peek", cell_views.peek, name="peek"),
]
