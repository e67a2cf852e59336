"""Pipelines and their stages, and the firm's own words: sources of deals, reasons of winning and of losing.

All are made, changed and retired in one way, with a reason (records.added.rows). A deal keeps the id of a row, so that
a stage may be renamed and a retired source still says where an old deal came from.
"""

from dataclasses import dataclass, field

from django.core.validators import MaxValueValidator, MinValueValidator
from django.db import models
from django.utils.translation import gettext as _t
from django.utils.translation import gettext_lazy as _
from django.utils.translation import gettext_noop, pgettext_lazy

from groundwork.blueprint import elements
from groundwork.blueprint.models import Element
from groundwork.core.clock import now
from groundwork.core.refusals import Refusal
from groundwork.records.added.chosen import Option
from groundwork.records.added.layouts import Rule
from groundwork.records.added.rows import Configured


class Outcome(models.TextChoices):
    OPEN = "open", pgettext_lazy("a deal", "open")
    WON = "won", pgettext_lazy("a deal", "won")
    LOST = "lost", pgettext_lazy("a deal", "lost")


class Category(models.TextChoices):
    """How surely a deal counts in the forecast: a setting of its stage that a person may change for one deal."""

    COMMIT = "commit", pgettext_lazy("forecast", "commit")
    BEST = "best", pgettext_lazy("forecast", "best case")
    PIPELINE = "pipeline", pgettext_lazy("forecast", "pipeline")
    OMITTED = "omitted", pgettext_lazy("forecast", "left out")


class Ordered(Configured):
    name = models.CharField(_("name"), max_length=60)
    order = models.PositiveIntegerField(default=0)
    is_built_in = models.BooleanField(default=False)  # its name is a word of the product, in the reader's language

    class Meta:
        abstract = True

    def __str__(self):
        return _t(self.name) if self.is_built_in else self.name

    @property
    def key(self) -> str:
        return str(self.pk)

    @property
    def element_key(self) -> str:
        return f"{self.KIND}:{self.pk}"

    @property
    def called(self) -> str:
        return self.name

    def others(self) -> models.QuerySet:
        """Those among which its name may stand once."""
        return type(self)._default_manager.filter(retired_at=None).exclude(pk=self.pk)

    def refuse_what_cannot_be(self, reason: str) -> None:
        if not reason.strip():
            raise Refusal(_t("Say in one sentence why: those who work with it will read it."))
        self.name = self.name.strip()
        if not self.name:
            raise Refusal(_t("Give it a name."))
        if self.retired_at is None and self.name.casefold() in {str(other).casefold() for other in self.others()}:
            raise Refusal(_t("There is one of that name already: choose another name."))

    def save(self, *args, **kwargs):
        if self.is_built_in and self.pk and type(self).objects.get(pk=self.pk).name != self.name:
            self.is_built_in = False
        super().save(*args, **kwargs)


class Pipeline(Ordered):
    """One way in which deals go, with its own stages."""

    KIND = Element.Kind.PIPELINE
    FACTS = ("name", "order")

    class Meta:
        verbose_name = _("pipeline")
        verbose_name_plural = _("pipelines")
        ordering = ["order", "pk"]

    def refuse_what_cannot_be(self, reason):
        from groundwork.crm.sales.deals import Deal

        super().refuse_what_cannot_be(reason)
        if self.retired_at and Deal.objects.current().filter(pipeline=self.key, state=Outcome.OPEN).exists():
            raise Refusal(_t("Open deals stand in it: move or close them first."))
        if self.retired_at and not self.others().exists():
            raise Refusal(_t("It is the only pipeline: make another one first."))


