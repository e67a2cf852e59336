"""``groundwork restore FILE.zip``: load a backup or an export into an empty database, all of it or nothing.

Refused: a database with users in it, a damaged file, a backup of another version (install that one, restore, upgrade).
"""

import argparse
import hashlib
import json
import sys
import zipfile
from pathlib import Path

from django.conf import settings
from django.contrib.auth import get_user_model
from django.core.management import call_command
from django.core.management.base import CommandError
from django.db import connection, transaction

from groundwork.background.schedules import wind_up
from groundwork.background.setup import on_restore
from groundwork.config import logical
from groundwork.config.commands.backup import FORMAT, applied


def run(args: argparse.Namespace) -> int:
    try:
        archive = zipfile.ZipFile(args.file)
    except zipfile.BadZipFile as fault:
        raise CommandError(f"{args.file} is not a backup: {fault}") from fault
    with archive:
        manifest = read_manifest(archive)
        prepare(manifest)
        with connection.constraint_checks_disabled(), transaction.atomic():
            load(archive, manifest)
        restore_files(archive, manifest)
    for _key, step in on_restore:
        step(sys.stdout)
    wind_up()
    rows = sum(table["rows"] for table in manifest["tables"].values())
    print(f"{rows} rows, {len(manifest['files'])} files restored")
    print(f"checksum {manifest['digest']} (the same as in the {'export' if manifest.get('portable') else 'backup'})")
    if manifest.get("portable"):
        print("An export has no passwords. Give the first one by: groundwork user password EMAIL")
    return 0


def read_manifest(archive: zipfile.ZipFile) -> dict:
    try:
        manifest = json.loads(archive.read("manifest.json"))
    except (KeyError, ValueError) as fault:
        raise CommandError("The file has no manifest: it is not a backup, or was cut off.") from fault
    if manifest.get("format") != FORMAT:
        raise CommandError(f"The backup has format {manifest.get('format')}; this version reads format {FORMAT}.")
    return manifest


def prepare(manifest: dict) -> None:
    """Make the tables, and refuse unless they are the backup's and hold nobody."""
    if "django_migrations" in connection.introspection.table_names() and holds_users():
        raise CommandError("The database is not empty. Restore into a new one (DATABASE_URL or GROUNDWORK_HOME).")
    call_command("migrate", interactive=False, verbosity=0)
    call_command("createcachetable", verbosity=0)
    if different := set(manifest["migrations"]) ^ set(applied()):
        raise CommandError(
            f"The backup was made by Groundwork {manifest['groundwork']}, whose tables differ "
            f"({sorted(different)[0]} …). "
            "Install that version, restore there, then upgrade."
        )


def holds_users() -> bool:
    user = get_user_model()
    return user._meta.db_table in connection.introspection.table_names() and user._base_manager.exists()


def load(archive: zipfile.ZipFile, manifest: dict) -> None:
    """Every row, then the proof: the database must have the checksum of the backup, else nothing is kept."""
    logical.empty()
    for model in logical.kept_models():
        if model._meta.db_table in manifest["tables"]:
            with archive.open(f"tables/{model._meta.db_table}.jsonl") as rows:
                logical.load(model, rows)
    logical.set_sequences(manifest["sequences"])
    found = logical.digests(manifest.get("portable", False))
    if logical.digest(found) != manifest["digest"]:
        wrong = [name for name, table in manifest["tables"].items() if found.get(name) != table]
        raise CommandError(
            f"The backup is damaged: the rows of {', '.join(wrong)} differ from its checksum. Nothing was restored."
        )
    connection.check_constraints()


def restore_files(archive: zipfile.ZipFile, manifest: dict) -> None:
    root = Path(settings.MEDIA_ROOT).resolve()
    for name, expected in manifest["files"].items():
        path = (root / name).resolve()
        if not path.is_relative_to(root):
            raise CommandError(f"The backup names a file outside its folder: {name}")
        path.parent.mkdir(parents=True, exist_ok=True)
        sha = hashlib.sha256()
        with archive.open(f"files/{name}") as source, path.open("wb") as out:
            while chunk := source.read(1 << 20):
                out.write(chunk)
                sha.update(chunk)
        if sha.hexdigest() != expected:
            raise CommandError(f"The file {name} of the backup is damaged. The rows are restored, this file is not.")
