"""The daily work without a mouse: finding, walking a list, opening, noting, adding, saving; on a Russian layout too."""

import time

import pytest
from playwright.sync_api import expect

from tests.support.screens import NARROW, breaches, too_wide

pytestmark = [
    pytest.mark.browser,
    pytest.mark.on_sqlite("keys are the same"),
]


@pytest.fixture
def anna(page, sign_in):
    sign_in(page, "anna@demo.example")
    page.goto("/r/company/")
    page.locator("gw-keys").wait_for(state="attached")
    return page


def focused(page) -> str:
    return page.evaluate("document.activeElement.textContent.trim()")


def ring(page) -> bool:
    """Is the focus seen?"""
    look = "(({outlineStyle, boxShadow}) => outlineStyle !== 'none' || boxShadow !== 'none')"
    around = "[document.activeElement, document.activeElement.parentElement]"  # a field may be framed by its box
    return page.evaluate(f"{around}.some((one) => {look}(getComputedStyle(one)))")


def test_a_company_is_found_opened_and_noted_by_keys_alone(anna):
    name = anna.locator("#list-company td.k1 a").nth(3).inner_text()

    anna.keyboard.press("Control+k")
    anna.keyboard.type(name)
    anna.locator("#palette [role=option]").first.wait_for()
    with anna.expect_navigation():
        anna.keyboard.press("Enter")
    assert anna.locator("h1").inner_text() == name

    for _place in range(60):
        anna.keyboard.press("Tab")
        assert ring(anna), anna.evaluate("document.activeElement.outerHTML")
        if anna.evaluate("document.activeElement.name") == "text":
            break
    anna.keyboard.type("Called; wants a price by Friday")
    with anna.expect_navigation():
        anna.keyboard.press("Control+Enter")

    assert anna.get_by_text("wants a price by Friday").count() == 1


def test_a_list_is_walked_opened_and_left_by_keys_alone(anna):
    names = anna.locator("#list-company td.k1 a").all_inner_texts()

    anna.keyboard.press("j")
    anna.keyboard.press("j")
    assert names[1] in focused(anna)
    assert ring(anna)
    anna.keyboard.press("ArrowDown")
    anna.keyboard.press("k")
    assert names[1] in focused(anna)
    with anna.expect_navigation():
        anna.keyboard.press("Enter")
    assert anna.locator("h1").inner_text() == names[1]

    with anna.expect_navigation():
        anna.keyboard.press("e")
    anna.locator("form.form input[type=text]").first.focus()
    anna.keyboard.press("Escape")
    with anna.expect_navigation():
        anna.keyboard.press("Escape")
    assert not anna.url.endswith("/edit")
    anna.keyboard.press("g")
    anna.keyboard.press("c")
    anna.locator("#list-company").wait_for()


def test_keys_are_meant_by_their_place_under_a_russian_layout(anna):
    """The same keys send Cyrillic letters: what counts is ``code``."""
    press = (
        "(key, code) => document.activeElement.dispatchEvent(new KeyboardEvent('keydown', {key, code, bubbles: true}))"
    )

    anna.evaluate(f"({press})('о', 'KeyJ')")
    assert focused(anna) != ""
    anna.evaluate(f"({press})('п', 'KeyG')")
    anna.evaluate(f"({press})('щ', 'KeyO')")

    anna.wait_for_url("**/r/order/")


def test_a_filter_is_set_and_nothing_happens_while_one_types(anna):
    anna.keyboard.press("/")
    anna.locator("#filter-q:focus").wait_for()
    anna.keyboard.type("gjeken")  # letters that are keys outside of a field
    assert anna.evaluate("document.activeElement.value") == "gjeken"
    with anna.expect_navigation():
        anna.keyboard.press("Enter")

    assert "q=gjeken" in anna.url


def test_something_is_added_by_keys_alone_and_ctrl_z_takes_it_back(anna):
    with anna.expect_navigation():
        anna.keyboard.press("n")
    anna.wait_for_url("**/r/company/quick")
    while anna.evaluate("document.activeElement.name") != "name":
        anna.keyboard.press("Tab")
    anna.keyboard.type("Keyboard & Sons")
    with anna.expect_navigation():
        anna.keyboard.press("Control+Enter")
    assert anna.locator("h1").inner_text() == "Keyboard & Sons"

    with anna.expect_navigation():
        anna.keyboard.press("Control+z")

    assert anna.locator(".sub .chip.warn").count() == 1  # archived


