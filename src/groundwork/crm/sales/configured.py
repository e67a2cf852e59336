"""Pipelines with their stages, and the firm's words about deals, in a configuration file.

A built-in one is called by its English name in a file of any language.
"""

from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from groundwork.access.configured import is_yes
from groundwork.blueprint.plan import Act, Facts, Section, sections, wrong
from groundwork.core.refusals import Refusal
from groundwork.crm.sales.deals import NEEDED, Deal
from groundwork.crm.sales.pipelines import Category, Ordered, Outcome, Pipeline, Stage, Word, sales
from groundwork.records.added.configured import (
    choice_in,
    in_use_of,
    joined,
    number_in,
    parted,
    plain_name,
    put_in_use,
    reasons_of,
    travels,
)

WHERE_NEEDED = "where_needed"  # said by a template: it goes out of use unless open deals stand in it
LONGEST, LONGEST_DAYS = 60, 3650
STAGE_FACTS = ("place", "deals_are", "probability", "expected_days", "idle_days", "forecast", "asks_for")


def by_name(rows) -> dict[str, Any]:
    """Where several had a name, that in use, else the newest."""
    return {row.name: row for row in sorted(rows, key=lambda row: (row.retired_at is None, row.pk))}


def place_in(facts: Facts, others) -> int:
    return number_in(facts, "place") if "place" in facts else max((row.order for row in others), default=0) + 10


def kept(row: Ordered, said: dict[str, Any], act: Act, reason: str) -> None:
    """Made, or changed to what is said."""
    if row.pk:
        row.change(said, by=act.by, reason=reason)
        return
    for name, value in said.items():
        setattr(row, name, value)
    row.make(by=act.by, reason=reason)


# ── pipelines


def read_pipelines() -> dict[str, Facts]:
    reasons = reasons_of(Pipeline.KIND)
    rows = by_name(sales().pipelines.values())
    return {name: about_pipeline(row, reasons.get(row.element_key, "")) for name, row in rows.items()}


def about_pipeline(row: Pipeline, reason: str) -> Facts:
    stages = {stage.name: about_stage(stage) for stage in sales().stages_of(row.key)}
    return {"reason": reason, "in_use": in_use_of(row), "place": str(row.order), "stages": stages}


def about_stage(stage: Stage) -> Facts:
    facts = {
        "place": stage.order, "deals_are": stage.outcome, "probability": stage.probability,
        "expected_days": stage.expected_days, "idle_days": stage.idle_days, "forecast": stage.category,
    }  # fmt: skip
    told: Facts = {name: str(value) for name, value in facts.items() if value is not None}
    return told | ({"asks_for": list(stage.needs)} if stage.needs else {})


def write_pipeline(name: str, facts: Facts, act: Act) -> None:
    """All of a pipeline: a stage that the facts leave out goes out of use, unless open deals stand in it."""
    reason, held = facts.get("reason") or act.reason, by_name(Pipeline.objects.all())
    row = held.get(name) or Pipeline(name=plain_name(name, LONGEST))
    kept(row, {"order": place_in(facts, held.values())}, act, reason)
    stages = facts.get("stages") or {}
    if not isinstance(stages, dict):
        raise wrong(_("Names and what belongs to each are expected here."), "stages")
    for stage_name, said in stages.items():
        write_stage(row, stage_name, said, act, reason)
    for stage in Stage.objects.filter(pipeline=row, retired_at=None).exclude(name__in=stages):
        stage.retire(by=act.by, reason=reason)
    if not Stage.objects.filter(pipeline=row, retired_at=None, outcome=Outcome.OPEN).exists():
        raise wrong(_("Deals begin in an open stage: give the pipeline one."), "stages")
    if facts.get("in_use") != WHERE_NEEDED:
        put_in_use(row, facts, act)
    elif not row.retired_at and not Deal.objects.current().filter(pipeline=row.key, state=Outcome.OPEN).exists():
        row.retire(by=act.by, reason=reason)


