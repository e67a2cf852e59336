"""J2: from "we want to know our margin by product" to a report that anybody can trace back to that wish.

Walked in each language by addresses, names of forms and roles of buttons, never by words.
"""

import re

import pytest

from tests.support.screens import faults_of, speak
from tests.support.servers import postgres_url

pytestmark = pytest.mark.browser

ASKED = {
    "en": "I give discounts blindly: nobody tells me what the goods cost us.",
    "ru": "Даю скидки вслепую: никто не говорит, во что нам обходится товар.",
    "pl": "Daję rabaty na ślepo: nikt mi nie mówi, ile nas kosztuje towar.",
}
STEPS = ("number", "told", "agreed", "try", "used", "map")


LANGUAGES = ["pl" if postgres_url() else "ru", pytest.param("en", marks=pytest.mark.soak)]  # each of them somewhere


@pytest.mark.parametrize("language", LANGUAGES)
def test_a_wish_becomes_a_report_that_leads_back_to_it(language, fresh_server, new_page, sign_in):
    olga, anna, piotr = (
        sign_in(new_page(base_url=fresh_server.url), f"{name}@demo.example", fresh_server.url)
        for name in ("olga", "anna", "piotr")
    )
    speak(olga, language)
    speak(anna, language)

    olga.locator(".side a[href='/rollout/']").click()
    olga.locator("main .thread a.primary").click()  # the step that is "now"
    wanted = olga.locator("[name=statement]").input_value()
    olga.locator("main form.form button.primary").click()
    olga.locator("form[action$='/agree'] button.primary").click()

    anna.goto("/rollout/told")
    anna.locator("[name=statement]").fill(ASKED[language])
    anna.locator("main form.form button.primary").click()
    olga.goto("/rollout/told")
    olga.locator("form[action*='/told/'][action$='/agree'] button").click()

    olga.locator("main aside a.btn").click()
    olga.wait_for_url("**/rollout/agreed")
    assert olga.locator("[name=needs]:checked").count() == 1
    assert olga.locator("[name=elements]:checked").count() == 2
    olga.locator("[name=statement]").fill(wanted)
    olga.locator("[name=done_when]").fill(wanted)
    olga.locator("main form.form button.primary").click()
    olga.locator("form[action$='/confirm'] button").click()
    olga.locator("form[action$='/switch-on'] button").click()
    olga.locator("main .panel .chip.ok .i").first.wait_for()

    olga.goto("/above")
    product = olga.locator(".even tbody .k1 b").first.inner_text()
    olga.goto("/r/product/")
    olga.locator("#filter > summary").click()
    olga.locator("#filter-q").fill(product)
    olga.locator("#filter form button").click()
    olga.locator("#list-product tbody a").first.click()
    olga.locator("#part-costs-box summary").click()
    olga.locator("[name=costs-cost]").fill("4.5")
    olga.locator("[name=costs-currency]").fill("EUR")
    olga.locator("[name=costs-valid_from]").fill("2024-01-01")
    olga.locator("#part-costs-box form button").click()
    olga.locator("#part-costs tbody tr").wait_for()

    why = olga.locator("#part-costs-box .why")
    why.click()
    olga.locator("#why dl").wait_for()
    assert "Анна Соколова" in olga.locator("#why").inner_text()
    assert wanted in olga.locator("#why").inner_text()
    olga.keyboard.press("Escape")

    anna.goto("/rollout/try")
    anna.locator("a.btn.primary").click()
    anna.locator("form[action$='/run'] button[value=passed]").click()
    olga.goto("/rollout/try")
    olga.locator("form[action$='/live'] button").click()
    olga.wait_for_url("**/rollout/used")

    piotr.goto("/report/profit?by=product")
    earning = piotr.locator(".tbl tbody tr", has_text=product).first
    assert re.search(r"\d\s?%", earning.inner_text())

    olga.goto("/rollout/used")
    assert olga.locator(".panel").first.locator("p.sm").count() >= 2
    olga.goto("/rollout/map")
    knots = olga.locator(".map a.k .d")
    assert knots.count() == 6
    looks = [knots.nth(place).get_attribute("class").split()[1:] for place in range(5)]
    assert looks == [[]] * 5, "number, told, agreed, set up and tried hold"
    assert wanted in olga.locator(".map .g").inner_text()

    faults = []
    for step in STEPS:
        olga.goto(f"/rollout/{step}")
        faults += faults_of(olga, language)
    assert faults == []
