"""Rows out of a file: CSV, a zip or folder of CSVs, XLSX. Streams; never holds a file in memory.

How a file is written (encoding, separator, header row, sheet) is found out; ``Reading`` overrides it. Sizes are read
from a zip's directory before anything is unpacked, and enforced while reading.
"""

import codecs
import csv
import io
import json
import re
import subprocess
import sys
import zipfile
import zlib
from collections.abc import Iterator
from dataclasses import dataclass, field
from functools import lru_cache
from itertools import chain, islice
from pathlib import Path

from django.utils.translation import gettext as _

from groundwork.core.languages import folded
from groundwork.core.refusals import Refusal
from groundwork.core.spreadsheet import unguarded

MOST_BYTES = 2 * 1024**3  # of all files together, unpacked
MOST_RATIO = 300  # unpacked / packed; real tables reach 30
MOST_SHEET_BYTES = 400 * 1024**2  # of a workbook, unpacked
MOST_CELL = 200_000  # signs
MOST_LINE = 4 * MOST_CELL
MOST_COLUMNS = 500
MOST_FILES = 2000
CHILD_MEMORY = 1024**3  # bytes of address space
CHILD_SECONDS = 120
PEEKED = 30  # rows among which the header is looked for
NO_HEADER = "none"
ENCODINGS = ("utf-8", "windows-1251", "windows-1250", "windows-1252", "cp866", "utf-16")
SEPARATORS = (",", ";", "\t", "|")
SAYS_SEPARATOR = re.compile(r'\ufeff?"?sep=(.)"?[\r\n]*$')
SAYS_NOTHING = re.compile(r"[_.:;*?!\"'«»„”()\[\]]+")
DAMAGED = (zipfile.BadZipFile, zlib.error, EOFError, OSError, ValueError, NotImplementedError, RuntimeError)


@dataclass
class Source:
    """A readable table file inside what was given: its name, and how to open it."""

    name: str
    kind: str  # "csv" or "xlsx"
    path: Path
    member: str = ""  # of a zip


@dataclass(frozen=True)
class Reading:
    """What a person said about how the file is written; what is empty is found out."""

    encoding: str = ""
    separator: str = ""
    header: str = ""  # number of its line; "none": the file has no header
    sheet: str = ""  # of a workbook

    @classmethod
    def of(cls, options: dict) -> "Reading":
        return cls(**{name: str(options.get(name) or "") for name in ("encoding", "separator", "header", "sheet")})


@dataclass
class Opened:
    """What was found out about a file, and its rows as (line, cells)."""

    header: list[str]
    rows: Iterator[tuple[int, list[str]]]
    about: dict = field(default_factory=dict)


def sources(path: Path) -> list[Source]:
    """The table files of a file, zip or folder, in the order of their names. Refused where there is none."""
    if path.is_dir():
        found = [
            source
            for child in sorted(path.iterdir())
            if child.suffix.lower() in (".csv", ".zip", ".xlsx") and not is_byproduct(child.name)
            for source in sources(child)
        ]
    elif not path.is_file():
        raise Refusal(_("There is no file “%(name)s”.") % {"name": path.name})
    elif path.stat().st_size == 0:
        raise Refusal(_("The file “%(name)s” is empty.") % {"name": path.name})
    else:
        found = _in_file(path)
    if not found:
        raise Refusal(_("“%(name)s” holds no CSV or XLSX table.") % {"name": path.name})
    return found


def _in_file(path: Path) -> list[Source]:
    with path.open("rb") as file:
        start = file.read(8192)
    if start.startswith(b"PK\x03\x04"):
        return _in_zip(path)
    if start.startswith(b"PK\x05\x06"):
        return []
    if start.startswith(b"\xd0\xcf\x11\xe0"):
        raise Refusal(
            _("“%(name)s” is an old Excel file or has a password: save it as XLSX or CSV without one.")
            % {"name": path.name}
        )
    if not start.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)) and _is_binary(start):
        raise Refusal(
            _("“%(name)s” is not a table: give a CSV or XLSX file, or a zip of CSV files.") % {"name": path.name}
        )
    return [Source(path.name, "csv", path)]


def _is_binary(start: bytes) -> bool:
    if start.startswith((b"%PDF", b"\x89PNG", b"GIF8", b"\xff\xd8\xff", b"\x7fELF", b"Rar!", b"7z\xbc\xaf")):
        return True
    control = sum(byte < 9 or 13 < byte < 32 for byte in start)
    return control > len(start) // 50


