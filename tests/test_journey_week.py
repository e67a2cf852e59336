"""A seller's week in Russian, from Monday's customers to a deal that is won, by keys alone."""

import re

import pytest
from playwright.sync_api import expect

from tests.support.screens import faults_of, speak
from tests.support.servers import postgres_url

pytestmark = [
    pytest.mark.browser,
    pytest.mark.skipif(bool(postgres_url()), reason="keys are the same on both databases: asked on SQLite"),
]

FAR = 150  # presses of Tab in which anything of a page is reached


class Keys:
    """Everything is reached by Tab, as a person does who has no mouse."""

    def __init__(self, page):
        self.page = page

    def go(self, letter: str, address: str) -> None:
        self.page.locator("gw-keys").wait_for(state="attached")
        self.page.keyboard.press("g")
        self.page.keyboard.press(letter)
        self.page.wait_for_url(f"**{address}**")

    def reach(self, locator) -> None:
        locator.wait_for()
        for _press in range(FAR):
            if locator.evaluate("one => one === document.activeElement"):
                return
            self.page.keyboard.press("Tab")
        pytest.fail(f"Tab does not reach {locator}")

    def press(self, locator) -> None:
        self.reach(locator)
        self.page.keyboard.press("Enter")

    def fill(self, locator, text: str) -> None:
        self.reach(locator)
        kind = locator.evaluate("one => one.tagName === 'SELECT' ? 'select' : one.type")
        if kind == "select":
            values = locator.locator("option").evaluate_all("all => all.map(one => one.value)")
            for _step in range(values.index(text) - values.index(locator.input_value())):
                self.page.keyboard.press("ArrowDown")
        elif kind == "date":
            locator.fill(text)  # its parts stand in the order of the machine's language
        else:
            self.page.keyboard.press("Control+a")
            self.page.keyboard.type(text)

    def keep(self) -> None:
        self.page.keyboard.press("Control+Enter")

    def forward(self, card) -> None:
        self.reach(card.locator("a.nm"))
        self.page.keyboard.press("Shift+ArrowRight")


def test_a_seller_goes_through_the_week_by_keys_alone_in_russian(page, sign_in):
    sign_in(page, "anna@demo.example")
    speak(page, "ru")
    work, name = Keys(page), "Фундук для Тортолы"

    # Monday: what is owed, and a customer who is called
    work.go("d", "/day")
    assert faults_of(page, "ru", ("light", "dark")) == []
    work.go("c", "/r/company")
    work.press(page.locator("#list-company td.k1 a").first)
    page.wait_for_url(re.compile(r"/r/company/\d+$"))
    customer = page.locator("h1").inner_text()

    # Tuesday: a deal, begun at the head of its column
    work.go("b", "/r/deal")
    page.goto("/r/deal/board?f.state=open")
    work.press(page.locator(".addin a").first)
    adding = page.locator(".adding form")
    work.fill(adding.locator("[name=name]"), name)
    work.fill(adding.locator("[name=amount_minor]"), "1200")
    work.keep()
    card = page.locator(".card", has_text=name)
    expect(card).to_have_count(1)

    # what comes next is said on its card
    work.press(card.locator("a.next.none"))
    asked = page.locator(".adding form")
    work.fill(asked.locator("[name=next-what]"), "Позвонить в Тортолу")
    work.keep()
    expect(card.locator(".next.planned")).to_contain_text("Позвонить в Тортолу")

    # Wednesday: it moves on, and its stage asks whose it is
    work.forward(card)
    drop = page.locator(".drop-ask:not(.add)")
    work.fill(drop.locator("[name=company]"), customer)
    work.keep()
    expect(page.locator(".stack-col").nth(1).locator(".card", has_text=name)).to_have_count(1)
    assert faults_of(page, "ru", ("light", "dark")) == []

    # Thursday: a quote goes out
    work.press(card.locator("a.nm"))
    page.wait_for_url(re.compile(r"/r/deal/\d+$"))
    deal = page.url
    work.press(page.locator("a[href$='/quote']"))
    page.wait_for_url("**/quote")
    work.keep()
    page.wait_for_url(deal)
    with page.expect_download() as paper:
        work.press(page.locator("a[download][href$='/1.pdf']"))
    assert paper.value.suggested_filename.endswith("-1.pdf")

    # Friday: it is won, and becomes an order
    page.goto(f"{deal}/edit")
    stages = page.locator("[name=stage] option").evaluate_all("all => all.map(one => one.value)")
    work.fill(page.locator("[name=stage]"), stages[-2])  # won; the last one is lost
    work.fill(page.locator("[name=expected_on]"), "2031-05-06")  # which its stages ask for
    work.keep()
    page.wait_for_url(deal)
    work.press(page.locator("form[action$='deal.order'] button"))
    page.wait_for_url(re.compile(r"/r/order/\d+$"))
    assert customer in page.locator("main").inner_text()
