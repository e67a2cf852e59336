"""J3: a head and a worker who tell it differently, a wish that is declined, a late answer, a test that works and does
not fit, and a field that nobody reads. Six weeks pass between the agreeing and the trying: the clock is moved.
"""

import re

import pytest
from playwright.sync_api import expect

from tests.support.servers import served

pytestmark = [pytest.mark.browser, pytest.mark.on_sqlite("what is walked here is asked on both databases by room")]

WEEKS = 6
DAY = "from groundwork.rollout.adoption.rounds import keep_all; keep_all()"
READ_AGAIN = "9"  # the page after the eight questions
WISH, NO = "I want to send musical cards from here.", "None of our numbers moves by it."
NEED, AGREED, ASKED = "I quote prices blindly.", "Margin by product", "From which day do we count costs?"
HOLDS, UNFIT = "Twice a week: we go by who does it.", "The products without sales come first."
FIELD, HOBBY, GONE = "Hobby of the director", "Chess, and a little fishing", "Nobody read it in six weeks."


@pytest.fixture
def firm(seed):
    with served(seed, "--no-worker") as running:
        yield running


def test_people_disagree_and_what_nobody_reads_goes(firm, new_page, sign_in):
    olga, piotr, anna, admin = (
        sign_in(new_page(base_url=firm.url), f"{name}@demo.example", firm.url)
        for name in ("olga", "piotr", "anna", "admin")
    )
    a_field_is_made_that_nobody_asked_for(admin)
    company = anna_fills_it_in(anna)
    both_are_asked_how_prices_are_changed(olga, piotr, anna)
    a_wish_is_declined(olga, anna)
    what_is_agreed_waits_for_an_answer(olga, anna)

    firm.go_on_after(WEEKS * 7, doing=DAY)

    the_answer_comes_late(olga, piotr)
    it_works_and_does_not_fit(olga, anna)
    the_field_goes_and_its_value_stays(admin, anna, company)


def a_field_is_made_that_nobody_asked_for(admin):
    admin.goto("/types/company/fields/new?kind=text")
    admin.locator("[name=label]").fill(FIELD)
    admin.locator("[name=reason]").fill("A seminar advised it.")
    admin.locator("main form button.primary").click()
    admin.wait_for_url(lambda url: "/new" not in url)


def anna_fills_it_in(anna) -> str:
    anna.goto("/r/company/")
    anna.locator("#list-company tbody a").first.click()
    anna.wait_for_url(re.compile(r"/r/company/\d+$"))
    company = anna.url
    anna.goto(f"{company}/edit")
    hobby = anna.get_by_label(FIELD, exact=True)
    anna.locator("main form details", has=hobby).locator("summary").first.click()
    hobby.fill(HOBBY)
    anna.locator("main form button.primary").first.click()
    anna.wait_for_url(company)
    return company


def both_are_asked_how_prices_are_changed(olga, piotr, anna):
    for person, level in (("Piotr Nowak", "head"), ("Анна Соколова", "worker")):
        olga.goto("/rollout/told/work")
        olga.locator("[name=work]").fill("Price list")
        olga.locator("[name=respondent]").select_option(label=person)
        olga.locator("[name=level]").select_option(level)
        olga.locator("aside form button.primary").click()
    answers(piotr, times="1", per="month")
    answers(anna, times="2", per="week")

    olga.goto("/rollout/told/work")
    olga.locator("a[href^='/rollout/told/work/']", has_text="Price list").first.click()
    differs = olga.locator(".cmp .df details")
    expect(differs).to_have_count(1)
    expect(olga.locator(".cmp mark")).to_have_count(2)
    differs.locator("summary").click()
    differs.locator("textarea").fill(HOLDS)
    differs.locator("button").click()
    expect(olga.locator(".cmp .df")).to_contain_text(HOLDS)
    assert olga.locator(".cmp .df details").count() == 0


