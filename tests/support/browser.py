"""A real Chromium for journeys: ``page`` is a fresh window, ``sign_in(page, email)`` signs a demo person in."""

import os
import shutil
from collections.abc import Callable, Iterator

import pytest


def chromium() -> str:
    for path in (
        os.environ.get("CHROMIUM", ""),
        "/usr/bin/chromium",
        shutil.which("chromium") or "",
        shutil.which("google-chrome") or "",
    ):
        if path and os.path.exists(path):
            return path
    pytest.fail("Chromium is not installed. Type: sudo apt-get install -y chromium")


@pytest.fixture(scope="session")
def browser() -> Iterator:
    from playwright.sync_api import sync_playwright

    os.environ.setdefault(
        "DJANGO_ALLOW_ASYNC_UNSAFE", "true"
    )  # its loop stays in this thread; our queries are not async

    with sync_playwright() as playwright:
        running = playwright.chromium.launch(
            executable_path=chromium(), args=["--no-sandbox", "--disable-dev-shm-usage", "--disable-gpu"]
        )
        yield running
        running.close()


@pytest.fixture
def new_page(browser, server) -> Iterator[Callable]:
    """Opens windows, each with its own cookies; a script error or a breach of the content policy fails the test."""
    contexts, faults = [], []

    def open_page(**options):
        context = browser.new_context(
            **{"base_url": server.url, "locale": "en-GB", "timezone_id": "Europe/Warsaw", **options}
        )
        context.set_default_timeout(15_000)
        contexts.append(context)
        page = context.new_page()
        page.on("pageerror", lambda fault: faults.append(str(fault)))
        page.is_examined = False  # axe measures with styles of its own, which our content policy refuses

        def listen(message):
            if is_fault(message) and not page.is_examined:
                faults.append(message.text)

        def moved(frame):
            if frame == page.main_frame:
                page.is_examined = False

        page.on("console", listen)
        page.on("framenavigated", moved)
        return page

    yield open_page
    for context in contexts:
        context.close()
    assert not faults, "The browser complained:\n" + "\n".join(dict.fromkeys(faults))


def is_fault(message) -> bool:
    """A refused form (409, 422, 403, 404) is logged by Chromium as a failed load; that is an answer, not a fault."""
    return message.type == "error" and "Failed to load resource" not in message.text


@pytest.fixture
def page(new_page):
    return new_page()


@pytest.fixture
def sign_in(seed, server) -> Callable:
    def enter(page, email: str, url: str = ""):
        page.goto(url or server.url)  # the sign-in page, for want of a session
        page.locator("input[name=login]").fill(email)
        page.locator("input[name=password]").fill(seed.password)
        page.locator("input[name=password]").press("Enter")
        page.wait_for_url(lambda url: "/login" not in url)
        return page

    return enter
