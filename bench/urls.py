from django.http import HttpResponse
from django.template import Context, Template
from django.urls import path

from groundwork.access.doors import open_to_all
from groundwork.config.urls import urlpatterns as product

PAGE = Template("{{ words }}")


@open_to_all
def bare(request, size):
    return HttpResponse(PAGE.render(Context({"words": "n" * size})))


urlpatterns = [*product, path("bench/bare/<int:size>", bare)]
