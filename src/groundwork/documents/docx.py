"""Papers in Word, from a template that the firm made itself.

The template is a document of Word with words in double braces: ``{{ title }}``. It comes from users and is treated as
an attack: ``docx_child`` reads and fills it as a process of its own, and says what is wrong with it and where.
"""

import json
import subprocess
import sys
from functools import cache
from io import BytesIO
from pathlib import Path
from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import gettext_noop

from groundwork.core.refusals import Refusal

CHILD = Path(__file__).with_name("docx_child.py")
CHILD_MEMORY, CHILD_SECONDS, PATIENCE = 600_000_000, 10, 30  # bytes, of computing, of waiting
MOST_TEMPLATE = 5_000_000  # bytes

LINE = ("no", "name", "unit", "quantity", "price", "discount", "net")
TAX = ("rate", "net", "vat", "gross")
SHAPE: dict[str, Any] = {
    **dict.fromkeys(
        ("title", "number", "day", "valid_until", "currency", "total", "vat", "gross", "text", "language", "person",
         "seller_word", "buyer_word"), "",
    ),
    "seller": [""], "buyer": [""], "columns": [""], "lines": [dict.fromkeys(LINE, "")],
    "totals": [{"words": "", "amount": ""}], "facts": [{"label": "", "value": ""}],
    "taxes": [dict.fromkeys(TAX, "")], "tax_columns": [""],
}  # fmt: skip

SENTENCES = {
    "no word": gettext_noop("This is no document of Word (.docx), or it is damaged: save it anew in Word."),
    "large": gettext_noop("The template, or what it makes, is too large: take smaller pictures and fewer pages."),
    "slow": gettext_noop("The template takes too long to fill: make it simpler."),
    "macros": gettext_noop("The template has macros: save it as .docx, without them."),
    "object": gettext_noop("The template holds something that is no text, table or picture: take out “%(place)s”."),
    "elsewhere": gettext_noop(
        "The template fetches something from elsewhere (%(near)s): put the picture into it, or detach its own template."
    ),
    "field": gettext_noop("The template has the field “%(word)s”, which may fetch or run something: take it out."),
    "entities": gettext_noop("The template declares entities, which Word never does: save it anew in Word."),
    "failed": gettext_noop("The template cannot be filled: save it anew in Word, or begin from the built-in one."),
    "deep": gettext_noop("In %(place)s too much stands within each other: make it simpler."),
    "broken": gettext_noop("In %(place)s, near “%(near)s”: a tag is broken. A tag looks like {{ title }}."),
    "open": gettext_noop(
        "In %(place)s a tag is opened and not closed: {%% for %%} needs {%% endfor %%}, and {%% if %%} {%% endif %%}."
    ),
    "unknown": gettext_noop("In %(place)s, near “%(near)s”: there is no word “%(word)s”. See the list of words."),
    "a list": gettext_noop("In %(place)s, near “%(near)s”: “%(word)s” is a list; go through it with {%% for %%}."),
    "no list": gettext_noop("In %(place)s, near “%(near)s”: “%(word)s” is no list that {%% for %%} could go through."),
    "loops": gettext_noop("In %(place)s, near “%(near)s”: at most two {%% for %%} stand within each other."),
    "not allowed": gettext_noop("In %(place)s, near “%(near)s”: “%(word)s” may not stand in a template."),
}
PLACES = {
    "document": gettext_noop("the text"), "header": gettext_noop("the header"), "footer": gettext_noop("the footer"),
    "footnotes": gettext_noop("the footnotes"), "properties": gettext_noop("the properties of the document"),
}  # fmt: skip


