from types import SimpleNamespace

import pytest
from django.test import RequestFactory

from groundwork.core.registry import Registry
from groundwork.ui import navigation
from groundwork.ui.navigation import Entry, shell

ANNA = SimpleNamespace(is_authenticated=True, theme="dark", sells=True)
VISITOR = SimpleNamespace(is_authenticated=False)


@pytest.fixture
def entries(monkeypatch):
    registry = Registry(lambda entry: entry.key)
    monkeypatch.setattr(navigation, "entries", registry)
    monkeypatch.setattr(navigation, "asides", Registry(lambda entry: entry.key))
    monkeypatch.setattr(navigation, "own", Registry(lambda item: item.key))  # those of upper rooms read the database
    registry.add(Entry("deals", "Deals", "square-kanban", lambda: "/deals/", order=2))
    registry.add(Entry("lost", "Lost deals", "x", "/deals/lost", order=3, may=lambda user: user.sells))
    registry.add(Entry("day", "My day", "sun", "/", order=1))
    registry.add(Entry("map", "Map", "route", "/map", section="rollout", may=lambda user: False))
    return registry


def shell_at(path, user):
    request = RequestFactory().get(path)
    request.user = user
    return shell(request)["shell"]


def test_the_menu_keeps_the_order_and_leaves_out_what_the_person_may_not_use(entries):
    sections = shell_at("/", ANNA).sections

    assert [(section.key, [item.label for item in section.items]) for section in sections] == [
        ("work", ["My day", "Deals", "Lost deals"])
    ]


@pytest.mark.parametrize(
    ("path", "current"),
    [("/", "My day"), ("/deals/", "Deals"), ("/deals/7", "Deals"), ("/deals/lost", "Lost deals"), ("/x", None)],
)
def test_the_entry_with_the_longest_matching_path_is_current(entries, path, current):
    items = shell_at(path, ANNA).sections[0].items

    assert next((item.label for item in items if item.is_current), None) == current


def test_a_visitor_has_no_menu_and_follows_the_machine(entries):
    visitor = shell_at("/", VISITOR)

    assert (visitor.sections, visitor.theme, visitor.frame) == ([], "", "ui/centre.html")


def test_nothing_is_read_before_a_template_asks(entries):
    class Alarm:
        @property
        def is_authenticated(self):
            raise AssertionError("the user was read")

    shell_at("/", Alarm())


def test_a_person_keeps_the_chosen_colours(entries):
    assert shell_at("/", ANNA).theme == "dark"
