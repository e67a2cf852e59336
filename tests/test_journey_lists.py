"""J6: a list worked with by hand and keys: a view of one's own, cells, many rows at once, a board that hears others."""

import re

import pytest

from tests.support.screens import NARROW, faults_of, speak

pytestmark = pytest.mark.browser

SCREENS = (
    "/r/company/?filter=open",
    "/r/company/?columns_open=1",
    "/r/company/?f.kind=supplier&group=kind",
    "/r/company/views",
    "/r/company/views/new?f.kind=supplier",
    "/r/company/board?by=kind",
    "/r/order/calendar?on=required_on",
    "/r/order/calendar?span=2026-W47",
)


@pytest.mark.soak
@pytest.mark.on_sqlite("looks are the same")
@pytest.mark.parametrize("schemes", [("light", "dark")])
def test_the_screens_of_a_list_are_whole(page, sign_in, schemes):
    sign_in(page, "olga@demo.example")
    speak(page, "en")

    faults = []
    for path in SCREENS:
        answer = page.goto(path)
        faults += [f"{path}: {answer.status}"] if answer.status != 200 else faults_of(page, "en", schemes)
    assert faults == []


def city_of(page, row: int):
    return page.locator("#list-company tbody tr").nth(row).locator("td[data-l=City]")


def test_a_seller_works_in_a_list_without_leaving_it(page, sign_in):
    sign_in(page, "anna@demo.example")
    speak(page, "en")

    page.goto("/r/company/?f.kind=customer")
    page.get_by_role("link", name="Save this view").click()
    page.get_by_label("Name").fill("My customers")
    page.get_by_role("button", name="Keep").click()
    assert page.locator(".tabs a[aria-current]").inner_text() == "My customers"

    city_of(page, 0).click()
    page.keyboard.press("F2")
    page.locator(".cell-form input[name=city]").fill("Brest")
    page.keyboard.press("Enter")
    page.locator(".toast").wait_for()
    assert city_of(page, 0).inner_text() == "Brest"
    page.keyboard.press("Space")
    page.locator("#peek", has_text="Brest").wait_for()
    page.keyboard.press("Escape")
    assert page.locator("#peek").is_hidden()

    before = [city_of(page, row).inner_text() for row in (1, 2)]
    for row in (1, 2):
        page.locator("input[name=pick]").nth(row).check()
    page.locator("#picked button[value=edit]").click()
    page.locator("#bulk-field").select_option("city")
    page.locator("dialog input[name=city]").fill("Minsk")
    page.get_by_role("button", name="Change 2").click()
    page.get_by_text("2 records are changed.").wait_for()
    assert [city_of(page, row).inner_text() for row in (1, 2)] == ["Minsk", "Minsk"]
    page.locator(".note", has_text="2 records are changed.").get_by_role("button", name="Undo").click()
    page.get_by_text("Taken back.").wait_for()
    assert [city_of(page, row).inner_text() for row in (1, 2)] == before


def card_in(page, column: str, key: str):
    return page.locator(f".stack-col[data-value={column}] #card-{key}")


def test_a_card_is_moved_by_mouse_and_keys_and_the_other_board_hears_of_it(new_page, sign_in):
    mine, hers = new_page(), new_page()
    for page, who in ((mine, "olga"), (hers, "piotr")):
        sign_in(page, f"{who}@demo.example")
        speak(page, "en")
        page.goto("/r/company/board?by=kind&f.department=me" if who == "piotr" else "/r/company/board?by=kind")
    card = hers.locator(".stack-col[data-value=customer] .card[data-moves]").first
    key = card.get_attribute("data-key")
    mine.goto(f"/r/company/board?by=kind&q={re.sub(r'[^ a-zA-Z]', '', card.locator('.nm').inner_text())}")

    box = mine.locator(f"#card-{key}").bounding_box()
    goal = mine.locator(".stack-col[data-value=partner]").bounding_box()
    mine.mouse.move(box["x"] + 30, box["y"] + 12)
    mine.mouse.down()
    mine.mouse.move(goal["x"] + 60, goal["y"] + 90, steps=6)
    mine.mouse.up()
    mine.locator(".toast").wait_for()
    card_in(mine, "partner", key).wait_for()
    card_in(hers, "partner", key).wait_for(timeout=12_000)

    card_in(mine, "partner", key).locator("a.nm").focus()
    mine.keyboard.press("Shift+ArrowLeft")
    card_in(mine, "supplier", key).locator("a.nm:focus").wait_for()
    mine.get_by_role("button", name="Undo").click()
    card_in(mine, "partner", key).wait_for()


@pytest.mark.on_sqlite("a finger is the same")
def test_a_finger_carries_a_card_to_a_column_that_is_not_on_the_screen(new_page, sign_in):
    page = sign_in(new_page(viewport=NARROW, has_touch=True), "olga@demo.example")
    page.goto("/r/company/board?by=kind")
    key = page.locator(".stack-col[data-value=customer] .card[data-moves]").first.get_attribute("data-key")
    box = page.locator(f"#card-{key}").bounding_box()
    hand = page.context.new_cdp_session(page)

    def touch(kind: str, **at):
        hand.send("Input.dispatchTouchEvent", {"type": kind, "touchPoints": [at] if at else []})

    touch("touchStart", x=box["x"] + 40, y=box["y"] + 14)
    page.locator(".card.lift").wait_for()
    for x in (200, 300, 372):
        touch("touchMove", x=x, y=box["y"] + 14)
    page.locator(".stack-col.over[data-value=partner]").wait_for()  # it rests at the edge, and the board goes by
    touch("touchEnd")

    card_in(page, "partner", key).wait_for()
