"""J9: two people in two browsers work on one deal: what either of them saved is kept or asked about."""

import re

import pytest

from tests.support.screens import speak

pytestmark = pytest.mark.browser


def test_two_people_change_one_deal_and_nothing_that_was_accepted_is_lost(new_page, sign_in):
    hers, his = new_page(), new_page()
    for page, who in ((hers, "olga"), (his, "piotr")):
        sign_in(page, f"{who}@demo.example")
        speak(page, "en")
    his.goto("/r/deal/?f.state=open&sort=name")
    address = his.locator("main .tbl tbody a").first.get_attribute("href")
    for page in (hers, his):
        page.goto(f"{address}/edit")

    saved(hers, name="Tortola for the fair")
    saved(his, expected_on="2031-05-06")  # another field: both stand
    assert "Tortola for the fair" in his.locator("h1").inner_text()

    for page in (hers, his):
        page.goto(f"{address}/edit")
    saved(hers, name="Tortola for the winter")
    saved(his, name="Tortola for the spring")  # the same field: asked
    assert his.locator(".vs").inner_text().count("Tortola") == 3  # was, hers, his
    his.get_by_role("button", name="Save the chosen").click()
    his.wait_for_url(re.compile(f"{address}$"))
    assert "Tortola for the spring" in his.locator("h1").inner_text()

    hers.goto(address)
    told = hers.locator(".tl").inner_text()
    assert all(words in told for words in ("Tortola for the fair", "Tortola for the winter", "Tortola for the spring"))


def saved(page, **facts: str) -> None:
    for name, value in facts.items():
        page.locator(f"main [name={name}]").fill(value)
    with page.expect_navigation():
        page.locator("main form button.primary").first.click()
