"""Rows out of a file: CSV, a zip or folder of CSVs, XLSX. Streams; never holds a file in memory.

Sizes are read from a zip's directory before anything is unpacked, and enforced while reading.
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
from pathlib import Path

from django.utils.translation import gettext as _

from groundwork.core.languages import folded
from groundwork.core.refusals import Refusal

MOST_BYTES = 2 * 1024**3  # of all files together, unpacked
MOST_RATIO = 300  # unpacked / packed; real tables reach 30
MOST_SHEET_BYTES = 400 * 1024**2  # of a workbook, unpacked
MOST_CELL = 200_000  # signs
MOST_LINE = 4 * MOST_CELL
MOST_COLUMNS = 500
MOST_FILES = 2000
CHILD_MEMORY = 1024**3  # bytes of address space
CHILD_SECONDS = 120
DAMAGED = (zipfile.BadZipFile, zlib.error, EOFError, OSError, ValueError, NotImplementedError, RuntimeError)


@dataclass
class Source:
    """A readable table file inside what was given: its name, and how to open it."""

    name: str
    kind: str  # "csv" or "xlsx"
    path: Path
    member: str = ""  # of a zip


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
        raise Refusal(_("“%(name)s” is an old Excel file: save it as XLSX or CSV.") % {"name": path.name})
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
    is_workbook = "xl/workbook.xml" in names or "xl/workbook.bin" in names
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


def open_source(source: Source, encoding: str = "", separator: str = "") -> Opened:
    if source.kind == "xlsx":
        return _open_sheet(source)
    if not encoding:
        encoding = _detect_encoding(source)
    if not separator:
        with _text(source, encoding) as text:
            try:
                separator = _detect_separator(text)
            except UnicodeDecodeError as error:
                raise not_in(encoding, source, 1) from error
    reader = _csv_rows(source, encoding, separator)
    header = next(reader, (0, []))[1]
    return Opened(
        [name.strip() for name in header], reader, {"encoding": encoding.replace("-sig", ""), "separator": separator}
    )


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


def _text(source: Source, encoding: str):
    return io.TextIOWrapper(_bytes(source), encoding=encoding, errors="strict", newline="")


def _detect_encoding(source: Source) -> str:
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
    cyrillic = len(re.findall("[а-яё]{2,}", sample.decode("windows-1251", "replace").lower()))
    polish = len(re.findall("[a-z][ąćęłńóśźż]|[ąćęłńóśźż][a-z]", sample.decode("windows-1250", "replace").lower()))
    return "windows-1251" if cyrillic >= polish else "windows-1250"


def _detect_separator(text) -> str:
    first = text.readline(20_000)
    return max(",;\t|", key=first.count) if any(sign in first for sign in ",;\t|") else ","


def _csv_rows(source: Source, encoding: str, separator: str) -> Iterator[tuple[int, list[str]]]:
    csv.field_size_limit(MOST_CELL)
    with _text(source, encoding) as text:
        lines = Lines(text, source.name)
        reader = csv.reader(lines, delimiter=separator, strict=False)
        before = 0
        while True:
            try:
                row = next(reader)
            except StopIteration:
                return
            except csv.Error as error:
                raise unreadable(source.name, before + 1) from error
            except UnicodeDecodeError as error:
                raise not_in(encoding, source, before + 1) from error
            line, before = before + 1, reader.line_num
            if lines.ended:  # and the row was not complete before
                raise unreadable(source.name, line)
            if len(row) > MOST_COLUMNS:
                raise Refusal(
                    _("%(name)s, line %(line)s: more than %(most)s columns.")
                    % {"name": source.name, "line": line, "most": MOST_COLUMNS}
                )
            if any(row):
                yield line, [plain_cell(cell) for cell in row]


def unreadable(name: str, line: int) -> Refusal:
    return Refusal(
        _("%(name)s, line %(line)s: a cell is too long or a quote is not closed.") % {"name": name, "line": line}
    )


class Lines:
    """The lines of a text, none endless and none with a NUL; ``ended`` once it was asked for a line after the last."""

    def __init__(self, text, name: str):
        self.text, self.name, self.number, self.ended = text, name, 0, False

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


def plain_cell(cell: str) -> str:
    """Takes off exactly what our exports put before a cell that a spreadsheet would run as a formula."""
    return cell[1:] if len(cell) > 1 and cell[0] == "'" and cell[1] in "=+-@\t\r" else cell


CHILD = """
import json, resource, sys
resource.setrlimit(resource.RLIMIT_AS, (int(sys.argv[2]),) * 2)
resource.setrlimit(resource.RLIMIT_CPU, (int(sys.argv[3]),) * 2)
from python_calamine import CalamineWorkbook
book = CalamineWorkbook.from_path(sys.argv[1])
sheet = book.get_sheet_by_index(0)
for number, row in enumerate(sheet.iter_rows(), 1):
    cells = []
    for value in row:
        if isinstance(value, float) and value.is_integer():
            value = int(value)
        elif hasattr(value, "isoformat"):
            value = value.isoformat(" ") if hasattr(value, "hour") and hasattr(value, "year") else value.isoformat()
        cells.append(str(value))
    if any(cells):
        print(json.dumps([number, cells]))
"""


def _open_sheet(source: Source) -> Opened:
    rows = _sheet_rows(source)
    header = next(rows, (0, []))[1]
    return Opened([name.strip() for name in header], rows, {"encoding": "XLSX", "separator": ""})


def _sheet_rows(source: Source) -> Iterator[tuple[int, list[str]]]:
    """The first sheet's rows, read by a child process with bounded memory and time."""
    command = [sys.executable, "-c", CHILD, str(source.path), str(CHILD_MEMORY), str(CHILD_SECONDS)]
    with subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True) as child:  # noqa: S603
        try:
            for text in child.stdout:
                line, row = json.loads(text)
                if len(row) > MOST_COLUMNS or any(len(cell) > MOST_CELL for cell in row):
                    raise Refusal(
                        _("%(name)s, line %(line)s: a cell is too long or there are too many columns.")
                        % {"name": source.name, "line": line}
                    )
                yield line, [plain_cell(cell.replace("\x00", "")) for cell in row]
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
    places = {folded(name).replace("_", " "): place for place, name in reversed(list(enumerate(header)))}
    found = {}
    for key, names in wanted.items():
        for name in names:
            if (place := places.get(folded(str(name)).replace("_", " "))) is not None:
                found[key] = place
                break
    return found


def columns_twice(header: list[str], places: dict[str, int]) -> list[str]:
    """The found columns that the header has a second time: which of the two is meant nobody can tell."""
    names = [folded(name).replace("_", " ") for name in header]
    return [header[place] for place in places.values() if names.count(names[place]) > 1]