def write_stage(pipeline: Pipeline, name: str, facts: Any, act: Act, reason: str) -> None:
    said, held = said_of(facts, name), by_name(Stage.objects.filter(pipeline=pipeline))
    row = held.get(name) or Stage(pipeline=pipeline, name=plain_name(name, LONGEST))
    others = [stage for stage in held.values() if stage.pk != row.pk]
    if row.retired_at:
        row.restore(by=act.by, reason=reason)
    kept(row, said | {"order": said["order"] or place_in({}, others)}, act, reason)


def said_of(facts: Any, stage: str) -> dict[str, Any]:
    """What a file says of a stage. What is wrong is said with the path to it."""
    if not isinstance(facts, dict):
        raise wrong(_("Names and what belongs to each are expected here."), "stages", stage)
    for name in facts:
        if name not in STAGE_FACTS:
            words = _("Nothing is called “%(name)s” here. There are: %(names)s.")
            raise wrong(words % {"name": name, "names": ", ".join(STAGE_FACTS)}, "stages", stage, name)
    numbers = {name: number_in(facts, name) if name in facts else None for name in STAGE_FACTS[2:5]}
    for name, value in numbers.items():
        least, most = (0, 100) if name == "probability" else (1, LONGEST_DAYS)
        if value is not None and not least <= value <= most:
            raise wrong(_("“%(value)s” does not fit here.") % {"value": value}, "stages", stage, name)
    needs = facts.get("asks_for") or []
    if not isinstance(needs, list) or set(map(str, needs)) - set(NEEDED):
        words = _("A stage asks for some of these: %(names)s.")
        raise wrong(words % {"names": ", ".join(NEEDED)}, "stages", stage, "asks_for")
    return {
        "order": number_in(facts, "place") if "place" in facts else 0,
        "outcome": choice_in(facts, "deals_are", list(Outcome), Outcome.OPEN),
        "probability": numbers["probability"] or 0, "expected_days": numbers["expected_days"],
        "idle_days": numbers["idle_days"], "category": choice_in(facts, "forecast", list(Category), Category.PIPELINE),
        "needs": needs,
    }  # fmt: skip


def pipeline_element(name: str) -> str:
    row = by_name(Pipeline.objects.all()).get(name)
    return row.element_key if row else ""


# ── words


def words() -> dict[str, Word]:
    rows = sorted(Word.objects.all(), key=lambda row: (row.retired_at is None, row.pk))
    return {joined(row.list, row.name): row for row in rows}


def read_words() -> dict[str, Facts]:
    reasons = reasons_of(Word.KIND)
    return {
        name: {"reason": reasons.get(row.element_key, ""), "in_use": in_use_of(row), "place": str(row.order)}
        for name, row in words().items()
    }


def write_word(name: str, facts: Facts, act: Act) -> None:
    listed, called = parted(name)
    if listed not in Word.List:
        raise Refusal(_("Say the list and the word, like “source / Fair”. The lists are: source, won, lost, drop."))
    held = words()
    row = held.get(name) or Word(list=listed, name=plain_name(called, LONGEST))
    others = [word for word in held.values() if word.list == listed]
    if row.retired_at and is_yes(facts, "in_use", "yes"):
        row.restore(by=act.by, reason=facts.get("reason") or act.reason)
        row = words()[name]
    kept(row, {"order": place_in(facts, others)}, act, facts.get("reason") or act.reason)
    put_in_use(row, facts, act)


def word_element(name: str) -> str:
    row = words().get(name)
    return row.element_key if row else ""


sections.add(
    Section(
        key="pipelines", label=gettext_lazy("Pipelines"), order=62, read=read_pipelines, write=write_pipeline,
        facts=frozenset({"reason", "in_use", "place", "stages"}), deep=frozenset({"stages"}),
        element=pipeline_element, gone={"in_use": "no"}, travels=travels,
    )
)  # fmt: skip
sections.add(
    Section(
        key="deal_words", label=gettext_lazy("Words about deals"), order=64, read=read_words, write=write_word,
        facts=frozenset({"reason", "in_use", "place"}), element=word_element, gone={"in_use": "no"}, travels=travels,
    )
)  # fmt: skip