def _in_zip(path: Path) -> list[Source]:
    try:
        with zipfile.ZipFile(path) as archive:
            members = [member for member in archive.infolist() if not member.is_dir()]
    except DAMAGED as error:
        raise damaged(path.name) from error
    names = {member.filename for member in members}
    parts = {name.replace("\\", "/").lower() for name in names}  # some tools write Windows paths
    is_workbook = "[content_types].xml" in parts and any("/workbook." in f"/{part}" for part in parts)
    _refuse_explosion(path, members, MOST_SHEET_BYTES if is_workbook else MOST_BYTES)
    if is_workbook:
        _refuse_lies(path)
        return [Source(path.name, "xlsx", path)]
    tables = sorted(name for name in names if name.lower().endswith(".csv") and not is_byproduct(name))
    return [Source(f"{path.name}/{name}", "csv", path, name) for name in tables]


def is_byproduct(name: str) -> bool:
    """What macOS packs beside every file (``__MACOSX/._x.csv``), and the locks of open workbooks."""
    return "__MACOSX" in name.split("/") or name.rpartition("/")[2].startswith(("._", ".~", "~$"))


def damaged(name: str) -> Refusal:
    return Refusal(_("“%(name)s” is damaged: it cannot be unpacked.") % {"name": name})


def _refuse_lies(path: Path) -> None:
    """Unpack a workbook once, within the sizes it declares: the child that reads it trusts them."""
    try:
        with zipfile.ZipFile(path) as archive:
            wrong = archive.testzip()
    except DAMAGED as error:
        raise damaged(path.name) from error
    if wrong:
        raise damaged(path.name)


def _refuse_explosion(path: Path, members: list[zipfile.ZipInfo], most: int) -> None:
    unpacked = sum(member.file_size for member in members)
    packed = path.stat().st_size  # not the sum of what the members say: they may overlap
    big_and_dense = unpacked > 20 * 1024**2 and unpacked / packed > MOST_RATIO
    if len(members) > MOST_FILES or unpacked > most or big_and_dense or any(member.flag_bits & 1 for member in members):
        raise Refusal(
            _("“%(name)s” would unpack to %(size)s MB: it is refused. Split it, or save it anew without empty rows.")
            % {"name": path.name, "size": unpacked // 1024**2}
        )


class Bounded(io.RawIOBase):
    """Reads no more than was declared: a zip's directory may lie."""

    def __init__(self, inner, most: int, name: str):
        self.inner, self.left, self.name = inner, most, name

    def readable(self):
        return True

    def readinto(self, buffer):
        try:
            data = self.inner.read(min(len(buffer), self.left + 1))
        except DAMAGED as error:
            raise damaged(self.name) from error
        if len(data) > self.left:
            raise damaged(self.name)
        self.left -= len(data)
        buffer[: len(data)] = data
        return len(data)


def open_source(source: Source, reading: Reading | None = None, known: frozenset[str] = frozenset()) -> Opened:
    """The header and the rows after it. ``known`` are folded names of columns: a row with several is a header."""
    how = reading or Reading()
    if source.kind == "xlsx":
        about: dict = {"encoding": "XLSX", "separator": ""}
        rows = _sheet_rows(source, how.sheet, about)
    else:
        encoding = how.encoding or detect_encoding(source)
        encoding = "utf-8-sig" if encoding == "utf-8" else encoding
        said, separator = _separator(source, encoding, how.separator)
        rows = _csv_rows(source, encoding, separator, skip=1 if said else 0)
        about = {"encoding": encoding.replace("-sig", ""), "separator": separator}
    return _with_header(rows, how.header, known, about)


def _with_header(rows, asked: str, known: frozenset[str], about: dict) -> Opened:
    first = list(islice(rows, PEEKED))
    if asked == NO_HEADER:
        width = max((len(cells) for _line, cells in first), default=0)
        about["header_line"] = NO_HEADER
        return Opened(
            [_("Column %(number)s") % {"number": place + 1} for place in range(width)], chain(first, rows), about
        )
    place = _header_place(first, asked, known)
    line, header = first[place] if first else (0, [])
    about |= {"header_line": str(line), "above": [_joined(cells) for _line, cells in first[:place]]}
    return Opened([" ".join(name.split()) for name in header], chain(first[place + 1 :], rows), about)


def _header_place(first: list[tuple[int, list[str]]], asked: str, known: frozenset[str]) -> int:
    """The row asked for; else that with most known names, two at least; else the first that is not a lone title."""
    if asked:
        found = [place for place, (line, _cells) in enumerate(first) if str(line) == asked]
        if not found:
            raise Refusal(_("There is no header in line %(line)s of the file.") % {"line": asked})
        return found[0]
    names = [sum(key_of(cell) in known for cell in cells if cell) for _line, cells in first]
    if max(names, default=0) >= 2 and names[0] < 2:
        return names.index(max(names))
    filled = [sum(map(bool, cells)) for _line, cells in first]
    if filled and filled[0] == 1 and names[0] == 0:
        return next((place for place, count in enumerate(filled) if count > 1), 0)
    return 0


def _joined(cells: list[str]) -> str:
    return " ".join(filter(None, cells))[:120]


@lru_cache(maxsize=8192)
def key_of(name: str) -> str:
    """A column's name for comparing: letters folded, signs that tell nothing as a space (``Tel. kom.:`` is tel kom)."""
    return " ".join(SAYS_NOTHING.sub(" ", folded(name)).split()) or " ".join(folded(name).split())


def not_in(encoding: str, source: Source, line: int) -> Refusal:
    return Refusal(
        _("%(name)s, line %(line)s: the text is not in the encoding %(encoding)s. Save the file as UTF-8.")
        % {"name": source.name, "line": _fault(source, encoding) or line, "encoding": encoding.replace("-sig", "")}
    )


def _fault(source: Source, encoding: str) -> int:
    """The line with the byte that is no letter (text is decoded in chunks, which begin earlier); 0: not known."""
    if encoding == "utf-16":
        return 0
    with _bytes(source) as file:
        for number, line in enumerate(iter(lambda: file.readline(MOST_LINE), b""), 1):
            try:
                line.decode(encoding)
            except UnicodeDecodeError:
                return number
    return 0


def _bytes(source: Source):
    if not source.member:
        return source.path.open("rb")
    try:
        archive = zipfile.ZipFile(source.path)
        info = archive.getinfo(source.member)
        return io.BufferedReader(Bounded(archive.open(info), info.file_size, source.name), 65536)
    except DAMAGED as error:
        raise damaged(source.name) from error


def text_of(source: Source, encoding: str):
    return io.TextIOWrapper(_bytes(source), encoding=encoding, errors="strict", newline="")


def detect_encoding(source: Source) -> str:
    """UTF-8 where the whole file is; else windows-1251 or windows-1250, by which gives more letters of its language."""
    with _bytes(source) as file:
        start = file.read(4)
    if start.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)):
        return "utf-16"
    decoder = codecs.getincrementaldecoder("utf-8")()
    sample = b""
    with _bytes(source) as file:
        try:
            while chunk := file.read(1 << 20):
                decoder.decode(chunk)
            decoder.decode(b"", final=True)
            return "utf-8-sig"
        except UnicodeDecodeError:
            sample = chunk
    return likeliest(sample)


