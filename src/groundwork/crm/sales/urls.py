from django.urls import path

from groundwork.crm.sales import views

app_name = "sales"
urlpatterns = [
    path("due", views.due_page, name="due"),
    path("r/<slug:type_key>/<int:pk>/again", views.again, name="repeat"),
    path("r/<slug:type_key>/<int:pk>/call", views.call, name="call"),
]
