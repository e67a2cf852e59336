"""J3 and J4: two people edit one company; a new colleague joins by a link and sees only what is their own."""

import pytest

from tests.support.screens import speak

pytestmark = pytest.mark.browser


def test_two_people_edit_one_company_and_nothing_typed_is_lost(new_page, sign_in):
    olga, nina = new_page(), new_page()
    sign_in(olga, "olga@demo.example")
    sign_in(nina, "admin@demo.example")
    olga.goto("/r/company/1/edit")
    nina.goto("/r/company/1/edit")

    nina.locator("[name=city]").fill("Gdynia")
    nina.locator("[name=country]").fill("Poland")
    nina.locator("main form.form button.primary").click()
    nina.wait_for_url("**/r/company/1")
    olga.locator("[name=city]").fill("Sopot")
    olga.locator("[name=phone]").fill("+48 111 222 333")
    olga.locator("main form.form button.primary").click()

    clash = olga.locator("form[action$='/choose']")
    assert "Gdynia" in clash.inner_text()
    assert "Sopot" in clash.inner_text()
    clash.locator("[name='choice.city'][value=mine]").check()
    clash.locator("button.primary").click()
    olga.wait_for_url("**/r/company/1")
    facts = olga.locator(".facts").inner_text()
    assert "Sopot" in facts
    assert "+48 111 222 333" in facts
    assert "Poland" in facts
    assert "Gdynia" in olga.locator(".tl").inner_text()


def test_whoever_joins_by_a_link_sees_only_what_is_their_own(new_page, sign_in):
    admin, tom = new_page(), new_page()
    sign_in(admin, "admin@demo.example")
    speak(admin, "en")

    admin.goto("/people/invite")
    admin.locator("[name=email]").fill("tom@demo.example")
    admin.get_by_label("Salesperson", exact=True).check()
    admin.locator("main form button.primary").click()
    link = admin.locator("main input[readonly]").input_value()
    tom.goto(link)
    tom.locator("[name=name]").fill("Tom Hill")
    tom.locator("[name=password]").fill("three quiet words")
    tom.locator("[name=again]").fill("three quiet words")
    tom.locator("main form button.primary").click()
    tom.wait_for_url(lambda url: "/join/" not in url)
    tom.context.clear_cookies()
    tom.goto("/")
    tom.locator("[name=login]").fill("tom@demo.example")
    tom.locator("[name=password]").fill("three quiet words")
    tom.locator("[name=password]").press("Enter")
    tom.locator(".side .nav").first.wait_for()

    tom.goto("/r/company/")
    assert tom.locator("main .empty").count() == 1
    tom.goto("/r/company/new")
    tom.locator("[name=name]").fill("Tom's first customer")
    tom.locator("main form.form button.primary").click()
    tom.goto("/r/company/")
    assert tom.locator("#list-company tbody tr").count() == 1
    assert tom.goto("/r/company/1").status == 404
    assert tom.goto("/people/").status in (403, 404)