def answers(page, *, times: str, per: str):
    """The first two questions of the eight, and what is read again at the end: the others are as long."""
    page.goto("/rollout/told")
    page.locator("a[href*='/rollout/told/work/asked/']").click()
    page.locator("main a.primary").click()
    page.locator("[name=things]").fill("Change the prices")
    page.locator("main form button.primary").click()
    page.locator("[name^=thing-][name$=_times]").fill(times)
    page.locator("[name^=thing-][name$=_per]").select_option(per)
    page.locator("main form button.primary").click()
    page.wait_for_url("**/3")
    page.goto(page.url.removesuffix("3") + READ_AGAIN)
    page.locator("main form button.primary").click()
    page.locator("main form").wait_for(state="detached")


def a_wish_is_declined(olga, anna):
    for words, kind in ((WISH, "wish"), (NEED, "problem")):
        anna.goto("/rollout/told")
        anna.locator("[name=statement]").fill(words)
        anna.locator("[name=kind]").select_option(kind)
        anna.locator("main form button.primary").click()
    olga.goto("/rollout/told")
    wish = olga.locator("section", has_text=WISH).last
    wish.locator("summary").click()
    wish.locator("[name=reason]").fill(NO)
    wish.locator("button[value=rejected]").click()
    olga.locator("section", has_text=NEED).last.locator("form[action$='/agree'] button").click()

    anna.goto("/notices")
    expect(anna.locator("main li", has_text=WISH)).to_contain_text(NO)


def what_is_agreed_waits_for_an_answer(olga, anna):
    olga.goto("/rollout/number")
    olga.locator("main form.form button.primary").first.click()
    olga.locator("form[action$='/agree'] button.primary").click()
    olga.goto("/rollout/agreed")
    olga.locator("[name=statement]").fill(AGREED)
    olga.locator("[name=done_when]").fill("I open the report and see the margin of each product.")
    olga.locator("main form.form button.primary").click()
    olga.goto("/rollout/questions")
    olga.locator("#ask [name=text]").fill(ASKED)
    olga.locator("#ask [name=to]").select_option(label="Piotr Nowak")
    olga.locator("#ask [name=requirements]").check()
    olga.locator("#ask button.primary").click()
    olga.goto("/rollout/agreed")
    expect(olga.locator("main section.panel .note").first).to_contain_text(ASKED)


def the_answer_comes_late(olga, piotr):
    olga.goto("/rollout/map")
    expect(olga.locator("main aside")).to_contain_text(ASKED)
    piotr.goto("/rollout/questions")
    expect(piotr.locator("main .chip.bad")).to_have_count(1)
    piotr.locator("form[action$='/answer'] textarea").fill("From the day the goods came in.")
    piotr.locator("form[action$='/answer'] button").click()
    olga.goto("/rollout/agreed")
    olga.locator("form[action$='/confirm'] button").click()
    olga.locator("form[action$='/switch-on'] button").click()


def it_works_and_does_not_fit(olga, anna):
    anna.goto("/rollout/try")
    anna.locator("a.btn.primary").click()
    anna.locator("[name=remark]").fill(UNFIT)
    anna.locator("form[action$='/run'] button[value='does not fit']").click()

    olga.goto("/rollout/try")
    assert olga.locator("form[action$='/live'] button.primary").count() == 0
    expect(olga.locator("#faults")).to_contain_text(UNFIT)
    olga.locator("#faults form[action$='/defect.mend'] button").click()

    anna.goto("/rollout/try")
    anna.locator("#faults a.btn").click()
    anna.locator("form[action$='/run'] button[value=passed]").click()
    olga.goto("/rollout/try")
    olga.locator("form[action$='/live'] button.primary").click()
    olga.wait_for_url("**/rollout/used")


def the_field_goes_and_its_value_stays(admin, anna, company):
    admin.goto("/rollout/used")
    admin.locator("#unread a", has_text=FIELD).click()
    admin.locator(".acts a[href*='/types/company/fields/']").click()
    admin.locator("details:has(form[action$='/retire']) summary").last.click()
    field = admin.url
    admin.locator("form[action$='/retire'] [name=reason]").fill(GONE)
    admin.locator("form[action$='/retire'] button").click()
    anna.goto(company)
    expect(anna.locator("main")).not_to_contain_text(HOBBY)

    admin.goto(field)
    admin.locator("form[action$='/restore'] [name=reason]").fill("Let us see it once more.")
    admin.locator("form[action$='/restore'] button").click()
    anna.goto(company)
    expect(anna.locator("main")).to_contain_text(HOBBY)
