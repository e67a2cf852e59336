"""The house stands in one line: no foreign key points from a lower room to an upper one (imports are checked apart)."""

from django.apps import apps
from django.conf import settings


def test_no_foreign_key_points_from_a_lower_room_to_an_upper_one():
    order = {room.rsplit(".", 1)[-1]: place for place, room in enumerate(settings.ROOMS)}
    upward = [
        f"{model._meta.label}.{field.name} -> {field.related_model._meta.label}"
        for model in apps.get_models()
        for field in (*model._meta.fields, *model._meta.many_to_many)
        if field.related_model
        and {model._meta.app_label, field.related_model._meta.app_label} <= set(order)
        and order[field.related_model._meta.app_label] > order[model._meta.app_label]
        and field.related_model._meta.label != settings.AUTH_USER_MODEL
    ]

    assert upward == []
