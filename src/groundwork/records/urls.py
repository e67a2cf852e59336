from django.urls import path

from groundwork.records import list_views, merge_views, views
from groundwork.records.tasks import views as tasks

app_name = "records"
urlpatterns = [
    path("", views.home, name="home"),
    path("day", tasks.day, name="day"),
    path("search", views.find, name="search"),
    path("why/<str:key>", views.why, name="why"),
    path("undo/<int:pk>", views.undo, name="undo"),
    path("r/<slug:type_key>/", list_views.listing, name="list"),
    path("r/<slug:type_key>/totals", list_views.totals, name="totals"),
    path("r/<slug:type_key>/list.csv", list_views.export, {"form": "csv"}, name="export_csv"),
    path("r/<slug:type_key>/list.xlsx", list_views.export, {"form": "xlsx"}, name="export_xlsx"),
    path("r/<slug:type_key>/columns", list_views.columns, name="columns"),
    path("r/<slug:type_key>/views", list_views.views, name="views"),
    path("r/<slug:type_key>/views/new", list_views.view_new, name="view_new"),
    path("r/<slug:type_key>/views/<int:view_pk>", list_views.view_edit, name="view_edit"),
    path("r/<slug:type_key>/views/<int:view_pk>/take", list_views.view_take, name="view_take"),
    path("r/<slug:type_key>/views/<int:view_pk>/use", list_views.view_use, name="view_use"),
    path("r/<slug:type_key>/views/<int:view_pk>/drop", list_views.view_drop, name="view_drop"),
    path("r/<slug:type_key>/views/<int:view_pk>/back", list_views.view_back, name="view_back"),
    path("r/<slug:type_key>/new", views.new, name="new"),
    path("r/<slug:type_key>/quick", views.quick, name="quick"),
    path("r/<slug:type_key>/options", views.options, name="options"),
    path("r/<slug:type_key>/known/<slug:name>", list_views.known, name="known"),
    path("r/<slug:type_key>/<int:pk>", views.page, name="page"),
    path("r/<slug:type_key>/<int:pk>/edit", views.edit, name="edit"),
    path("r/<slug:type_key>/<int:pk>/choose", views.choose, name="choose"),
    path("r/<slug:type_key>/<int:pk>/archive", views.archive, name="archive"),
    path("r/<slug:type_key>/<int:pk>/restore", views.restore, name="restore"),
    path("r/<slug:type_key>/<int:pk>/do/<str:key>", views.act, name="act"),
    path("r/<slug:type_key>/<int:pk>/file/<str:key>", views.file, name="file"),
    path("r/<slug:type_key>/<int:pk>/merge/<int:other>", merge_views.merge, name="merge"),
    path("r/<slug:type_key>/<int:pk>/unmerge/<int:merge_pk>", merge_views.unmerge, name="unmerge"),
    path("r/<slug:type_key>/<int:pk>/note", views.note, name="note"),
    path("r/<slug:type_key>/<int:pk>/task", tasks.give, name="give"),
    path("r/<slug:type_key>/<int:pk>/parts/<slug:part_key>", views.part_add, name="part_add"),
    path("r/<slug:type_key>/<int:pk>/parts/<slug:part_key>/<int:part_pk>", views.part_edit, name="part_edit"),
]
