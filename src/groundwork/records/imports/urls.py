from django.urls import path

from groundwork.records.imports import views

app_name = "imports"
urlpatterns = [
    path("", views.start, name="start"),
    path("<int:pk>", views.job, name="job"),
    path("<int:pk>/again", views.again, name="again"),
    path("<int:pk>/decide", views.decide, name="decide"),
    path("<int:pk>/load", views.load, name="load"),
    path("<int:pk>/undo", views.undo, name="undo"),
    path("<int:pk>/errors", views.errors, name="errors"),
]
