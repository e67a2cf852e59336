from django.urls import path

from groundwork.crm.sales import pipeline_views, views

app_name = "sales"
urlpatterns = [
    path("pipelines", pipeline_views.pipelines, name="pipelines"),
    path("pipelines/<slug:what>/new", pipeline_views.new, name="configured_new"),
    path("pipelines/<slug:what>/<int:pk>", pipeline_views.configured, name="configured"),
    path("pipelines/<slug:what>/<int:pk>/switch", pipeline_views.switch, name="configured_switch"),
    path("due", views.due_page, name="due"),
    path("r/<slug:type_key>/<int:pk>/again", views.again, name="repeat"),
    path("r/<slug:type_key>/<int:pk>/call", views.call, name="call"),
]
