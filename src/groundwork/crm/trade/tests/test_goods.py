"""Products: what they are counted in, and the tree they stand in."""

import pytest
from django.urls import reverse
from django.utils.translation import override

from groundwork.core.refusals import Refusal
from groundwork.crm.trade.models import Category, Product, Unit, above, within
from groundwork.crm.trade.testing import make_product
from groundwork.crm.trade.units import code_for, unit_choices
from groundwork.records.write import archive, creating, writing


@pytest.mark.parametrize("text", ["шт.", "ШТ", "szt.", "Pcs", "sztuk", "796", "H87", " piece "])
def test_pieces_are_pieces_however_they_are_written(db, text):
    assert code_for(text) == "pcs"


def test_a_unit_that_nobody_knows_is_not_guessed(db):
    assert (code_for("bochka"), code_for(""), code_for(".")) == (None, None, None)


def test_a_firm_adds_the_unit_that_only_it_counts_in(cast, as_user):
    creating(Unit(name="sack", unece="SA"), by=cast.larisa)

    form = as_user(cast.larisa).get(reverse("records:new", args=["product"])).content.decode()

    assert '<option value="sack">sack</option>' in form
    assert code_for("Sack") == "sack"


def test_a_unit_taken_out_is_no_longer_offered_and_its_products_keep_it(cast):
    sack = creating(Unit(name="sack"), by=cast.larisa)
    product = make_product(cast.larisa, unit="sack")

    archive(sack, by=cast.larisa)

    assert "sack" not in dict(unit_choices())
    assert Product.objects.get(pk=product.pk).unit == "sack"


def test_a_unit_is_not_there_twice_and_keeps_its_code_while_products_are_counted_in_it(cast):
    sack = creating(Unit(name="sack"), by=cast.larisa)
    make_product(cast.larisa, unit="sack")

    for code in ("sack", "kg"):
        with pytest.raises(Refusal, match="already"):
            creating(Unit(name="another", code=code), by=cast.larisa)
    with pytest.raises(Refusal, match="add a new unit"), writing(sack, by=cast.larisa, act="edited") as fresh:
        fresh.code = "bag"

    assert Unit.objects.get().code == "sack"


def test_everybody_reads_a_unit_in_the_own_language(cast, as_user):
    product = make_product(cast.olga, unit="pcs")
    cast.olga.language = "ru"
    cast.olga.save()

    with override("en"):
        assert "pcs" in as_user(cast.anna).get(product.get_absolute_url()).content.decode()
    assert dict(unit_choices())["pcs"] == "pcs"


def make_category(by, name, parent=None):
    return creating(Category(name=name, parent=parent), by=by)


def test_a_category_holds_what_stands_under_it(cast):
    food = make_category(cast.larisa, "Food")
    nuts = make_category(cast.larisa, "Nuts", food)
    almonds = make_category(cast.larisa, "Almonds", nuts)
    make_category(cast.larisa, "Boxes")

    assert within(food.pk) == {food.pk, nuts.pk, almonds.pk}
    assert within(almonds.pk) == {almonds.pk}
    assert above(almonds.pk) == [almonds.pk, nuts.pk, food.pk]
    assert above(None) == []


def test_a_category_is_not_part_of_itself_however_far_up(cast, as_user):
    food = make_category(cast.larisa, "Food")
    nuts = make_category(cast.larisa, "Nuts", food)

    answer = as_user(cast.larisa).post(
        reverse("records:edit", args=["category", food.pk]), {"name": "Food", "parent": "Nuts", "version": 1}
    )

    assert (answer.status_code, "cannot be part of itself" in answer.content.decode()) == (409, True)
    assert Category.objects.get(pk=food.pk).parent is None
    assert Category.objects.get(pk=nuts.pk).parent == food
