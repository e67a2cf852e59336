"""The command ``groundwork`` as a person types it: what it prints, where, and with which exit code."""

import json
import zipfile

import pytest

from tests.support.servers import postgres_url


def test_help_names_every_command_and_a_wrong_word_is_wrong_usage(installation):
    firm = installation()

    told = firm.must("--help")
    wrong = firm.run("frobnicate")

    for command in ("init", "demo", "serve", "worker", "user", "import", "report", "backup", "export", "restore"):
        assert command in told
    for command in ("upgrade", "blueprint", "doctor"):
        assert command in told
    assert wrong.returncode == 2


@pytest.mark.on_sqlite("words are the same")
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


@pytest.mark.on_sqlite("words are the same")
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


@pytest.mark.on_sqlite("words are the same")
def test_doctor_says_what_is_wrong_before_and_after_init(installation):
    before = installation().run("doctor")
    after = installation(init=True).run("doctor")

    assert before.returncode == 1
    assert "groundwork init" in before.stdout
    wrong = [line for line in after.stdout.splitlines() if line.startswith("WRONG")]
    assert [line.split()[1] for line in wrong] == ["worker:"]


@pytest.mark.on_sqlite("the firm in one file is asked on both by its own tests")
def test_what_is_exported_loads_to_the_same_checksum_and_holds_no_secret(seed, installation, tmp_path):
    told = seed.must("export", tmp_path / "firm.zip")

    copy = installation()
    loaded = copy.must("restore", tmp_path / "firm.zip")

    assert checksum(copy.must("export", tmp_path / "again.zip")) == checksum(told) == checksum(loaded)
    report = ("report", "profit", "--by", "month", "--json")
    assert json.loads(copy.must(*report)) == json.loads(seed.must(*report))
    with zipfile.ZipFile(tmp_path / "firm.zip") as archive:
        people = [json.loads(line) for line in archive.read("tables/access_user.jsonl").splitlines()]
        described = json.loads(archive.read("tables.json"))
        tables = {name.removeprefix("tables/").removesuffix(".jsonl") for name in archive.namelist() if "jsonl" in name}
    assert {person["password"] for person in people} == {""}
    assert set(described) == tables
    assert not tables & {"django_session", "background_run", "records_use", "access_invitation"}
    assert copy.must("user", "password", "anna@demo.example", input="another long phrase\n").strip() in seed.people


OLD = ("sessions", "django_q")  # nothing points at their tables: taken away, they make a database of yesterday


def made_old(firm) -> None:
    for room in OLD:
        firm.must("manage", "migrate", room, "zero")


def test_an_upgrade_is_rehearsed_on_a_copy_and_then_done_with_a_copy_to_return_to(installation):
    firm = installation(init=True)
    firm.must("user", "add", "olga@example.com", "--role", "administrator", input="a long pass phrase\n")
    made_old(firm)

    rehearsed = firm.must("upgrade", "--rehearse")
    untouched = firm.run("doctor").stdout
    upgraded = firm.must("upgrade")

    assert "not touched" in rehearsed
    assert "migrations are not applied. Run: groundwork upgrade" in untouched
    assert "is ready" in upgraded
    assert "not applied" not in firm.run("doctor").stdout
    assert len(list((firm.home / "backups").iterdir())) == 1
    assert "already" in firm.must("upgrade")


def test_a_failed_upgrade_puts_everything_back(installation, tmp_path):
    firm = installation(init=True)
    made_old(firm)
    firm.execute("CREATE TABLE django_session (surprise text)")
    firm.execute("INSERT INTO django_session VALUES ('somebody made this by hand')")
    rows = firm.rows("SELECT app, name FROM django_migrations ORDER BY id")

    for words in (["--rehearse"], []):
        failed = firm.run("upgrade", *words)

        assert failed.returncode == 1
        assert "django_session" in failed.stderr
        assert "Traceback" not in failed.stderr
        assert firm.rows("SELECT app, name FROM django_migrations ORDER BY id") == rows
        assert firm.rows("SELECT surprise FROM django_session") == [("somebody made this by hand",)]


def test_without_the_programs_of_postgresql_an_upgrade_is_refused_before_anything_is_touched(installation, monkeypatch):
    firm = installation(init=True)
    made_old(firm)
    rows = firm.rows("SELECT app, name FROM django_migrations ORDER BY id")
    monkeypatch.setenv("PATH", "/nowhere")

    for words in (["--rehearse"], []):
        done = firm.run("upgrade", *words)

        if not postgres_url():  # SQLite needs none of them
            assert done.returncode == 0
            continue
        assert done.returncode == 1
        assert "pg_dump and psql of PostgreSQL must be installed here" in done.stderr
        assert len(done.stderr.strip().splitlines()) == 1
        assert firm.rows("SELECT app, name FROM django_migrations ORDER BY id") == rows
        assert not (firm.home / "backups").exists()


def test_nobody_upgrades_under_a_running_server(fresh_server):
    refused = fresh_server.run("upgrade")

    assert refused.returncode == 1
    assert "stop it first" in refused.stderr


@pytest.mark.on_sqlite("its own tests ask it on both")
def test_the_configuration_of_one_firm_is_planned_and_applied_in_another(installation, tmp_path):
    here, there = installation(init=True), installation(init=True)
    for firm in (here, there):
        firm.must("user", "add", "olga@example.com", "--role", "administrator", input="a long pass phrase\n")
    change, whole = tmp_path / "change.yaml", tmp_path / "whole.yaml"
    change.write_text("groundwork: 1\nroles: {Warehouse: {reason: They pack, rights: {product: {view: all}}}}")

    here.must("blueprint", "apply", change, "--reason", "They asked for it")
    here.must("blueprint", "export", whole)
    planned = there.must("blueprint", "plan", whole)
    there.must("blueprint", "apply", whole, "--reason", "As in the other firm")

    assert "+ roles: Warehouse" in planned
    assert "Nothing to do" in there.must("blueprint", "plan", whole)
    change.write_text(here.must("blueprint", "template", "agency"))
    assert "+ types: Project idea" in there.must("blueprint", "plan", change)
    change.write_text("groundwork: 1\nroles: {Warehouse: {colour: red}}\nbells: {}")
    refused = there.run("blueprint", "apply", change, "--reason", "Why not")
    assert (refused.returncode, len(refused.stderr.strip().splitlines())) == (1, 2)


def checksum(told: str) -> str:
    return next(line.split()[1] for line in told.splitlines() if line.startswith("checksum"))
