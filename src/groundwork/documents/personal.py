"""What we hold about a person, to be printed or sent: the same as on the page, as PDF."""

from dataclasses import asdict

from django.utils.translation import get_language
from django.utils.translation import gettext as _

from groundwork.core.clock import now
from groundwork.core.languages import moment
from groundwork.documents.pdf import Sheet, render_sheet
from groundwork.records.models import Record
from groundwork.records.personal.facts import Format, formats
from groundwork.records.personal.told import sections


def sheet_of(record: Record, firm_name: str) -> Sheet:
    return Sheet(
        language=get_language() or "en", title=_("What we hold about %(record)s") % {"record": record},
        subtitle=f"{firm_name}, {moment(now())}", sections=[asdict(section) for section in sections(record)],
        nothing=_("Nothing"), page_word=_("page"),
    )  # fmt: skip


def as_pdf(record: Record, firm_name: str) -> bytes:
    return render_sheet(sheet_of(record, firm_name))


formats.add(Format("pdf", "PDF", "application/pdf", as_pdf))
