"""The addresses around a record's page: tasks, notices, files, its past; what is taken back."""

from django.urls import path

from groundwork.records import page_views, undo_views
from groundwork.records.files import views as files
from groundwork.records.notices import views as notices
from groundwork.records.tasks import views as tasks

urlpatterns = [
    path("undo/<int:pk>", undo_views.undo, name="undo"),
    path("undo/last", undo_views.undo_last, name="undo_last"),
    path("acts", undo_views.last_acts, name="acts"),
    path("trash", undo_views.trash, name="trash"),
    path("day", tasks.day, name="day"),
    path("notices", notices.notices, name="notices"),
    path("notices/choices", notices.choices, name="notice_choices"),
    path("notices/count", notices.count, name="notices_count"),
    path("notices/read", notices.read, name="notices_read"),
    path("notices/<int:pk>", notices.open_notice, name="notice"),
    path("r/<slug:type_key>/<int:pk>/back/<int:version>/<slug:name>", page_views.put_back, name="put_back"),
    path("r/<slug:type_key>/<int:pk>/compare", page_views.compare, name="compare"),
    path("r/<slug:type_key>/<int:pk>/copy", page_views.copy, name="copy"),
    path("r/<slug:type_key>/<int:pk>/seen-by", page_views.seen_by, name="seen_by"),
    path("r/<slug:type_key>/<int:pk>/files", files.add, name="file_add"),
    path("r/<slug:type_key>/<int:pk>/files/<int:file_pk>", files.give, name="file_give"),
    path("r/<slug:type_key>/<int:pk>/files/<int:file_pk>/picture", files.picture, name="file_picture"),
    path("r/<slug:type_key>/<int:pk>/files/<int:file_pk>/remove", files.remove, name="file_remove"),
    path("r/<slug:type_key>/<int:pk>/follow", notices.follow, name="follow"),
    path("r/<slug:type_key>/<int:pk>/unfollow", notices.unfollow, name="unfollow"),
    path("r/<slug:type_key>/<int:pk>/people", notices.people, name="people"),
    path("r/<slug:type_key>/<int:pk>/task", tasks.give, name="give"),
]
