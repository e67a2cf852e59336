"""Quotes come out in the firm's own Word template; a bad one never gets in use."""

from io import BytesIO

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.urls import reverse
from docx import Document

from groundwork.blueprint.models import Element
from groundwork.core.languages import money
from groundwork.core.refusals import NotAllowed
from groundwork.crm.sales import quote_template
from groundwork.crm.sales.quote_template import QuoteTemplate, put_in_use, sample, words
from groundwork.crm.sales.quotes import make_quote, paper_of
from groundwork.crm.sales.tests.test_quotes import at, priced
from groundwork.documents import docx
from groundwork.documents.tests.test_docx import template, texts

pytestmark = pytest.mark.django_db


def page():
    return reverse("sales:quote_template")


def sent(content: bytes, **more) -> dict:
    return {"file": SimpleUploadedFile("Ours.docx", content), "reason": "Our letterhead", **more}


def downloaded(answer) -> bytes:
    assert answer["Content-Type"] == quote_template.MIME
    return b"".join(answer.streaming_content)


def test_a_quote_in_word_says_what_the_deal_and_the_pdf_say(cast, as_user):
    deal = priced(cast, 12, 8, name="Nuts & <raisins>")
    quote = make_quote(deal, by=cast.anna, language="pl", text="Darmowa dostawa")

    made = downloaded(as_user(cast.anna).get(at(deal, form="docx")))

    paper, held = Document(BytesIO(made)), paper_of(quote, cast.anna)
    rows = [[cell.text for cell in row.cells] for row in paper.tables[2].rows]
    assert rows == [[label for label, _numeric in held.columns], *held.rows]
    assert [[cell.text for cell in row.cells] for row in paper.tables[3].rows] == [list(held.totals[0])]
    assert held.totals[0][1].replace("\xa0", " ") == money(20000, "EUR").replace("\xa0", " ").replace(
        "200.00", "200,00"
    )
    assert {"Darmowa dostawa", str(cast.anna)} < set(texts(made))
    assert "Nuts & <raisins>" in texts(made)


def test_the_firm_s_own_template_is_used_for_quotes_made_from_then_on(cast, as_user):
    deal, seller = priced(cast, 12), as_user(cast.anna)
    client = as_user(cast.adam)
    make_quote(deal, by=cast.anna, language="en")

    answer = client.post(page(), sent(template("OURS {{ number }} {{ buyer[0] }} {{ total }}")))
    make_quote(deal, by=cast.anna, language="en")

    assert answer.status_code == 302
    first, second = (texts(downloaded(seller.get(at(deal, number, "docx")))) for number in (1, 2))
    assert second == [f"OURS {deal.number}/2 {deal.company.name} {money(12000, 'EUR')}"]
    assert "OURS" not in str(first)
    element = Element.objects.get(key=quote_template.ELEMENT)
    assert (element.reason, element.revisions.last().difference) == ("Our letterhead", {"template": ["", "Ours.docx"]})

    client.post(reverse("sales:quote_template_restore"), {"reason": "It was ugly"})

    assert texts(downloaded(seller.get(at(deal, 2, "docx")))) == second
    assert downloaded(client.get(reverse("sales:quote_template_file")))[:2] == b"PK"
    assert "The built-in template is in use" in client.get(page()).text


def test_a_template_with_a_mistake_is_told_where_and_the_present_one_stays(cast, as_user):
    client = as_user(cast.adam)
    client.post(page(), sent(template("OURS {{ number }}")))

    kept = client.post(page(), sent(template("Dear {{ custmer }}")))
    tried = client.post(page(), sent(template("{{ title.__class__ }}"), **{"try": "1", "reason": ""}))

    assert kept.status_code == tried.status_code == 422
    assert "In the text, near “Dear {{ custmer }}”: there is no word “custmer”" in kept.text
    assert "there is no word “title.__class__”" in tried.text
    assert QuoteTemplate.objects.count() == 1


def test_a_template_is_tried_with_a_sample_and_not_kept(cast, as_user):
    answer = as_user(cast.adam).post(page(), sent(template("{{ buyer[0] }}"), **{"try": "1", "reason": ""}))

    assert texts(downloaded(answer)) == [sample()["buyer"][0]]
    assert not QuoteTemplate.objects.exists()


def test_a_seller_changes_no_template(cast):
    with pytest.raises(NotAllowed):
        put_in_use(template("x"), name="x.docx", by=cast.anna, reason="Mine")


def test_every_word_of_a_template_is_told_with_an_example_and_can_be_written_so():
    told = [written for written, _meaning, _example in words() if "%tr" not in written and " x." not in written]

    assert set(sample()) == set(docx.SHAPE) == set(quote_template.MEANINGS)
    docx.examine(template(*told), sample())
