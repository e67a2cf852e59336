"""What holds for the whole house: rooms stand on those below them, and every setting is written down."""

import re
from pathlib import Path

from django.apps import apps
from django.conf import settings

ROOT = Path(__file__).resolve().parents[4]


def test_no_link_points_from_a_lower_room_to_an_upper_one():
    floor = {f"groundwork.{room}": number for number, room in enumerate(settings.ROOMS)}
    user = apps.get_model(settings.AUTH_USER_MODEL)
    wrong = []
    for model in apps.get_models(include_auto_created=True):
        here = floor.get(model._meta.app_config.name)
        for field in model._meta.get_fields():
            target = field.related_model if field.concrete and field.is_relation else None
            there = floor.get(target._meta.app_config.name) if target else None
            if None not in (here, there) and there > here and target is not user:
                wrong.append(f"{model._meta.label}.{field.name} -> {target._meta.label}")

    assert wrong == []


def test_every_setting_of_the_environment_is_documented():
    code = (ROOT / "src/groundwork/config/settings.py").read_text()
    written = (ROOT / "docs/administrators/settings.md").read_text()

    names = set(re.findall(r"environ\.get\(\s*\"(\w+)\"", code))

    assert names
    assert {name for name in names if f"`{name}`" not in written} == set()


def test_only_the_settings_read_the_environment():
    readers = [
        str(path.relative_to(ROOT))
        for path in (ROOT / "src/groundwork").rglob("*.py")
        if "tests" not in path.parts
        and path.name != "testing.py"
        and re.search(r"os\.(environ\[|environ\.get|getenv)", path.read_text())
    ]

    assert readers == ["src/groundwork/config/settings.py"]