class Stage(Ordered):
    """A step of a pipeline. ``needs`` names the facts of a deal that must be known to enter it, and those after it."""

    KIND = Element.Kind.STAGE
    FACTS = ("name", "order", "outcome", "probability", "expected_days", "idle_days", "category", "needs")

    pipeline = models.ForeignKey(Pipeline, models.PROTECT, related_name="stages", verbose_name=_("pipeline"))
    outcome = models.CharField(_("deals in it are"), max_length=5, choices=Outcome, default=Outcome.OPEN)
    probability = models.PositiveSmallIntegerField(
        _("probability, %"), default=0, validators=[MinValueValidator(0), MaxValueValidator(100)],
        help_text=_("How many of a hundred deals in this stage are won in the end."),
    )  # fmt: skip
    expected_days = models.PositiveSmallIntegerField(
        _("expected days"), null=True, blank=True,
        help_text=_("A deal that stands longer stands still. From thirty won deals on four of five of them say it."),
    )  # fmt: skip
    idle_days = models.PositiveSmallIntegerField(
        _("days without a touch"), null=True, blank=True, help_text=_("After how many days without a word it is idle.")
    )
    category = models.CharField(_("in the forecast"), max_length=8, choices=Category, default=Category.PIPELINE)
    needs = models.JSONField(default=list, blank=True)  # names of fields of a deal

    class Meta:
        verbose_name = _("stage")
        verbose_name_plural = _("stages")
        ordering = ["pipeline__order", "pipeline", "order", "pk"]

    def others(self):
        return super().others().filter(pipeline=self.pipeline)

    def refuse_what_cannot_be(self, reason):
        from groundwork.crm.sales.deals import NEEDED, Deal

        super().refuse_what_cannot_be(reason)
        if unknown := set(self.needs) - set(NEEDED):
            raise Refusal(_t("No stage asks for these facts: %(names)s.") % {"names": ", ".join(sorted(unknown))})
        self.probability = {Outcome.WON: 100, Outcome.LOST: 0}.get(self.outcome, self.probability)
        if self.retired_at and Deal.objects.current().filter(stage=self.key, state=Outcome.OPEN).exists():
            raise Refusal(_t("Open deals stand in it: move or close them first."))
        kept = self.others().filter(outcome=self.outcome).exists()
        if self.retired_at and self.outcome == Outcome.OPEN and not kept:
            raise Refusal(_t("It is the only open stage of its pipeline: make another one first."))
        was = Stage.objects.get(pk=self.pk).outcome if self.pk else self.outcome
        if was != self.outcome and Deal.objects.filter(stage=self.key).exists():
            raise Refusal(_t("Deals stand in it as %(was)s: make another stage.") % {"was": Outcome(was).label})


class Word(Ordered):
    """A word of one of the firm's lists."""

    KIND = Element.Kind.WORD
    FACTS = ("name", "order", "list")

    class List(models.TextChoices):
        SOURCE = "source", _("Where deals come from")
        WON = "won", _("Why deals are won")
        LOST = "lost", _("Why deals are lost")
        DROP = "drop", _("Why leads are dropped")

    list = models.CharField(_("list"), max_length=6, choices=List)

    class Meta:
        verbose_name = _("word")
        ordering = ["list", "order", "pk"]

    def others(self):
        return super().others().filter(list=self.list)


# ── what is read: everything at once, kept under the configuration's version


@dataclass
class Sales:
    """How the firm sells. Retired rows are among them: old deals name them."""

    pipelines: dict[str, Pipeline] = field(default_factory=dict)
    stages: dict[str, Stage] = field(default_factory=dict)  # by key, in the order of the boards
    words: dict[str, Word] = field(default_factory=dict)

    def stages_of(self, pipeline: str, *outcomes: str) -> list[Stage]:
        """Those in use, in their order."""
        own = (row for row in self.stages.values() if str(row.pipeline_id) == pipeline and not row.retired_at)
        return [stage for stage in own if not outcomes or stage.outcome in outcomes]

    def is_open(self, stage: str) -> bool:
        """Are it and its pipeline in use?"""
        row = self.stages[stage]
        return not (row.retired_at or self.pipelines[str(row.pipeline_id)].retired_at)

    @property
    def first_pipeline(self) -> str:
        return next((key for key, pipeline in self.pipelines.items() if not pipeline.retired_at), "")

    def first_stage(self, pipeline: str = "") -> str:
        """Where a new deal stands; "" where there is no pipeline."""
        return next((stage.key for stage in self.stages_of(pipeline or self.first_pipeline, Outcome.OPEN)), "")


def sales() -> Sales:
    return elements.kept("sales", _load)


def _load() -> Sales:
    return Sales(
        pipelines={row.key: row for row in Pipeline.objects.all()},
        stages={row.key: row for row in Stage.objects.all()},
        words={row.key: row for row in Word.objects.all()},
    )


def pipeline_options() -> list[Option]:
    return _options(sales().pipelines.values())


