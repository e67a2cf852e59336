"""Monday's review, held from planning to minutes without a mouse: in Russian on SQLite, in Polish on PostgreSQL."""

import re

import pytest
from playwright.sync_api import expect

from tests.support.screens import faults_of, speak
from tests.support.servers import postgres_url

pytestmark = pytest.mark.browser
WORDS = {
    "ru": ("ru", "Позвонить пекарю", "Цены на фисташку не держим"),
    "pl": ("pl", "Zadzwonić do piekarza", "Cen pistacji nie trzymamy"),
}


def decided(page, *presses: str, text: str = ""):
    """Press, type, and wait until the screen has moved on."""
    count = page.locator(".rc.done").count()
    for press in presses:
        page.keyboard.press(press)
    if text:
        page.keyboard.type(text)
        page.keyboard.press("Enter")
    expect(page.locator(".rc.done")).to_have_count(count + 1)


def test_mondays_review_is_held_by_keys_alone(page, sign_in):
    language, step, said = WORDS["pl" if postgres_url() else "ru"]
    sign_in(page, "olga@demo.example")
    speak(page, language)
    page.goto("/")
    page.locator("gw-keys").wait_for(state="attached")
    for press in ("g", "r"):
        page.keyboard.press(press)
    page.wait_for_url("**/review")
    with page.expect_navigation():
        page.keyboard.press("n")
    page.locator("input[name=name]").focus()
    with page.expect_navigation():
        page.keyboard.press("Control+Enter")
    with page.expect_navigation():
        page.keyboard.press("Enter")  # "Begin" has the focus

    assert page.locator("html").get_attribute("lang") == language
    first = page.locator("#now .nm").inner_text()
    decided(page, "s", text=step)  # 18 presses of letters, and two keys
    assert re.search(rf"{step}, \d\d\.\d\d\.\d{{4}}, ", page.locator(".rc.done .dec").inner_text())
    expect(page.locator("#now")).to_be_focused()
    decided(page, "l", "1")
    page.keyboard.press("Control+z")
    expect(page.locator(".rc.done")).to_have_count(1)
    page.keyboard.press("d")
    page.keyboard.type(said)
    page.keyboard.press("Enter")
    expect(page.get_by_text(said)).to_have_count(1)
    assert faults_of(page, language, ("light", "dark")) == []

    chairs = page.locator(".people button")
    for place in range(1, chairs.count()):
        page.keyboard.press("n")
        expect(chairs.nth(place)).to_have_attribute("aria-current", "page")
    with page.expect_navigation():
        page.keyboard.press("n")
    expect(page.get_by_role("link", name=first).first).to_be_visible()
    assert page.get_by_text(said).count() == 1