def fill(template: bytes, said: dict) -> bytes:
    """The template with what is said, as a document of Word. ``said`` has the words of SHAPE, all of them texts ready
    to print. Refused, with the place, where the template cannot be filled or is not safe to give out."""
    if len(template) > MOST_TEMPLATE:
        raise refusal({"why": "large"})
    asked = {"shape": SHAPE, "said": said, "memory": CHILD_MEMORY, "seconds": CHILD_SECONDS}
    try:
        child = subprocess.run(  # noqa: S603 - our own program
            [sys.executable, "-I", str(CHILD)], input=json.dumps(asked).encode() + b"\n" + template,
            stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, timeout=PATIENCE, check=False, cwd="/",
            env={"LC_ALL": "C.UTF-8"},
        )  # fmt: skip
    except subprocess.TimeoutExpired:
        raise refusal({"why": "slow"}) from None
    head, _line, made = child.stdout.partition(b"\n")
    if child.returncode or not head:
        raise refusal({"why": "slow" if child.returncode < 0 else "large"})
    if told := json.loads(head):
        raise refusal(told)
    return made


def examine(template: bytes, sample: dict) -> None:
    """Refused unless the template can be filled, and every word in it is known."""
    fill(template, sample)


def refusal(told: dict[str, str]) -> Refusal:
    about = {"place": "", "near": "", "word": "", **told}
    known = PLACES.get(about["place"].rstrip("0123456789"))
    about["place"] = _(known) if known else about["place"] or _("the document")
    sentence = SENTENCES[about["why"]]
    return Refusal(_(sentence) % about)


# ── the template of the product


@cache
def builtin() -> bytes:
    """The product's own template: what a firm begins with."""
    from docx import Document
    from docx.shared import Mm, Pt

    paper = Document()
    page = paper.sections[0]
    page.page_width, page.page_height = Mm(210), Mm(297)
    page.left_margin = page.right_margin = Mm(20)
    page.top_margin = page.bottom_margin = Mm(18)
    paper.styles["Normal"].font.name = "Calibri"
    paper.styles["Normal"].font.size = Pt(10)
    paper.styles["Normal"].paragraph_format.space_after = Pt(4)
    paper.core_properties.title, paper.core_properties.author = "{{ title }}", "{{ seller[0] }}"
    written(paper.add_paragraph(), "{{ title }}", size=20, bold=True, after=10)
    _parties(paper)
    _facts(paper)
    _lines(paper)
    _taxes(paper)
    _totals(paper)
    written(paper.add_paragraph(), "{{ text }}", before=12)
    written(paper.add_paragraph(), "{{ person }}", before=12)
    written(page.footer.paragraphs[0], "{{ title }} · {{ seller[0] }}", size=8, gray=True)
    made = BytesIO()
    paper.save(made)
    return made.getvalue()


def written(paragraph, text: str, *, size=None, bold=False, gray=False, right=False, before=0, after=None):
    from docx.enum.text import WD_ALIGN_PARAGRAPH
    from docx.shared import Pt, RGBColor

    run = paragraph.add_run(text)
    run.bold = bold
    if size:
        run.font.size = Pt(size)
    if gray:
        run.font.color.rgb = RGBColor(0x6B, 0x6B, 0x6B)
    if right:
        paragraph.alignment = WD_ALIGN_PARAGRAPH.RIGHT
    paragraph.paragraph_format.space_before = Pt(before)
    if after is not None:
        paragraph.paragraph_format.space_after = Pt(after)
    return paragraph


def _parties(paper) -> None:
    cells = _table(paper, (85, 85), lined=False).rows[0].cells
    for cell, name in zip(cells, ("seller", "buyer"), strict=True):
        written(cell.paragraphs[0], f"{{% if {name} %}}{{{{ {name}_word }}}}{{% endif %}}", size=8, gray=True, after=0)
        written(cell.add_paragraph(), f"{{%p for line in {name} %}}")
        first = "{% if loop.first %}{{ line }}{% endif %}"
        line = written(cell.add_paragraph(), first, bold=True, after=0)
        line.add_run("{% if not loop.first %}{{ line }}{% endif %}")
        written(cell.add_paragraph(), "{%p endfor %}")
        written(cell.add_paragraph(), "")
    paper.add_paragraph().paragraph_format.space_after = _points(0)


