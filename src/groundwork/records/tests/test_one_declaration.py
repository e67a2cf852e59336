"""A new record type costs one model and one declaration: this file makes one and uses everything that comes with it."""

import pytest
from django.apps import apps
from django.db import connection, models
from django.urls import reverse

from groundwork.access.presets import make_roles
from groundwork.records.models import Change, Record, keyset_indexes
from groundwork.records.types import RecordType, types
from groundwork.ui.navigation import entries


@pytest.fixture
def ship(cast):
    class Ship(Record):
        type_key = "ship"
        name = models.CharField("name", max_length=80)
        flag = models.CharField("flag", max_length=2, choices=[("pl", "Poland"), ("gb", "Britain")], default="pl")
        builder = models.ForeignKey("customers.Company", models.PROTECT, null=True, blank=True, verbose_name="builder")

        class Meta:
            app_label = "records"
            indexes = keyset_indexes("ship", "sort_key")

    kind = types.add(
        RecordType(
            model=Ship,
            label="Ship",
            plural="Ships",
            icon="ship",
            prefix="S",
            group="goods",
            fields=("name", "flag", "builder"),
            columns=("name", "flag"),
            sorts=("name",),
            quick=("name",),
            search=("name",),
            filters=("flag",),
            board="flag",
        )  # fmt: skip
    )
    with connection.schema_editor() as schema:
        schema.create_model(Ship)
    make_roles([kind.granted])
    yield kind
    with connection.schema_editor() as schema:
        schema.delete_model(Ship)
    types.remove("ship")
    entries.remove("ship")
    del apps.all_models["records"]["ship"]
    apps.clear_cache()


@pytest.mark.django_db(transaction=True)
def test_one_model_and_one_declaration_give_menu_list_form_page_search_history_rights_and_undo(cast, ship, as_user):
    olga, anna = as_user(cast.olga), as_user(cast.anna)

    made = olga.post(reverse("records:new", args=["ship"]), {"name": "Batory", "flag": "pl"}, follow=True)
    record = ship.model.objects.get()
    address = [record.type_key, record.pk]

    assert "Batory" in made.content.decode()
    assert 'href="/r/ship/"' in made.content.decode()
    assert "Batory" in olga.get(reverse("records:list", args=["ship"]), {"f.flag": "pl"}).content.decode()
    assert "Batory" in olga.get(reverse("records:search"), {"q": "bat"}).content.decode()
    assert anna.get(reverse("records:page", args=address)).status_code == 200
    assert (
        anna.post(reverse("records:edit", args=address), {"name": "Mine", "flag": "gb", "version": 1}).status_code
        == 403
    )

    olga.post(reverse("records:edit", args=address), {"name": "Batory II", "flag": "gb", "version": 1})
    change = Change.objects.get(type="ship", created=False)
    olga.post(reverse("records:undo", args=[change.changeset_id]))

    record.refresh_from_db()
    assert change.fields == {"name": ["Batory", "Batory II"], "flag": ["pl", "gb"]}
    assert (record.name, record.flag, record.version) == ("Batory", "pl", 3)


def test_no_two_record_types_number_their_records_alike():
    prefixes = [kind.prefix for kind in types.all_built_in]

    assert sorted(prefixes) == sorted(set(prefixes))
