import re

import pytest
from django.http import Http404
from django.test import RequestFactory
from django.utils import translation

from groundwork.ui.views import components


@pytest.fixture
def page(settings):
    settings.DEBUG = True
    return components(RequestFactory().get("/ui/components")).content.decode()


def test_nothing_on_the_page_breaks_the_content_policy(page):
    assert not re.search(r"\sstyle=|\son[a-z]+=|<script>|<style|javascript:", page)


def test_every_id_on_the_page_is_its_own(page):
    ids = re.findall(r'\sid="([^"]+)"', page)

    assert len(ids) == len(set(ids))


def test_every_picture_of_a_control_has_words(page):
    silent = re.findall(r'<button[^>]*class="btn icon[^>]*>', page)

    assert all("aria-label" in button for button in silent)


def test_the_page_of_components_is_only_for_builders(settings):
    settings.DEBUG = False

    with pytest.raises(Http404):
        components(RequestFactory().get("/ui/components"))


def test_the_page_speaks_the_asked_language(settings):
    settings.DEBUG = True
    with translation.override("en"):
        html = components(RequestFactory().get("/ui/components?lang=pl")).content.decode()

    assert '<html lang="pl"' in html
