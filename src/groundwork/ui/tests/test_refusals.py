import pytest
from django.http import HttpResponse
from django.template.loader import render_to_string
from django.test import RequestFactory

from groundwork.core.refusals import NotAllowed, Refusal
from groundwork.ui.middleware import ContentPolicy, Refusals
from groundwork.ui.notices import toast


def refused(exception, *, htmx=False, **headers):
    request = RequestFactory().get("/deals/7", **headers)
    request.htmx = htmx
    return Refusals(lambda request: None).process_exception(request, exception)


def test_a_refusal_is_a_page_with_its_sentence():
    response = refused(Refusal("The month of <May> is closed"))

    assert response.status_code == 409
    assert "The month of &lt;May&gt; is closed" in response.content.decode()


def test_who_may_not_is_told_so_with_403():
    response = refused(NotAllowed("Only Olga sees purchase prices"))

    assert response.status_code == 403
    assert "Only Olga sees purchase prices" in response.content.decode()


@pytest.mark.parametrize(("exception", "status"), [(Refusal("Closed"), 409), (NotAllowed("No"), 403)])
def test_htmx_gets_only_a_notice_on_top_of_the_page(exception, status):
    response = refused(exception, htmx=True)

    assert response.status_code == status
    assert response.headers["HX-Retarget"] == "#notices"
    assert response.headers["HX-Reswap"].startswith("innerHTML")
    assert "<html" not in response.content.decode()


def test_an_error_of_ours_stays_an_error():
    assert refused(ValueError("a bug")) is None


def test_the_way_back_never_leads_to_another_site():
    page = refused(Refusal("Closed"), headers={"referer": "https://evil.example/x"}).content.decode()
    own = refused(Refusal("Closed"), headers={"referer": "http://testserver/deals?stage=1"}).content.decode()

    assert "evil" not in page
    assert 'href="/deals?stage=1"' in own


def test_every_answer_forbids_foreign_and_inline_code():
    response = ContentPolicy(lambda request: HttpResponse())(RequestFactory().get("/"))

    policy = response.headers["Content-Security-Policy"]
    assert "script-src 'self'" in policy
    assert "unsafe" not in policy
    assert "frame-ancestors 'none'" in policy


def test_a_stricter_policy_of_a_view_stands():
    strict = HttpResponse(headers={"Content-Security-Policy": "default-src 'none'; sandbox"})

    response = ContentPolicy(lambda request: strict)(RequestFactory().get("/"))

    assert response.headers["Content-Security-Policy"] == "default-src 'none'; sandbox"


def test_a_toast_carries_its_undo():
    response = toast(HttpResponse(), "Перенесено", undo_url="/undo/1")

    assert '"undo_url": "/undo/1"' in response.headers["HX-Trigger"]


@pytest.mark.parametrize("name", ["400.html", "403_csrf.html", "500.html"])
def test_a_page_for_the_worst_moment_needs_no_context(name):
    assert "<h1>" in render_to_string(name)


@pytest.mark.parametrize("name", ["403.html", "404.html"])
def test_a_visitor_gets_an_error_page_without_a_menu(name):
    html = render_to_string(name, request=RequestFactory().get("/nowhere"))

    assert 'class="centre"' in html
    assert 'class="nav"' not in html
