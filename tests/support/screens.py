"""What holds for every screen: its language, no sideways scroll, nothing that axe finds against A and AA."""

import json
from functools import cache

WIDE, NARROW = {"width": 1440, "height": 900}, {"width": 390, "height": 844}
RULES = {
    "runOnly": ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa"],
    "resultTypes": ["violations"],
    "preload": False,
}


@cache
def axe():
    from axe_playwright_python.sync_playwright import Axe

    return Axe()


def speak(page, language: str) -> None:
    """Choose ``language`` as a person does: with the button in the menu."""
    page.locator(f".side button[name=language][value={language}]").click()
    page.locator(f"html[lang={language}]").wait_for()


def too_wide(page) -> int:
    """By how many pixels the page scrolls sideways."""
    return page.evaluate("document.documentElement.scrollWidth - document.documentElement.clientWidth")


def breaches(page) -> list[str]:
    page.is_examined = True  # until the next page: what axe caused is told late
    found = axe().run(page, options=RULES).response["violations"]
    return [f"{rule['id']}: {node['html'][:160]}" for rule in found for node in rule["nodes"][:3]]


def faults_of(page, language: str, schemes=("light", "dark")) -> list[str]:
    """What is wrong with the screen that is open: wide in the first of ``schemes``, narrow in the second."""
    said = []
    for size, scheme in zip((WIDE, NARROW), schemes, strict=True):
        page.set_viewport_size(size)
        page.emulate_media(color_scheme=scheme, reduced_motion="reduce")  # no colour halfway
        where = f"{page.url} {size['width']} {scheme}"
        if over := too_wide(page):
            said.append(f"{where}: {over} px too wide")
        said += [f"{where}: {fault}" for fault in breaches(page)]
    page.set_viewport_size(WIDE)
    if (spoken := page.evaluate("document.documentElement.lang")) != language:
        said.append(f"{page.url}: speaks {json.dumps(spoken)}")
    if (heads := page.locator("h1").count()) != 1:
        said.append(f"{page.url}: {heads} first headings")
    return said
