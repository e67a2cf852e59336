from django.urls import path

from groundwork.records import element_views, merge_views, views, workday_views
from groundwork.records.added.urls import urlpatterns as of_types
from groundwork.records.control.urls import urlpatterns as of_control
from groundwork.records.finding import palette
from groundwork.records.lists.urls import urlpatterns as of_lists
from groundwork.records.page_urls import urlpatterns as of_pages
from groundwork.records.personal import views as personal_views

app_name = "records"
urlpatterns = [
    *of_lists,
    *of_pages,
    *of_types,
    *of_control,
    path("", views.home, name="home"),
    path("search", views.find, name="search"),
    path("palette", palette.palette, name="palette"),
    path("keys", palette.sheet, name="keys"),
    path("why/<str:key>", views.why, name="why"),
    path("configured/", element_views.configured, name="configured"),
    path("configured/fields", element_views.fields_read, name="fields_read"),
    path("configured/<str:key>", element_views.element, name="element"),
    path("configured/<str:key>/reason", element_views.element_reason, name="element_reason"),
    path("configured/<str:key>/switch", element_views.element_switch, name="element_switch"),
    path("working-days", workday_views.working_days, name="working_days"),
    path("working-days/<int:pk>/retire", workday_views.working_day_retire, name="working_day_retire"),
    path("r/<slug:type_key>/new", views.new, name="new"),
    path("r/<slug:type_key>/quick", views.quick, name="quick"),
    path("r/<slug:type_key>/options", views.options, name="options"),
    path("r/<slug:type_key>/<int:pk>", views.page, name="page"),
    path("r/<slug:type_key>/<int:pk>/beside", views.beside, name="beside"),
    path("r/<slug:type_key>/<int:pk>/edit", views.edit, name="edit"),
    path("r/<slug:type_key>/<int:pk>/choose", views.choose, name="choose"),
    path("r/<slug:type_key>/<int:pk>/archive", views.archive, name="archive"),
    path("r/<slug:type_key>/<int:pk>/restore", views.restore, name="restore"),
    path("r/<slug:type_key>/<int:pk>/do/<str:key>", views.act, name="act"),
    path("r/<slug:type_key>/<int:pk>/file/<str:key>", views.file, name="file"),
    path("r/<slug:type_key>/<int:pk>/merge/<int:other>", merge_views.merge, name="merge"),
    path("r/<slug:type_key>/<int:pk>/unmerge/<int:merge_pk>", merge_views.unmerge, name="unmerge"),
    path("r/<slug:type_key>/<int:pk>/note", views.note, name="note"),
    path("r/<slug:type_key>/<int:pk>/personal", personal_views.shown, name="personal"),
    path("r/<slug:type_key>/<int:pk>/personal.<slug:form>", personal_views.file, name="personal_file"),
    path("r/<slug:type_key>/<int:pk>/erase", personal_views.erase, name="erase"),
    path("r/<slug:type_key>/<int:pk>/parts/<slug:part_key>", views.part_add, name="part_add"),
    path("r/<slug:type_key>/<int:pk>/parts/<slug:part_key>/<int:part_pk>", views.part_edit, name="part_edit"),
]
