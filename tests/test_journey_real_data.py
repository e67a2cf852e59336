"""J6: six months of a real trader's invoices, dropped in the browser, twice, and taken back."""

import json
import zipfile

import pytest

from groundwork.crm.trade.tests.test_importing_retail import real_data
from tests.support.servers import served

pytestmark = [pytest.mark.browser, pytest.mark.soak]

LONG = 20 * 60 * 1000  # milliseconds


@pytest.fixture
def new_firm(blank):
    with served(blank) as running:
        running.must("init")
        running.must("user", "add", "olga@retail.example", "--role", "administrator", input="three quiet words")
        yield running


@pytest.fixture
def six_months(tmp_path):
    """The six files in one, as a trader would send them."""
    path = tmp_path / "six-months.zip"
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as together:
        for month in sorted(real_data().glob("*.zip")):
            with zipfile.ZipFile(month) as archive:
                for name in archive.namelist():
                    together.writestr(f"{month.stem}/{name}", archive.read(name))
    return path


def test_six_months_dropped_twice_come_in_once_and_can_be_taken_back(new_firm, new_page, six_months):
    expected = json.loads((real_data() / "expected.json").read_text())
    page = new_page(base_url=new_firm.url)
    page.goto("/")
    page.locator("input[name=login]").fill("olga@retail.example")
    page.locator("input[name=password]").fill("three quiet words")
    page.locator("main form button.primary").click()
    page.wait_for_url(lambda url: "/login" not in url)

    drop(page, six_months)
    page.locator("form[action$='/load'] button").click()
    page.locator("form[action$='/undo'] button").wait_for(timeout=LONG)
    loaded = page.url

    assert by_month(new_firm) == {month: round(float(found["sum"]), 2) for month, found in expected["by_month"].items()}

    drop(page, six_months)
    page.locator(".note.ok").wait_for(timeout=LONG)
    assert page.locator("form[action$='/load']").count() == 0

    page.goto(loaded)
    page.locator("form[action$='/undo'] button").click()
    page.locator(".note.ok").wait_for(timeout=LONG)
    assert by_month(new_firm) == {}


def drop(page, path):
    page.goto("/import/")
    page.locator("input[type=file]").set_input_files(path)
    page.locator("main form button.primary").click()
    page.locator("form[action$='/load'] button, .note.ok").first.wait_for(timeout=LONG)


def by_month(firm) -> dict:
    rows = json.loads(firm.must("report", "profit", "--by", "month", "--json"))["rows"]
    return {row["month"]: float(row["revenue"]) for row in rows}
