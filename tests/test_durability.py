"""Whatever is killed, and whenever: what was acknowledged is kept, and nothing is torn or doubled."""

import json
import subprocess
import sys
from pathlib import Path

import pytest

from groundwork.records.imports.testing import RETAIL, retail_rows, write_csv

ROOT = Path(__file__).resolve().parents[1]


@pytest.fixture
def firm(installation):
    made = installation(init=True)
    made.must("user", "add", "olga@example.com", "--role", "administrator", input="a long pass phrase\n")
    return made


def shaken(firm, *arguments: object) -> dict:
    command = [sys.executable, "-m", "tests.support.shaken", *map(str, arguments)]
    done = subprocess.run(command, cwd=ROOT, env=firm.environment, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr[-3000:]
    return json.loads(done.stdout.splitlines()[-1])


def saves_survive(firm, kills: int) -> None:
    found = shaken(firm, "writers", kills, 7)
    assert found["faults"] == []
    assert found["acknowledged"] > kills // 10  # how many there are depends on the machine


def imports_survive(firm, calm, folder: Path, kills: int) -> None:
    path = write_csv(folder / "register.csv", RETAIL, retail_rows(700))
    undisturbed = json.loads(calm.must("import", "invoices", path, "--json"))
    found = shaken(firm, "imports", kills, 7, path)
    assert found["faults"] == []
    assert found["halfway"] > kills // 10
    assert found["counts"] == undisturbed["by_type"]
    assert found["sums"] == undisturbed["sums"]
    for key in ("month", "product", "company"):
        report = ("report", "profit", "--by", key, "--json")
        assert firm.must(*report) == calm.must(*report)


def moves_survive(firm, kills: int, deals: int) -> None:
    found = shaken(firm, "moves", kills, 7, deals)
    assert found["faults"] == []
    assert found["halfway"] > kills // 10


def test_a_move_of_many_deals_killed_again_and_again_reaches_all_of_them_or_goes_back_whole(firm):
    moves_survive(firm, 10, 150)


@pytest.mark.soak
def test_a_move_of_five_thousand_deals_killed_again_and_again_reaches_all_or_goes_back_whole(firm):
    moves_survive(firm, 200, 5000)


def test_of_seventy_five_killed_writers_no_acknowledged_save_is_lost_and_no_record_is_torn(firm):
    saves_survive(firm, 75)


def test_an_import_killed_again_and_again_while_loaded_and_taken_back_ends_as_an_undisturbed_one(
    firm, installation, tmp_path
):
    calm = installation(init=True)
    calm.must("user", "add", "olga@example.com", "--role", "administrator", input="a long pass phrase\n")
    imports_survive(firm, calm, tmp_path, 25)


@pytest.mark.soak
def test_of_five_hundred_killed_writers_no_acknowledged_save_is_lost(firm):
    saves_survive(firm, 500)


@pytest.mark.soak
def test_an_import_killed_five_hundred_times_ends_as_an_undisturbed_one(firm, installation, tmp_path):
    calm = installation(init=True)
    calm.must("user", "add", "olga@example.com", "--role", "administrator", input="a long pass phrase\n")
    imports_survive(firm, calm, tmp_path, 500)
