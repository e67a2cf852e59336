from django.urls import path

from groundwork.crm.sales import forecast_pages, known_views, pipeline_views, quote_template_views, quote_views, views
from groundwork.crm.sales.review import views as review_views

app_name = "sales"
urlpatterns = [
    path("pipelines", pipeline_views.pipelines, name="pipelines"),
    path("pipelines/<slug:what>/new", pipeline_views.new, name="configured_new"),
    path("pipelines/<slug:what>/<int:pk>", pipeline_views.configured, name="configured"),
    path("pipelines/<slug:what>/<int:pk>/switch", pipeline_views.switch, name="configured_switch"),
    path("quote-template", quote_template_views.page, name="quote_template"),
    path("quote-template/present.docx", quote_template_views.template_file, name="quote_template_file"),
    path("quote-template/sample.docx", quote_template_views.sample_file, name="quote_sample_file"),
    path("quote-template/restore", quote_template_views.restore, name="quote_template_restore"),
    path("forecast", forecast_pages.page, name="forecast"),
    path("forecast/download.xlsx", forecast_pages.download, name="forecast_xlsx"),
    path("forecast/targets", forecast_pages.targets_page, name="targets"),
    path("due", views.due_page, name="due"),
    path("review", review_views.reviews, name="reviews"),
    path("review/new", review_views.new, name="review_new"),
    path("review/<int:pk>", review_views.review, name="review"),
    path("review/<int:pk>/begin", review_views.begin, name="review_begin"),
    path("review/<int:pk>/turn/<int:person>", review_views.turn, name="review_turn"),
    path("review/<int:pk>/decide/<int:deal>/<slug:what>", review_views.decide, name="review_decide"),
    path("review/<int:pk>/say", review_views.say, name="review_say"),
    path("review/<int:pk>/end", review_views.end, name="review_end"),
    path("r/<slug:type_key>/<int:pk>/quote", quote_views.new, name="quote_new"),
    path("r/<slug:type_key>/<int:pk>/quote/<int:number>.<slug:form>", quote_views.file, name="quote_file"),
    path("r/<slug:type_key>/known", known_views.known, name="known"),
    path("r/<slug:type_key>/<int:pk>/again", views.again, name="repeat"),
    path("r/<slug:type_key>/<int:pk>/call", views.call, name="call"),
]
