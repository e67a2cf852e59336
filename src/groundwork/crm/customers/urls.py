from django.urls import path

from groundwork.crm.customers import views

app_name = "customers"
urlpatterns = [
    path("customers/dates", views.dates, name="dates"),
    path("customers/rules", views.rule_list, name="rules"),
    path("customers/rules/<slug:key>", views.rule, name="rule"),
    path("customers/duplicates/<slug:type_key>", views.duplicate_queue, name="duplicates"),
    path("customers/duplicates/<slug:type_key>/<int:pk>", views.dismiss, name="dismiss"),
    path("r/<slug:type_key>/similar", views.similar, name="similar"),
    path("r/<slug:type_key>/<int:pk>/relationship", views.relationship, name="relationship"),
]
