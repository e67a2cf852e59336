from django.urls import path

from groundwork.crm.work import views

app_name = "work"
urlpatterns = [
    path("me/calendar", views.own, name="feed"),
    path("calendar/<str:secret>.ics", views.calendar, name="calendar"),
]
