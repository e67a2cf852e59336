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
MOST_COLUMNS = 500
MOST_FILES = 2000
CHILD_MEMORY = 2 * 1024**3  # bytes of address space
CHILD_SECONDS = 120
ENCODINGS = ("utf-8-sig", "windows-1251", "windows-1250")


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
            if child.suffix.lower() in (".csv", ".zip", ".xlsx")
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
    except (zipfile.BadZipFile, OSError, ValueError) as error:
        raise Refusal(_("“%(name)s” is damaged: it cannot be unpacked.") % {"name": path.name}) from error
    names = {member.filename for member in members}
    is_workbook = "xl/workbook.xml" in names or "xl/workbook.bin" in names
    _refuse_explosion(path, members, MOST_SHEET_BYTES if is_workbook else MOST_BYTES)
    if is_workbook:
        return [Source(path.name, "xlsx", path)]
    tables = sorted(member.filename for member in members if member.filename.lower().endswith(".csv"))
    return [Source(f"{path.name}/{name}", "csv", path, name) for name in tables]


def _refuse_explosion(path: Path, members: list[zipfile.ZipInfo], most: int) -> None:
    unpacked = sum(member.file_size for member in members)
    packed = max(1, sum(member.compress_size for member in members), path.stat().st_size)
    big_and_dense = unpacked > 20 * 1024**2 and unpacked / packed > MOST_RATIO
    if len(members) > MOST_FILES or unpacked > most or big_and_dense or any(member.flag_bits & 1 for member in members):
        raise Refusal(
            _("“%(name)s” would unpack to %(size)s MB: it is refused. Split it, or save it anew without empty rows.")
            % {"name": path.name, "size": unpacked // 1024**2}
        )


class Bounded(io.RawIOBase):
    """Reads no more than was declared: a zip's directory may lie."""

    def __init__(self, inner, most: int):
        self.inner, self.left = inner, most

    def readable(self):
        return True

    def readinto(self, buffer):
        data = self.inner.read(min(len(buffer), self.left + 1))
        if len(data) > self.left:
            raise Refusal(_("The file unpacks to more than it says: it is refused."))
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
            separator = _detect_separator(text)
    reader = _csv_rows(source, encoding, separator)
    header = next(reader, (0, []))[1]
    return Opened(
        [name.strip() for name in header], reader, {"encoding": encoding.replace("-sig", ""), "separator": separator}
    )


def _bytes(source: Source):
    if not source.member:
        return source.path.open("rb")
    archive = zipfile.ZipFile(source.path)
    info = archive.getinfo(source.member)
    return io.BufferedReader(Bounded(archive.open(info), info.file_size), 65536)


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
        except zipfile.BadZipFile as error:
            raise Refusal(_("“%(name)s” is damaged: it cannot be unpacked.") % {"name": source.name}) from error
    cyrillic = len(re.findall("[а-яё]{2,}", sample.decode("windows-1251", "replace").lower()))
    polish = len(re.findall("[a-z][ąćęłńóśźż]|[ąćęłńóśźż][a-z]", sample.decode("windows-1250", "replace").lower()))
    return "windows-1251" if cyrillic >= polish else "windows-1250"


def _detect_separator(text) -> str:
    first = text.readline(20_000)
    return max(",;\t|", key=first.count) if any(sign in first for sign in ",;\t|") else ","


def _csv_rows(source: Source, encoding: str, separator: str) -> Iterator[tuple[int, list[str]]]:
    csv.field_size_limit(MOST_CELL)
    with _text(source, encoding) as text:
        reader = csv.reader(_without_nul(text, source), delimiter=separator, strict=False)
        before = 0
        while True:
            try:
                row = next(reader)
            except StopIteration:
                return
            except csv.Error as error:
                raise Refusal(
                    _("%(name)s, line %(line)s: a cell is too long or a quote is not closed.")
                    % {"name": source.name, "line": before + 1}
                ) from error
            except UnicodeDecodeError as error:
                raise Refusal(
                    _("%(name)s, line %(line)s: the text is not in the encoding %(encoding)s. Save the file as UTF-8.")
                    % {"name": source.name, "line": before + 1, "encoding": encoding.replace("-sig", "")}
                ) from error
            line, before = before + 1, reader.line_num
            if len(row) > MOST_COLUMNS:
                raise Refusal(
                    _("%(name)s, line %(line)s: more than %(most)s columns.")
                    % {"name": source.name, "line": line, "most": MOST_COLUMNS}
                )
            if any(row):
                yield line, [plain_cell(cell) for cell in row]


def _without_nul(text, source: Source) -> Iterator[str]:
    for number, line in enumerate(iter(lambda: text.readline(MOST_CELL * 4), ""), 1):
        if "\x00" in line:
            raise Refusal(
                _("%(name)s, line %(line)s: a NUL byte, which no table has. Save the file anew.")
                % {"name": source.name, "line": number}
            )
        yield line


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
first = sheet.start[0] if sheet.start else 0
for number, row in enumerate(sheet.iter_rows(), 1):
    cells = []
    for value in row:
        if isinstance(value, float) and value.is_integer():
            value = int(value)
        elif hasattr(value, "isoformat"):
            value = value.isoformat(" ") if hasattr(value, "hour") and hasattr(value, "year") else value.isoformat()
        cells.append(str(value))
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
                if any(row):
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
    """Where each wanted column stands: by its own name or one of its other names, letters folded."""
    places = {folded(name).replace("_", " "): place for place, name in reversed(list(enumerate(header)))}
    found = {}
    for key, names in wanted.items():
        for name in (key, *names):
            if (place := places.get(folded(str(name)).replace("_", " "))) is not None:
                found[key] = place
                break
    return found
