"""Requirements that others wrote come in with their links, and the lists of what hangs in the air are right."""

import csv
import json

import pytest
from django.urls import reverse

from groundwork.access.models import Role, User
from groundwork.records.added.fields import make_field
from groundwork.records.imports.testing import counts, imported, public_data, undone, wrong
from groundwork.rollout.chain.coverage import Coverage
from groundwork.rollout.chain.look import Look
from groundwork.rollout.chain.orphans import needs_without_requirement, requirements_without_need
from groundwork.rollout.chain.presets.stories import Stories
from groundwork.rollout.discovery.models import Goal, Need
from groundwork.rollout.requirements.models import Requirement, RequirementNeed


def artefacts(folder, links, **levels):
    """A folder as others give it: a text file an artefact, and the links between the levels."""
    for level, names in levels.items():
        (folder / level).mkdir(parents=True)
        for name in names:
            (folder / level / f"{name}.txt").write_text(f"The system does {name}.")
    with (folder / "answer.csv").open("w", newline="") as file:
        csv.writer(file).writerows([("high", "low"), *links])
    return folder


def linked():
    rows = RequirementNeed.objects.values_list("need__statement", "requirement__statement")
    return {tuple(words.partition(":")[0] for words in row) for row in rows}


def test_two_levels_come_in_as_needs_and_what_answers_them(cast, tmp_path):
    links = [("F1", "S1"), ("F1", "S2"), ("F2", "S2"), ("F2", "S2")]
    folder = artefacts(tmp_path / "tools", links, high=["F1", "F2", "F3"], low=["S1", "S2", "S3"])

    job = imported(folder, "traced", by=cast.olga)
    again = imported(folder, "traced", by=cast.olga)

    assert linked() == {("F1", "S1"), ("F1", "S2"), ("F2", "S2")}
    assert [need.statement for need in needs_without_requirement(cast.olga)] == ["F3: The system does F3."]
    assert [one.statement for one in requirements_without_need(Look(cast.olga))] == ["S3: The system does S3."]
    assert (counts(job), counts(again)) == ((7, 0, 0), (0, 0, 7))
    undone(job, by=cast.olga)
    assert (linked(), Requirement.objects.current().count(), Need.objects.current().count()) == (set(), 0, 0)


def test_a_link_that_came_later_is_added(cast, tmp_path):
    imported(artefacts(tmp_path / "a" / "tools", [], high=["F1"], low=["S1"]), "traced", by=cast.olga)

    job = imported(artefacts(tmp_path / "b" / "tools", [("F1", "S1")], high=["F1"], low=["S1"]), "traced", by=cast.olga)

    assert (counts(job), linked()) == ((0, 1, 2), {("F1", "S1")})


def test_a_link_to_what_is_not_in_the_file_is_told(cast, tmp_path):
    folder = artefacts(tmp_path / "tools", [("F1", "S9"), ("F9", "S1")], high=["F1"], low=["S1", "S2"])

    job = imported(folder, "traced", by=cast.olga)

    assert linked() == set()
    assert len(wrong(job)) == 3  # S9, F9, and S1 which answers it
    assert [one.statement for one in Requirement.objects.all()] == ["S2: The system does S2."]


def test_a_story_told_twice_is_one_need(cast, tmp_path):
    story = "As a seller I want to see the margin so that I do not sell at a loss"
    (tmp_path / "stories.txt").write_text(f"{story}\n\n{story}\nAs a buyer I want colours\n")

    job = imported(tmp_path / "stories.txt", "stories", by=cast.olga)

    assert counts(job) == (2, 0, 0)
    assert [value for _words, value in job_told(job)] == ["3", "2", "0", "1"]
    assert {need.author for need in Need.objects.all()} == {cast.olga}


def test_a_text_that_is_no_stories_is_left_to_others(tmp_path):
    for content in (b"", b"\x98\xff As a seller I", b"name;city\nAs a;1\n"):
        (tmp_path / "a.txt").write_bytes(content)
        assert not Stories.claims(tmp_path / "a.txt")


def job_told(job):
    from groundwork.records.imports.layouts import layouts

    return layouts[job.layout](job).told()


# ── public data


@pytest.mark.parametrize(("name", "links"), [("WARC", 136), ("CM1-NASA", 45)])
def test_the_links_and_gaps_of_public_requirements_are_right(cast, name, links):
    path = public_data("requirements-traceability") / f"{name}.zip"
    told = json.loads((path.parent / "expected.json").read_text())[name]

    job = imported(path, "traced", by=cast.olga)

    answered = {high for high, _low in linked()}, {low for _high, low in linked()}
    assert (RequirementNeed.objects.count(), len(linked())) == (links, told["links"])
    assert (Need.objects.count(), Requirement.objects.count()) == (told["high"], told["low"])
    assert needs_without_requirement(cast.olga).count() == told["high"] - len(answered[0]) == 3
    assert len(requirements_without_need(Look(cast.olga))) == told["low"] - len(answered[1])
    assert (wrong(job), {one.level for one in Coverage(cast.olga).standings}) == ([], {0})


def test_public_user_stories_are_needs_and_their_roles_are_counted(cast):
    folder = public_data("requirements-user-stories")
    expected, found = json.loads((folder / "expected.json").read_text()), {}
    for path in sorted(folder.glob("*.txt")):
        job = imported(path, "stories", by=cast.olga)
        about = job.about
        found[path.name] = (about["stories"], about["stories"] - about["no_reason"], about["roles"], about["no_role"])
        assert wrong(job) == []

    assert found == {
        name: (told["stories"], told["with_so_that"], told["distinct_roles"] - bool(told["no_role"]), told["no_role"])
        for name, told in expected.items()
    }


def test_public_labelled_requirements_are_filtered_by_their_class(cast, as_user):
    path = public_data("requirements-promise-nfr") / "nfr.csv"
    told = json.loads((path.parent / "expected.json").read_text())
    cast.olga.roles.add(Role.objects.get(key="administrator"))
    olga = User.objects.get(pk=cast.olga.pk)
    field = make_field(
        "requirement", kind="choice", label="Class", choices=list(told["by_class"]), filterable=True, by=olga,
        reason="To tell functions from qualities",
    )  # fmt: skip

    job = imported(path, "labelled", by=olga)

    key = next(key for key, label in field.options if label == "F")
    page = as_user(olga).get(reverse("records:list", args=["requirement"]), {f"f.{field.key}": key})
    of_class = Requirement.objects.filter(**{f"extra__{field.key}": key}).count()
    assert (Requirement.objects.count(), of_class, Goal.objects.count()) == (told["requirements"], 255, 15)
    assert page.status_code == 200
    assert not Requirement.objects.filter(statement__startswith="'").exists()
    assert wrong(job) == []
