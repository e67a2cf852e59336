"""A seller's week, from Monday's customers to a deal that is won: by keys alone in Russian, by mouse in Polish."""

import re

import pytest
from playwright.sync_api import expect

from tests.support.screens import faults_of, speak
from tests.support.servers import postgres_url

pytestmark = pytest.mark.browser

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

    def keep(self, form) -> None:
        self.page.keyboard.press("Control+Enter")

    def forward(self, card) -> None:
        self.reach(card.locator("a.nm"))
        self.page.keyboard.press("Shift+ArrowRight")


class Mouse:
    """Everything is pointed at, as a person does who knows no keys."""

    def __init__(self, page):
        self.page = page

    def go(self, letter: str, address: str) -> None:
        self.page.locator(f".side a[href^='{address}']").first.click()
        self.page.wait_for_url(f"**{address}**")

    def press(self, locator) -> None:
        locator.click()

    def fill(self, locator, text: str) -> None:
        if locator.evaluate("one => one.tagName") == "SELECT":
            locator.select_option(text)
        else:
            locator.fill(text)

    def keep(self, form) -> None:
        form.locator("button.primary").first.click()

    def forward(self, card) -> None:
        """Drags it to the next column."""
        card.scroll_into_view_if_needed()
        place = card.bounding_box()
        stack = card.locator("xpath=ancestor::*[contains(concat(' ', @class, ' '), ' stack-col ')]")
        goal = stack.locator("xpath=following-sibling::*[1]").bounding_box()
        self.page.mouse.move(place["x"] + 30, place["y"] + 12)
        self.page.mouse.down()
        self.page.mouse.move(goal["x"] + 60, place["y"] + 30, steps=6)
        self.page.mouse.up()


WEEKS = {  # the other half of what a seller may use is asked on the other database
    "ru": (Keys, "Фундук для Тортолы", "Позвонить в Тортолу"),
    "pl": (Mouse, "Orzechy dla Tortoli", "Zadzwonić do Tortoli"),
}


def test_a_seller_goes_through_the_week(page, sign_in):
    language = "pl" if postgres_url() else "ru"
    way, name, step = WEEKS[language]
    work = way(page)
    sign_in(page, "anna@demo.example")
    speak(page, language)

    # Monday: what is owed, and a customer who is called
    work.go("d", "/day")
    assert faults_of(page, language, ("light", "dark")) == []
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
    work.keep(adding)
    card = page.locator(".card", has_text=name)
    expect(card).to_have_count(1)

    # what comes next is said on its card
    work.press(card.locator("a.next.none"))
    asked = page.locator(".adding form")
    work.fill(asked.locator("[name=next-what]"), step)
    work.keep(asked)
    expect(card.locator(".next.planned")).to_contain_text(step)

    # Wednesday: it moves on, and its stage asks whose it is
    work.forward(card)
    drop = page.locator(".drop-ask:not(.add)")
    work.fill(drop.locator("[name=company]"), customer)
    work.keep(drop)
    expect(page.locator(".stack-col").nth(1).locator(".card", has_text=name)).to_have_count(1)
    assert faults_of(page, language, ("light", "dark")) == []

    # Thursday: a quote goes out
    work.press(card.locator("a.nm"))
    page.wait_for_url(re.compile(r"/r/deal/\d+$"))
    deal = page.url
    work.press(page.locator("a[href$='/quote']"))
    page.wait_for_url("**/quote")
    work.keep(page.locator("form.form"))
    page.wait_for_url(deal)
    with page.expect_download() as paper:
        work.press(page.locator("a[download][href$='/1.pdf']"))
    assert paper.value.suggested_filename.endswith("-1.pdf")

    # Friday: it is won, and becomes an order
    page.goto(f"{deal}/edit")
    stages = page.locator("[name=stage] option").evaluate_all("all => all.map(one => one.value)")
    work.fill(page.locator("[name=stage]"), stages[-2])  # won; the last one is lost
    work.fill(page.locator("[name=expected_on]"), "2031-05-06")  # which its stages ask for
    work.keep(page.locator("form.form"))
    page.wait_for_url(deal)
    work.press(page.locator("form[action$='deal.order'] button"))
    page.wait_for_url(re.compile(r"/r/order/\d+$"))
    assert customer in page.locator("main").inner_text()
