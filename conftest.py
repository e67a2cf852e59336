"""Test infrastructure for every room: messages compiled, a database as `groundwork init` leaves it, a fast hasher,
real-browser journeys."""

import os
import shutil
import sys
import tempfile
from pathlib import Path

import pytest
from hypothesis import settings as hypothesis_settings

ROOT = Path(__file__).resolve().parent
sys.path.insert(0, str(ROOT))  # so that tests say: from tests.support import ...

pytest_plugins = ["groundwork.access.testing", "tests.support.servers", "tests.support.browser", "tests.support.acts"]

# what hypothesis makes up is the same on both databases: PostgreSQL gets the beginning of it
ON_POSTGRES = os.environ.get("DATABASE_URL", "").startswith("postgres")
hypothesis_settings.register_profile("ci", derandomize=True, deadline=None, max_examples=25 if ON_POSTGRES else 100)
hypothesis_settings.load_profile(os.environ.get("HYPOTHESIS_PROFILE", "ci"))


def pytest_configure(config):
    from django.conf import settings

    from groundwork.config.catalogues import compile_stale

    if not hasattr(config, "workerinput"):  # the first process; those of xdist find it done
        compile_stale()
    settings.PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]
    settings.STORAGES = {
        **settings.STORAGES,
        "staticfiles": {"BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"},
    }
    settings.SECURE_SSL_REDIRECT = settings.SESSION_COOKIE_SECURE = settings.CSRF_COOKIE_SECURE = False
    settings.SECURE_HSTS_SECONDS = 0
    settings.WHITENOISE_USE_FINDERS = settings.WHITENOISE_AUTOREFRESH = True
    settings.MEDIA_ROOT = Path(tempfile.mkdtemp(prefix="groundwork-files-"))
    database = settings.DATABASES["default"]
    if database["ENGINE"].endswith("sqlite3"):  # in memory, threads would share one connection's locks
        fast = "/dev/shm" if os.access("/dev/shm", os.W_OK) else None  # noqa: S108
        folder = tempfile.mkdtemp(prefix="groundwork-test-", dir=fast)
        database["TEST"] = {**database.get("TEST", {}), "NAME": os.path.join(folder, "test.db")}
        config.add_cleanup(lambda: remove(folder))
    media = settings.MEDIA_ROOT
    config.add_cleanup(lambda: remove(media))


@pytest.fixture(scope="session")
def django_db_setup(django_db_setup, django_db_blocker):
    """Every test begins with what ``groundwork init`` makes; ``make_cast`` adds the people."""
    with django_db_blocker.unblock():
        set_up()


def set_up():
    from groundwork.access.testing import init

    init()


@pytest.hookimpl(wrapper=True)
def pytest_runtest_teardown(item, nextitem):
    """A test with transactions of its own leaves empty tables: the next one begins like any other. After the last one
    there is no database any more."""
    result = yield
    marker = item.get_closest_marker("django_db")
    is_emptied = "transactional_db" in item.fixturenames or (marker and marker.kwargs.get("transaction"))
    if is_emptied and nextitem is not None:
        from pytest_django.plugin import blocking_manager_key

        with item.config.stash[blocking_manager_key].unblock():
            set_up()
    return result


@pytest.fixture(autouse=True)
def _nothing_read_yet(monkeypatch):
    """What another test read or configured is not known in this one; what is read is written only when asked to."""
    from groundwork.blueprint import elements
    from groundwork.records import use

    elements._forget()
    monkeypatch.setattr(use, "_waiting", [])
    monkeypatch.setattr(use, "EVERY_SECONDS", 10**9)


def remove(folder):
    shutil.rmtree(folder, ignore_errors=True)


@pytest.hookimpl(trylast=True)
def pytest_collection_modifyitems(config, items):
    """The full figures of heavy promises run only when asked for: -m soak. What takes long is begun first."""
    if "soak" not in (config.option.markexpr or ""):
        heavy = [item for item in items if item.get_closest_marker("soak")]
        if heavy:
            config.hook.pytest_deselected(items=heavy)
            items[:] = [item for item in items if not item.get_closest_marker("soak")]
    if ON_POSTGRES and "on_sqlite" not in (config.option.markexpr or ""):  # -m on_sqlite asks them there, too
        for item in items:
            if marker := item.get_closest_marker("on_sqlite"):
                item.add_marker(pytest.mark.skip(reason=f"{marker.args[0]}: asked on SQLite"))
    items[:] = long_first(items)


LONG = (  # most of it is waiting for programs and browsers
    "test_journey_screens", "test_permission_matrix", "test_commands", "test_journey_", "test_durability",
    "test_hidden_fields", "test_docx",
)  # fmt: skip


def long_first(items: list) -> list:
    """xdist gives the first half to one worker and the second to the other, and lets who is done take from the other's
    end: one waits with the long ones while the other computes, and what is left in the end is short."""
    places = {name: place for place, name in enumerate(LONG)}

    def place(item) -> int:
        return next((places[name] for name in LONG if item.path.name.startswith(name)), len(LONG))

    return sorted(items, key=place)
