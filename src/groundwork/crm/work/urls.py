from django.urls import path

from groundwork.crm.work import views

app_name = "work"
urlpatterns = [
    path("me/calendar", views.own, name="feed"),
    path("first-steps", views.first_steps_page, name="first_steps"),
    path("first-steps/away", views.first_steps_away, name="first_steps_away"),
    path("calendar/<str:secret>.ics", views.calendar, name="calendar"),
]