LETTERS = {  # what tells a language where its letters stand in an old code page
    "windows-1251": r"[а-яёА-ЯЁ]{2,}",
    "cp866": r"[а-яёА-ЯЁ]{2,}",
    "windows-1250": r"(?<=[A-Za-z])[ąćęłńóśźżĄĆĘŁŃÓŚŹŻ]|[ąćęłńóśźżĄĆĘŁŃÓŚŹŻ](?=[A-Za-z])",
    "windows-1252": r"(?<=[A-Za-z])[àâçèéêëîïñôùûüäöåæøãõßòìíáúó]|[ÀÂÇÈÉÊËÎÏÑÔÙÛÜÄÖÅÆØ](?=[A-Za-z])",
}


def likeliest(sample: bytes) -> str:
    """The old code page in which the bytes give most letters of its language; a guess, which is shown."""
    score = {
        encoding: sum(map(len, re.findall(pattern, sample.decode(encoding, "replace"))))
        for encoding, pattern in LETTERS.items()
    }
    return max(score, key=lambda encoding: score[encoding])


def _separator(source: Source, encoding: str, asked: str) -> tuple[bool, str]:
    """(is there a line ``sep=;``, the separator)"""
    with text_of(source, encoding) as text:
        try:
            first = text.readline(20_000)
            if said := SAYS_SEPARATOR.match(first):
                return True, asked or said[1]
            return False, asked or _detect_separator([first, *(text.readline(20_000) for _ in range(PEEKED))])
        except UnicodeDecodeError as error:
            raise not_in(encoding, source, 1) from error


def _detect_separator(lines: list[str]) -> str:
    """The sign that the first line with any has most often, outside quotes."""
    for line in lines:
        bare = re.sub(r'"[^"]*"', "", line)
        if any(sign in bare for sign in SEPARATORS):
            return max(SEPARATORS, key=bare.count)
    return ","


def _csv_rows(source: Source, encoding: str, separator: str, skip: int = 0) -> Iterator[tuple[int, list[str]]]:
    csv.field_size_limit(MOST_CELL)
    with text_of(source, encoding) as text:
        for _line in range(skip):
            text.readline()
        lines = Lines(text, source.name, skip)
        reader = csv.reader(lines, delimiter=separator, strict=False)
        before = skip
        while True:
            try:
                row = next(reader)
            except StopIteration:
                return
            except csv.Error as error:
                raise unreadable(source.name, before + 1) from error
            except UnicodeDecodeError as error:
                raise not_in(encoding, source, before + 1) from error
            line, before = before + 1, skip + reader.line_num
            if lines.ended:  # and the row was not complete before
                raise unreadable(source.name, line)
            if len(row) > MOST_COLUMNS:
                raise Refusal(
                    _("%(name)s, line %(line)s: more than %(most)s columns.")
                    % {"name": source.name, "line": line, "most": MOST_COLUMNS}
                )
            if any(row):
                yield line, [unguarded(cell) for cell in row]