def _facts(paper) -> None:
    table = _table(paper, (40, 130), lined=False)
    _loop(table, "fact in facts", ("{{ fact.label }}", "{{ fact.value }}"), gray={0})
    paper.add_paragraph().paragraph_format.space_after = _points(2)


def _lines(paper) -> None:
    table = _table(paper, (10, 56, 14, 20, 22, 24, 24), lined=True)
    for place, cell in enumerate(table.rows[0].cells):
        written(cell.paragraphs[0], f"{{{{ columns[{place}] }}}}", size=8, bold=True, right=_is_number(place), after=2)
    _repeats(table.rows[0])
    cells = [f"{{{{ line.{name} }}}}" for name in LINE]
    _loop(table, "line in lines", cells, right={place for place in range(len(LINE)) if _is_number(place)}, begun=True)


def _taxes(paper) -> None:
    """VAT by rate; nothing at all of a paper that says none."""
    written(paper.add_paragraph(), "{%p if taxes %}", after=0)
    paper.add_paragraph().paragraph_format.space_after = _points(0)  # else Word makes one table of the two
    table = _table(paper, (20, 30, 30, 30), lined=True)
    table.alignment = _right()
    for place, cell in enumerate(table.rows[0].cells):
        written(cell.paragraphs[0], f"{{{{ tax_columns[{place}] }}}}", size=8, bold=True, right=place > 0, after=2)
    _loop(table, "tax in taxes", [f"{{{{ tax.{name} }}}}" for name in TAX], right={1, 2, 3}, begun=True)
    written(paper.add_paragraph(), "{%p endif %}", after=0)


def _totals(paper) -> None:
    paper.add_paragraph().paragraph_format.space_after = _points(0)  # else Word makes one table of the two
    table = _table(paper, (120, 50), lined=False)
    cells = ("{{ total.words }}", "{{ total.amount }}")
    _loop(table, "total in totals", cells, right={0, 1}, bold=True, size=12)


def _is_number(place: int) -> bool:
    return LINE[place] not in ("name", "unit")


def _right():
    from docx.enum.table import WD_TABLE_ALIGNMENT

    return WD_TABLE_ALIGNMENT.RIGHT


def _points(count: int):
    from docx.shared import Pt

    return Pt(count)


def _loop(table, what: str, texts, *, right=frozenset(), gray=frozenset(), bold=False, size=None, begun=False) -> None:
    """A row for each: the rows with the tags are gone from the paper."""
    row = table.add_row() if begun else table.rows[0]
    written(row.cells[0].paragraphs[0], f"{{%tr for {what} %}}")
    for place, (cell, text) in enumerate(zip(table.add_row().cells, texts, strict=True)):
        written(
            cell.paragraphs[0], text, right=place in right, gray=place in gray, bold=bold, size=size, before=2, after=3
        )
    written(table.add_row().cells[0].paragraphs[0], "{%tr endfor %}")


def _table(paper, widths: tuple[int, ...], *, lined: bool):
    """One row; widths in millimetres; lined between the rows only."""
    from docx.oxml import parse_xml
    from docx.oxml.ns import nsdecls
    from docx.shared import Mm

    table = paper.add_table(1, len(widths))
    table.autofit = False
    for column, width in zip(table.columns, widths, strict=True):
        column.width = Mm(width)
        for cell in column.cells:
            cell.width = Mm(width)
    if lined:
        side = '<w:{0} w:val="single" w:sz="4" w:color="BFBFBF"/>'
        sides = "".join(side.format(name) for name in ("top", "bottom", "insideH"))
        table._tbl.tblPr.append(parse_xml(f"<w:tblBorders {nsdecls('w')}>{sides}</w:tblBorders>"))
    return table


def _repeats(row) -> None:
    """On every page on which the table goes on."""
    from docx.oxml import OxmlElement

    row._tr.get_or_add_trPr().append(OxmlElement("w:tblHeader"))