def test_the_palette_keeps_what_was_typed_and_gives_the_focus_back(anna):
    anna.keyboard.press("j")
    before = focused(anna)

    anna.keyboard.press("Control+k")
    anna.keyboard.type("торт")
    anna.locator("#palette-list:not([aria-busy])").wait_for()
    anna.keyboard.press("Escape")
    assert focused(anna) == before
    anna.keyboard.press("Control+k")

    assert anna.locator("#palette input").input_value() == "торт"


def test_the_palette_says_when_the_server_does_not_answer_and_tries_again(anna):
    anna.route("**/palette?*", lambda route: route.abort())
    anna.keyboard.press("Control+k")
    anna.keyboard.type("cukier")
    anna.locator("#palette [role=status]:not(:empty)").wait_for(state="attached")
    assert anna.locator("#palette input").input_value() == "cukier"

    anna.unroute("**/palette?*")
    anna.keyboard.press("Enter")

    anna.locator("#palette [role=option]").first.wait_for()


def test_the_sheet_of_keys_opens_over_the_page_and_switches_letters_off(anna):
    anna.keyboard.press("?")
    anna.locator("#dialog[open] .keys-list").first.wait_for()
    assert breaches(anna) == []
    anna.locator("#dialog [data-keys-on]").uncheck()
    anna.keyboard.press("Escape")
    anna.keyboard.press("j")
    assert anna.evaluate("document.activeElement.closest('tbody')") is None
    anna.keyboard.press("Control+k")

    assert anna.locator("#palette[open]").count() == 1


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_the_palette_is_whole_on_a_phone_and_opens_by_touch(new_page, sign_in, scheme):
    page = sign_in(new_page(viewport=NARROW, has_touch=True, color_scheme=scheme), "anna@demo.example")
    page.goto("/r/company/#side")

    page.locator(".nav-q").tap()
    with page.expect_response("**/palette?q=cukier*"):
        page.locator("#palette input").fill("cukier")
    page.locator("#palette-list:not([aria-busy])", has_text="ukier").wait_for()
    assert (too_wide(page), breaches(page)) == (0, [])
    with page.expect_navigation():
        page.locator("#palette [role=option]").first.tap()

    assert "ukier" in page.locator("h1").inner_text()


# ── a call with its next step: at most 8 key presses and 15 seconds (DESIGN.md, section 5)

KEYS, SECONDS = 8, 15


class Counted:
    """A keyboard that counts what is pressed: Ctrl+Enter is two."""

    def __init__(self, page):
        self.keyboard, self.count, self.began = page.keyboard, 0, time.monotonic()

    def press(self, *keys):
        for key in keys:
            self.keyboard.press(key)
            self.count += len(key.split("+"))


def test_a_call_with_its_outcome_and_next_step_takes_at_most_eight_keys_and_fifteen_seconds(anna):
    anna.goto(anna.locator("#list-company td.k1 a").first.get_attribute("href"))
    told = anna.locator("#timeline .tl li")
    before = told.count()
    hands = Counted(anna)

    hands.press("l", "2", "2")
    with anna.expect_navigation():
        hands.press("Control+Enter")
    took = time.monotonic() - hands.began

    assert hands.count <= KEYS
    assert took <= SECONDS
    expect(told).to_have_count(before + 2)  # the call, and the task that was given


def test_who_stands_in_a_field_that_is_no_longer_asked_goes_on_at_the_nearest(anna):
    anna.goto("/r/company/new")
    anna.locator("[name=country]").fill("PL")
    anna.locator("[name=city]").focus()
    anna.locator("[name=regon]").focus()
    expect(anna.locator("[name=regon]")).to_be_focused()

    anna.evaluate(  # what the answer to a quick hand's change does while the next field has the focus already
        "() => { const country = document.querySelector('[name=country]');"
        " country.value = 'KZ'; country.dispatchEvent(new Event('change', {bubbles: true})); }"
    )

    expect(anna.locator("[name=bin]")).to_be_focused()


def test_what_is_typed_while_an_answer_is_on_its_way_stays(anna):
    anna.goto("/r/company/new")
    country, vat = anna.locator("[name=country]"), anna.locator("[name=vat]")
    country.fill("DE")
    anna.locator("[name=city]").focus()
    vat.fill("DE1")
    held: list = []
    anna.route("**/r/company/new", lambda route: held.append(route))  # noqa: PLW0108 - it wants a function of ours

    with anna.expect_request("**/r/company/new"):
        country.fill("FR")
        vat.fill("FR2")
    with anna.expect_response("**/r/company/new") as answer:
        held[0].continue_()
    answer.value.finished()

    expect(vat).to_be_focused()
    expect(vat).to_have_value("FR2")
