import pytest
from django.template import engines
from django.utils import translation


@pytest.fixture(autouse=True)
def in_english(settings):
    settings.ROOT_URLCONF = "groundwork.ui.tests.site"
    with translation.override("en"):
        yield


@pytest.fixture
def shown():
    """``shown("{% icon 'sun' %}", name=value)`` -> what the browser gets."""

    def render(source: str, **context) -> str:
        return engines["django"].from_string(source).render(context)

    return render
