"""Quotes come out in the firm's own Word template; a bad one never gets in use."""

from base64 import b64encode
from io import BytesIO

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.urls import reverse
from docx import Document

from groundwork.blueprint import plan
from groundwork.blueprint.models import Element, Firm
from groundwork.core.languages import money
from groundwork.core.refusals import NotAllowed
from groundwork.crm.sales import quote_template
from groundwork.crm.sales.pipelines import Pipeline, Stage, sales
from groundwork.crm.sales.quote_template import (
    QuoteTemplate,
    content_for,
    own_template,
    put_in_use,
    quote_docx,
    sample,
    words,
)
from groundwork.crm.sales.quotes import Quote, make_quote, paper_of
from groundwork.crm.sales.tests.test_quotes import at, priced
from groundwork.documents import docx
from groundwork.documents.tests.test_docx import template, texts
from groundwork.records.write import save_fields

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

    Firm.objects.update(country="PL")
    taxed = make_quote(deal, by=cast.anna, language="en")
    _parties, _facts, _lines, taxes, totals = Document(BytesIO(quote_docx(taxed, cast.anna))).tables

    held = paper_of(taxed, cast.anna)
    assert [[cell.text for cell in row.cells] for row in taxes.rows] == [held.tax_columns, *held.taxes]
    assert [[cell.text for cell in row.cells] for row in totals.rows] == [list(total) for total in held.totals]


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


def kept(name: str, pipeline: str = "") -> QuoteTemplate:
    """In use, without being looked at: that takes a second."""
    return QuoteTemplate.objects.create(content=template(f"{name} {{{{ number }}}}"), name=name, pipeline=pipeline)


def test_a_pipeline_has_a_template_of_its_own_and_without_one_that_of_the_firm(cast, as_user):
    fairs = Pipeline(name="Fairs", order=20).make(by=cast.adam, reason="A fair a year")
    invited = Stage(pipeline=fairs, name="Invited", order=10).make(by=cast.adam, reason="They come")
    client, deal, ours = as_user(cast.adam), priced(cast, 12, stage=invited.key), kept("OURS")
    first = make_quote(deal, by=cast.anna, language="en")

    client.post(f"{page()}?pipeline={fairs.key}", sent(template("FAIR {{ number }}")))
    second = make_quote(deal, by=cast.anna, language="en")
    usual = save_fields(deal, {"stage": sales().first_stage()}, by=cast.anna, version=deal.version + 2)
    third = make_quote(usual, by=cast.anna, language="en")

    fair = own_template(fairs.key).content
    made = [content_for(quote.pipeline, quote.made_at) for quote in (first, second, third)]
    assert made == [ours.content, fair, ours.content]
    assert texts(quote_docx(Quote.objects.get(pk=second.pk), cast.anna)) == [f"FAIR {deal.number}/2"]
    assert client.get(f"{page()}?pipeline=999").status_code == 404
    assert "Ours.docx, in use since" in client.get(f"{page()}?pipeline={fairs.key}").text
    client.post(f"{reverse('sales:quote_template_restore')}?pipeline={fairs.key}", {"reason": "One is enough"})
    assert content_for(fairs.key) == ours.content


def test_templates_travel_in_the_configuration_file_and_are_examined_there(cast):
    ours = kept("OURS")
    file = plan.export()
    kept("OTHER")

    applied = plan.apply(file, by=cast.adam, reason="As the other firm has it")

    assert (own_template().content, own_template().name) == (ours.content, "OURS")
    assert plan.roll_back(applied, by=cast.adam) == []
    assert own_template().name == "OTHER"
    assert plan.plan(plan.export(), by=cast.adam) == plan.Plan([], [])
    lines = ["groundwork: 1", "quote_templates:", "  pipeline / Sales:", "    file: x.docx", "    content: "]
    broken = b64encode(template("Dear {{ custmer }}")).decode()
    for content, said in ((broken, "no word “custmer”"), ("no base 64!", "no base64"), ("", "under “content”")):
        (fault,) = plan.plan("\n".join(lines) + content, by=cast.adam).faults
        assert fault.startswith("Line 5: ")
        assert said in fault
    lines[2] = "  pipeline / Moon:"
    (fault,) = plan.plan("\n".join(lines), by=cast.adam).faults
    assert fault.startswith("Line 3: Say whose template it is")
