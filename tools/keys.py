"""Writes docs/users/keys.md from the table that binds the keys (groundwork/ui/keys.py)."""

import os
from pathlib import Path

import django

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "groundwork.config.settings")
os.environ.setdefault("GROUNDWORK_DEBUG", "1")
django.setup()

from django.utils import translation  # noqa: E402

from groundwork.ui.keys import as_text  # noqa: E402

if __name__ == "__main__":
    with translation.override("en"):
        (Path(__file__).resolve().parent.parent / "docs/users/keys.md").write_text(as_text())
