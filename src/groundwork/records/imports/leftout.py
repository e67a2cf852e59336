"""The rows of a file that were left out, as they stand in it: for mending."""

from collections.abc import Iterator
from pathlib import Path

from django.utils.translation import gettext as _

from groundwork.core.refusals import Refusal
from groundwork.records.imports.layouts import Layout, layouts, row_at
from groundwork.records.imports.models import ImportJob, Staged
from groundwork.records.imports.readers import sources


def left_out(job: ImportJob) -> Iterator[list[str]]:
    """The file's header, then each row that was not taken, with the reason in the last column. A document that has one
    wrong row is there with all its rows. Where the file is gone or is no table: what is kept of the wrong rows."""
    layout = layouts[job.layout](job)
    if not layout.is_mapped or not Path(job.path).exists():
        yield from _kept(job)
        return
    reasons = {
        (row.file, row.line): f"{row.column}: {row.reason}" if row.column else row.reason for row in job.bad_rows.all()
    }
    reason, with_document = _("What is wrong"), _("left out with its document")
    keys = set(job.staged.filter(verdict=Staged.Verdict.BAD).values_list("key", flat=True))
    header_given = False
    for source in sources(Path(job.path)):
        try:
            opened = layout.open(source)
            places = layout.places(opened.header, source.name)
            if not header_given:
                yield [*opened.header, reason]
                header_given = True
            width = len(opened.header)
            for line, cells in opened.rows:
                why = reasons.get((source.name, line)) or (
                    with_document if _belongs(layout, cells, places, keys) else ""
                )
                if why:
                    yield [
                        *cells[:width],
                        *[""] * (width - len(cells)),
                        why + "".join(f" | {cell}" for cell in cells[width:] if cell),
                    ]
        except Refusal:
            return


def _belongs(layout: Layout, cells: list[str], places: dict[str, list[int]], keys: set[str]) -> bool:
    key = layout.key_of(row_at(cells, places))
    return bool(key) and key in keys


def _kept(job: ImportJob) -> Iterator[list[str]]:
    yield [_("File"), _("Line"), _("Column"), _("Value"), _("What is wrong")]
    for row in job.bad_rows.iterator():
        yield [row.file, str(row.line), row.column, row.value, row.reason]
