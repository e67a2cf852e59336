"""J5: every screen that the menu leads to: wide and narrow, light and dark, in three languages."""

import pytest

from tests.support.screens import faults_of, speak

pytestmark = [pytest.mark.browser, pytest.mark.on_sqlite("looks are the same")]

BEHIND = ("/rollout/number", "/rollout/told", "/rollout/agreed", "/rollout/try", "/rollout/used", "/me/")


PEOPLE = [
    ("anna", "pl", ("dark", "light")),
    pytest.param("anna", "pl", ("light", "dark"), marks=pytest.mark.soak),
    pytest.param("admin", "ru", ("light", "dark"), marks=pytest.mark.soak),
    pytest.param("olga", "en", ("light", "dark"), marks=pytest.mark.soak),
]  # fmt: skip


@pytest.mark.parametrize(("who", "language", "schemes"), PEOPLE)
def test_every_screen_of_the_menu_is_whole(who, language, schemes, page, sign_in):
    sign_in(page, f"{who}@demo.example")
    speak(page, language)
    menu = page.locator(".side .nav a").evaluate_all("links => links.map(link => link.getAttribute('href'))")
    assert len(menu) >= 4

    faults, opened = [], set()
    for path in (*menu, *BEHIND):
        answer = page.goto(path)
        if answer.status != 200:
            faults.append(f"{path}: {answer.status}")
            continue
        faults += faults_of(page, language, schemes)
        first = page.locator("main .tbl tbody a").first
        behind = first.get_attribute("href") if path.startswith("/r/") and first.count() else ""
        for deeper in filter(None, (behind, behind and f"{behind}/edit")):
            if deeper not in opened:
                opened.add(deeper)
                status = page.goto(deeper).status
                if status == 200:
                    faults += faults_of(page, language, schemes)
                elif (status, deeper.endswith("/edit")) != (403, True):  # not everything one sees one may change
                    faults.append(f"{deeper}: {status}")
    assert faults == []