def stage_options() -> list[Option]:
    """Where two pipelines have a stage of one name, each says of which it is. One that is retired takes its stages."""
    held = sales()
    names = [str(stage) for stage in held.stages.values() if held.is_open(stage.key)]
    twice = {name for name in names if names.count(name) > 1}
    several = {
        stage.key: _t("%(stage)s (%(pipeline)s)") % {"stage": stage, "pipeline": held.pipelines[str(stage.pipeline_id)]}
        for stage in held.stages.values() if str(stage) in twice
    }  # fmt: skip
    found = [
        Option(item.key, several.get(item.key, item.label), item.open and held.is_open(item.key))
        for item in _options(held.stages.values())
    ]
    return sorted(found, key=lambda option: not option.open)


def source_options() -> list[Option]:
    return _options(word for word in sales().words.values() if word.list == Word.List.SOURCE)


def reason_options() -> list[Option]:
    return _options(word for word in sales().words.values() if word.list in (Word.List.WON, Word.List.LOST))


def _options(rows) -> list[Option]:
    found = [Option(row.key, str(row), row.retired_at is None) for row in rows]
    return sorted(found, key=lambda option: not option.open)


def stage_rules() -> tuple[Rule, ...]:
    """What a deal must tell in a stage: what the stage asks to be entered, and those before it in its pipeline."""
    held, rules = sales(), []
    for stage in held.stages.values():
        for name in needed_in(stage):
            rules.append(Rule(f"stage{stage.key}.{name}", Rule.Do.REQUIRE, name, "stage", (stage.key,)))
    return tuple(rules)


def needed_in(stage: Stage) -> list[str]:
    """The facts that a deal in ``stage`` must tell. A lost one owes nothing but what its own stage asks."""
    if stage.outcome == Outcome.LOST:
        return list(stage.needs)
    before = [
        other for other in sales().stages_of(str(stage.pipeline_id), Outcome.OPEN, Outcome.WON)
        if (other.order, other.pk) <= (stage.order, stage.pk)
    ]  # fmt: skip
    return list(dict.fromkeys(name for other in (*before, stage) for name in other.needs))


# ── what a new firm begins with

STAGES = (  # name, outcome, probability, expected days, idle days, category, needs
    (gettext_noop("New request"), Outcome.OPEN, 10, 7, 3, Category.OMITTED, []),
    (gettext_noop("Samples"), Outcome.OPEN, 30, 14, 7, Category.PIPELINE, ["company"]),
    (gettext_noop("Offer sent"), Outcome.OPEN, 50, 14, 7, Category.BEST, ["amount_minor"]),
    (gettext_noop("Contract"), Outcome.OPEN, 80, 10, 7, Category.COMMIT, ["expected_on"]),
    (gettext_noop("Won"), Outcome.WON, 100, None, None, Category.COMMIT, []),
    (gettext_noop("Lost"), Outcome.LOST, 0, None, None, Category.OMITTED, ["reason"]),
)
WORDS = {
    Word.List.SOURCE: (
        gettext_noop("Recommendation"), gettext_noop("Website"), gettext_noop("Fair"), gettext_noop("Cold call"),
        gettext_noop("A customer of ours"),
    ),
    Word.List.WON: (gettext_noop("Price"), gettext_noop("Quality"), gettext_noop("Speed"), gettext_noop("Trust")),
    Word.List.LOST: (
        gettext_noop("Too expensive"), gettext_noop("Took a competitor"), gettext_noop("No answer any more"),
        gettext_noop("No need any more"), gettext_noop("We could not deliver"),
    ),
}  # fmt: skip


def make_built_in(_output=None) -> None:
    """One pipeline and the usual words, for a firm that has none; a repeat changes nothing."""
    if Pipeline.objects.exists() or Word.objects.exists():
        return
    pipeline = Pipeline.objects.create(name=gettext_noop("Sales"), is_built_in=True)
    rows: list[Ordered] = [pipeline]
    for place, (name, outcome, probability, expected, idle, category, needs) in enumerate(STAGES, 1):
        rows.append(
            Stage.objects.create(
                pipeline=pipeline, name=name, order=place * 10, outcome=outcome, probability=probability,
                expected_days=expected, idle_days=idle, category=category, needs=needs, is_built_in=True,
            )
        )  # fmt: skip
    for listed, names in WORDS.items():
        for place, name in enumerate(names, 1):
            rows.append(Word.objects.create(list=listed, name=name, order=place * 10, is_built_in=True))
    Element.objects.bulk_create(Element(kind=row.KIND, key=row.element_key, name=row.name, since=now()) for row in rows)
    elements.raise_config_version()
