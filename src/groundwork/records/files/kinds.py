"""What may be attached, and whether a file is what its name says: told by its first bytes, never by the browser."""

import re
import unicodedata
import zipfile
from collections.abc import Callable
from dataclasses import dataclass
from typing import IO

HEAD = 4096
LONGEST_NAME = 150
INSIDE = 2000  # parts of an office document looked through; one with more is none


@dataclass(frozen=True)
class Kind:
    """``mime`` is what the file leaves as; ``fits(head, file)`` looks at its content; a picture is shown."""

    mime: str
    fits: Callable[[bytes, IO[bytes]], bool]
    is_picture: bool = False


def begins(*signs: bytes, at: int = 0) -> Callable[[bytes, IO[bytes]], bool]:
    return lambda head, file: any(head[at:].startswith(sign) for sign in signs)


def is_webp(head: bytes, file: IO[bytes]) -> bool:
    return head[:4] == b"RIFF" and head[8:12] == b"WEBP"


def is_heic(head: bytes, file: IO[bytes]) -> bool:
    return head[4:8] == b"ftyp" and head[8:12] in (b"heic", b"heix", b"mif1", b"msf1")


def is_text(head: bytes, file: IO[bytes]) -> bool:
    """Plain text in any usual encoding: no control signs but tabs and line ends."""
    if head[:2] in (b"\xff\xfe", b"\xfe\xff"):  # UTF-16, as Excel saves it
        return True
    return not re.search(rb"[\x00-\x08\x0e-\x1a\x1c-\x1f]", head)


def zipped(*needed: str) -> Callable[[bytes, IO[bytes]], bool]:
    """A zip that holds one of these names; an office document with macros inside is refused."""

    def fits(head: bytes, file: IO[bytes]) -> bool:
        if not head.startswith(b"PK"):
            return False
        try:
            with zipfile.ZipFile(file) as archive:
                names = archive.namelist()
        except (zipfile.BadZipFile, OSError, ValueError, NotImplementedError):
            return False
        if len(names) > INSIDE or any(name.lower().endswith("vbaproject.bin") for name in names):
            return False
        return any(name in needed for name in names)

    return fits


def plain_zip(head: bytes, file: IO[bytes]) -> bool:
    return head.startswith((b"PK\x03\x04", b"PK\x05\x06"))


OLE = begins(b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1")
OPEN = zipped("mimetype")
OFFICE = "application/vnd.openxmlformats-officedocument."
ODF = "application/vnd.oasis.opendocument."
KINDS: dict[str, Kind] = {
    "pdf": Kind("application/pdf", begins(b"%PDF-")),
    "png": Kind("image/png", begins(b"\x89PNG\r\n\x1a\n"), is_picture=True),
    "jpg": Kind("image/jpeg", begins(b"\xff\xd8\xff"), is_picture=True),
    "jpeg": Kind("image/jpeg", begins(b"\xff\xd8\xff"), is_picture=True),
    "gif": Kind("image/gif", begins(b"GIF87a", b"GIF89a"), is_picture=True),
    "webp": Kind("image/webp", is_webp, is_picture=True),
    "heic": Kind("image/heic", is_heic),
    "tif": Kind("image/tiff", begins(b"II*\x00", b"MM\x00*")),
    "tiff": Kind("image/tiff", begins(b"II*\x00", b"MM\x00*")),
    "docx": Kind(OFFICE + "wordprocessingml.document", zipped("word/document.xml")),
    "xlsx": Kind(OFFICE + "spreadsheetml.sheet", zipped("xl/workbook.xml")),
    "pptx": Kind(OFFICE + "presentationml.presentation", zipped("ppt/presentation.xml")),
    "odt": Kind(ODF + "text", OPEN),
    "ods": Kind(ODF + "spreadsheet", OPEN),
    "odp": Kind(ODF + "presentation", OPEN),
    "doc": Kind("application/msword", OLE),
    "xls": Kind("application/vnd.ms-excel", OLE),
    "ppt": Kind("application/vnd.ms-powerpoint", OLE),
    "msg": Kind("application/vnd.ms-outlook", OLE),
    "rtf": Kind("application/rtf", begins(b"{\\rtf")),
    "txt": Kind("text/plain", is_text),
    "csv": Kind("text/csv", is_text),
    "eml": Kind("message/rfc822", is_text),
    "ics": Kind("text/calendar", begins(b"BEGIN:VCALENDAR", b"\xef\xbb\xbfBEGIN:VCALENDAR")),
    "vcf": Kind("text/vcard", begins(b"BEGIN:VCARD", b"\xef\xbb\xbfBEGIN:VCARD")),
    "zip": Kind("application/zip", plain_zip),
    "7z": Kind("application/x-7z-compressed", begins(b"7z\xbc\xaf\x27\x1c")),
    "mp3": Kind("audio/mpeg", begins(b"ID3", b"\xff\xfb", b"\xff\xf3", b"\xff\xf2")),
    "mp4": Kind("video/mp4", begins(b"ftyp", at=4)),
    "wav": Kind("audio/wav", begins(b"RIFF")),
}


PICTURES = {kind.mime for kind in KINDS.values() if kind.is_picture}


def ending_of(name: str) -> str:
    return name.rpartition(".")[2].lower() if "." in name else ""


def kind_of(name: str, file: IO[bytes]) -> Kind | None:
    """The kind that the name says, where the content agrees; None for any other file."""
    kind = KINDS.get(ending_of(name))
    file.seek(0)
    head = file.read(HEAD)
    fits = kind is not None and bool(head) and kind.fits(head, file)
    file.seek(0)
    return kind if fits else None


def plain_name(name: str) -> str:
    """The name without folders, control signs and signs that turn the reading direction ("fdp.exe" read backwards)."""
    last = re.split(r"[\\/]", name)[-1]
    kept = "".join(sign for sign in last if unicodedata.category(sign)[0] != "C")
    stem, dot, ending = kept.strip(" .").rpartition(".")
    return f"{stem[: LONGEST_NAME - len(ending) - 1]}{dot}{ending}" if dot else ending[:LONGEST_NAME]
