"""A paper becomes a PDF; what stands in it is data and never markup."""

import pytest

from groundwork.documents.pdf import Paper, render


def paper(**values) -> Paper:
    plain = {
        "language": "pl", "title": "Faktura FV/1", "seller": ["Hazel"], "buyer": ["Żółć"], "seller_word": "Sprzedawca",
        "buyer_word": "Nabywca", "facts": [("Data", "10.05.2026")], "columns": [("Nazwa", False), ("Netto", True)],
        "rows": [["Migdały", "10,00"]], "totals": [("Razem", "10,00 PLN")],
    }  # fmt: skip
    return Paper(**{**plain, **values})


@pytest.mark.parametrize("language", ["ru", "pl", "en"])
def test_a_paper_becomes_a_pdf_in_each_language(language):
    assert render(paper(language=language, watermark="draft")).startswith(b"%PDF-")


@pytest.mark.parametrize(
    "text", ["#panic()", "*bold* _it_ $x$ @ref <label>", '"); #read("/etc/passwd")', "\\ ` ` ` // /*", "Ё ł ₽ ₸ é 中"]
)
def test_no_value_is_read_as_markup(text):
    made = render(paper(title=text, seller=[text], buyer=[text], facts=[(text, text)], rows=[[text, text]] * 70))

    assert made.startswith(b"%PDF-")


def test_a_long_document_has_several_pages():
    assert len(render(paper(rows=[["Migdały", "1"]] * 200))) > len(render(paper()))
