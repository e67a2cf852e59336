"""The command ``groundwork`` as a person types it: what it prints, where, and with which exit code."""

import json

import pytest


def test_help_names_every_command_and_a_wrong_word_is_wrong_usage(installation):
    firm = installation()

    told = firm.must("--help")
    wrong = firm.run("frobnicate")

    for command in ("init", "demo", "serve", "worker", "user", "import", "report", "backup", "restore", "doctor"):
        assert command in told
    assert wrong.returncode == 2


def test_init_prints_a_one_time_address_until_there_is_an_administrator(installation):
    firm = installation(init=True)

    assert "http://localhost:8000/" in firm.must("init")
    firm.must("user", "add", "olga@example.com", "--role", "administrator", input="a long pass phrase\n")
    told = firm.must("init")

    assert "http://" not in told


def test_a_database_without_tables_is_met_with_what_to_do(installation):
    firm = installation()

    for command in (("serve", "--port", "8999"), ("report", "profit")):
        refused = firm.run(*command)

        assert refused.returncode == 1
        assert "groundwork init" in refused.stderr
        assert len(refused.stderr.strip().splitlines()) == 1


@pytest.mark.parametrize(
    ("email", "role", "password"),
    [
        ("olga@example.com", "nobody", "a long pass phrase"),
        ("olga", "administrator", "a long pass phrase"),
        ("olga@example.com", "administrator", "short"),
    ],
)
def test_a_user_who_cannot_be_added_is_refused_in_a_sentence(installation, email, role, password):
    firm = installation(init=True)

    refused = firm.run("user", "add", email, "--role", role, input=f"{password}\n")

    assert (refused.returncode, refused.stdout) == (1, "")
    assert refused.stderr.strip()
    assert "Traceback" not in refused.stderr


def test_the_demo_backs_up_and_restores_to_the_same_checksum_and_report(seed, installation, tmp_path):
    backup = tmp_path / "demo.zip"
    kept = seed.must("backup", backup)

    copy = installation()
    restored = copy.must("restore", backup)

    assert checksum(kept) == checksum(restored)
    assert checksum(copy.must("backup", tmp_path / "again.zip")) == checksum(kept)
    report = ("report", "profit", "--by", "month", "--json")
    assert json.loads(copy.must(*report)) == json.loads(seed.must(*report))
    again = copy.run("restore", backup)
    assert (again.returncode, "not empty" in again.stderr) == (1, True)


def test_doctor_says_what_is_wrong_before_and_after_init(installation):
    before = installation().run("doctor")
    after = installation(init=True).run("doctor")

    assert before.returncode == 1
    assert "groundwork init" in before.stdout
    wrong = [line for line in after.stdout.splitlines() if line.startswith("WRONG")]
    assert [line.split()[1] for line in wrong] == ["worker:"]


def checksum(told: str) -> str:
    return next(line.split()[1] for line in told.splitlines() if line.startswith("checksum"))
