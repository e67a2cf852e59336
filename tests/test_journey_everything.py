"""The whole firm is taken out in the browser and brought back into an empty database."""

import re
import zipfile

import pytest

pytestmark = [
    pytest.mark.browser,
    pytest.mark.on_sqlite("both are taken out and brought back by command"),
]


@pytest.mark.soak
def test_what_is_taken_out_in_the_browser_comes_back_in_a_new_firm(page, sign_in, seed, server, installation, tmp_path):
    sign_in(page, "admin@demo.example")
    page.goto("/everything/")

    page.locator("form[action$='/begin'] [name=now]").fill(seed.password)
    page.locator("form[action$='/begin'] button").click()
    link = page.locator("#files a[download]")
    link.wait_for(timeout=60_000)
    with page.expect_download() as download:
        link.click()
    download.value.save_as(tmp_path / "firm.zip")

    told = page.locator("#files .mono").inner_text()
    copy = installation()
    assert told in copy.must("restore", tmp_path / "firm.zip")
    assert told in copy.must("export", tmp_path / "again.zip")
    with zipfile.ZipFile(tmp_path / "firm.zip") as archive:
        assert archive.testzip() is None
    assert re.search(r"^ok +audit$", copy.run("doctor").stdout, re.MULTILINE)
