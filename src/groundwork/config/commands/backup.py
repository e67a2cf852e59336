"""``groundwork backup FILE.zip``: every row as of one moment, and the files, with a checksum of each.

The same file restores on SQLite and on PostgreSQL. People go on working meanwhile. The signing key is not in it: it is
in ``secret.key`` of the home folder (or GROUNDWORK_SECRET_KEY) and is kept apart from backups on purpose; without it
everybody signs in anew.
"""

import argparse
import hashlib
import json
import os
import zipfile
from collections.abc import Callable
from pathlib import Path
from typing import IO

from django.conf import settings
from django.core.management.base import CommandError
from django.db.migrations.recorder import MigrationRecorder
from django.utils import timezone

from groundwork.config import logical
from groundwork.config.version import VERSION

FORMAT = 1


def run(args: argparse.Namespace) -> int:
    return write_to(Path(args.file))


def write_to(target: Path, portable: bool = False) -> int:
    """``put`` it at ``target`` and print what is in it; refused where there is a file already."""
    if target.exists():
        raise CommandError(f"{target} exists already.")
    manifest = put(target, portable)
    rows = sum(table["rows"] for table in manifest["tables"].values())
    print(f"{rows} rows, {len(manifest['files'])} files in {target}")
    print(f"checksum {manifest['digest']}")
    return 0


def put(target: Path, portable: bool = False, told: Callable[[int], None] = lambda more: None) -> dict:
    """Write ``target`` whole or not at all, readable by its owner only. The manifest, and ``told``, as in ``write``."""
    part = target.with_name(target.name + ".part")
    try:
        with open(os.open(part, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "wb") as file:
            manifest = write(file, portable, told)
            file.flush()
            os.fsync(file.fileno())
        part.replace(target)
    finally:
        part.unlink(missing_ok=True)
    return manifest


def write(file: IO[bytes], portable: bool = False, told: Callable[[int], None] = lambda more: None) -> dict:
    """Write the whole zip; the manifest comes last and is returned. ``portable``: for others, see ``logical``.

    ``told`` hears now and then how many more rows and files are written; what it raises ends the writing.
    """
    with zipfile.ZipFile(file, "w", zipfile.ZIP_DEFLATED, compresslevel=5) as archive, logical.snapshot():
        tables = {}
        for model in logical.kept_models(portable):
            name, count, sha = model._meta.db_table, 0, hashlib.sha256()
            with archive.open(f"tables/{name}.jsonl", "w", force_zip64=True) as out:
                for line in logical.lines(model, portable):
                    out.write(line)
                    sha.update(line)
                    count += 1
                    if count % logical.BATCH == 0:
                        told(logical.BATCH)
            told(count % logical.BATCH)
            tables[name] = {"rows": count, "sha256": sha.hexdigest()}
        manifest = {
            "format": FORMAT,
            "portable": portable,
            "groundwork": VERSION,
            "made_at": timezone.now().isoformat(),
            "migrations": applied(),
            "sequences": logical.sequences(portable),
            "tables": tables,
            "files": write_files(archive, told),
            "digest": logical.digest(tables),
        }
        if portable:
            described = logical.described(portable)
            archive.writestr("tables.json", json.dumps(described, indent=1, ensure_ascii=False))
        archive.writestr("manifest.json", json.dumps(manifest, indent=1, ensure_ascii=False))
    return manifest


def applied() -> list[str]:
    migrations = MigrationRecorder.Migration.objects.values_list("app", "name")
    return sorted(f"{app}.{name}" for app, name in migrations if name != "0001_tables")  # what it replaced is there too


def uploaded() -> list[Path]:
    return sorted(path for path in Path(settings.MEDIA_ROOT).rglob("*") if path.is_file() and not path.is_symlink())


def write_files(archive: zipfile.ZipFile, told: Callable[[int], None]) -> dict[str, str]:
    """The uploaded files. They are written once and never changed, so a file newer than the snapshot does no harm."""
    found, root = {}, Path(settings.MEDIA_ROOT)
    for path in uploaded():
        name = path.relative_to(root).as_posix()
        sha = hashlib.sha256()
        with path.open("rb") as source, archive.open(f"files/{name}", "w", force_zip64=True) as out:
            while chunk := source.read(1 << 20):
                out.write(chunk)
                sha.update(chunk)
        found[name] = sha.hexdigest()
        told(1)
    return found