def unreadable(name: str, line: int) -> Refusal:
    return Refusal(
        _("%(name)s, line %(line)s: a cell is too long or a quote is not closed.") % {"name": name, "line": line}
    )


class Lines:
    """The lines of a text, none endless and none with a NUL; ``ended`` once it was asked for a line after the last."""

    def __init__(self, text, name: str, number: int = 0):
        self.text, self.name, self.number, self.ended = text, name, number, False

    def __iter__(self):
        return self

    def __next__(self) -> str:
        line = self.text.readline(MOST_LINE)
        self.number += 1
        if not line:
            self.ended = True
            raise StopIteration
        if "\x00" in line:
            raise Refusal(
                _("%(name)s, line %(line)s: a NUL byte, which no table has. Save the file anew.")
                % {"name": self.name, "line": self.number}
            )
        if len(line) == MOST_LINE:
            raise unreadable(self.name, self.number)
        return line


CHILD = """
import json, resource, sys
from datetime import date, datetime
from decimal import Decimal
resource.setrlimit(resource.RLIMIT_AS, (int(sys.argv[2]),) * 2)
resource.setrlimit(resource.RLIMIT_CPU, (int(sys.argv[3]),) * 2)
from python_calamine import CalamineWorkbook, SheetTypeEnum, SheetVisibleEnum
def plain(value):
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, (int, float)):  # fifteen digits, as a spreadsheet shows it: 0.1 + 0.2 is 0.3
        text = format(Decimal(format(value, ".15g")), "f")
        return "0" if text == "-0" else text
    if isinstance(value, datetime):
        return value.isoformat(" ") if value.time() != datetime.min.time() else value.date().isoformat()
    return value.isoformat() if hasattr(value, "isoformat") else str(value)
book = CalamineWorkbook.from_path(sys.argv[1])
names = [s.name for s in book.sheets_metadata
         if s.visible == SheetVisibleEnum.Visible and s.typ == SheetTypeEnum.WorkSheet] or book.sheet_names[:1]
sheet = None
for name in [sys.argv[4]] if sys.argv[4] in names else names:
    sheet = book.get_sheet_by_name(name)
    if sheet.end is not None:
        break
print(json.dumps([names, sheet.name if sheet else ""]))
for number, row in enumerate(sheet.iter_rows() if sheet else (), 1):
    cells = [plain(value) for value in row]
    while cells and not cells[-1]:
        cells.pop()
    if any(cells):
        print(json.dumps([number, cells]))
"""


def _sheet_rows(source: Source, sheet: str, about: dict) -> Iterator[tuple[int, list[str]]]:
    """A sheet's rows, read by a child process with bounded memory and time: the sheet asked for, else the first
    visible one that has any. ``about`` learns the names of the sheets."""
    command = [sys.executable, "-c", CHILD, str(source.path), str(CHILD_MEMORY), str(CHILD_SECONDS), sheet]
    with subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True) as child:  # noqa: S603
        try:
            if first := child.stdout.readline():
                about["sheets"], about["sheet"] = json.loads(first)
                about["sheets"] = about["sheets"][:50]
            for text in child.stdout:
                line, row = json.loads(text)
                if len(row) > MOST_COLUMNS or any(len(cell) > MOST_CELL for cell in row):
                    raise Refusal(
                        _("%(name)s, line %(line)s: a cell is too long or there are too many columns.")
                        % {"name": source.name, "line": line}
                    )
                yield line, [unguarded(cell.replace("\x00", "")) for cell in row]
            if child.wait() != 0:
                raise Refusal(
                    _("“%(name)s” cannot be read as a workbook, or is too large for one: save it as CSV.")
                    % {"name": source.name}
                )
        finally:
            if child.poll() is None:
                child.kill()


def column_places(header: list[str], wanted: dict[str, tuple[str, ...]]) -> dict[str, int]:
    """Where each wanted column stands: by the first of its names that the header has, letters folded."""
    places = {key_of(name): place for place, name in reversed(list(enumerate(header)))}
    found = {}
    for key, names in wanted.items():
        for name in names:
            if (place := places.get(key_of(str(name)))) is not None:
                found[key] = place
                break
    return found


def columns_twice(header: list[str], places: list[int]) -> list[str]:
    """The found columns that the header has a second time: which of the two is meant nobody can tell."""
    names = [key_of(name) for name in header]
    return [header[place] for place in places if names.count(names[place]) > 1]
