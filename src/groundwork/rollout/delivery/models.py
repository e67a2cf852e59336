"""Trying it out: a test is what "done when" says; a run answers two questions, does it work and does it fit."""

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from groundwork.blueprint.models import ElementRevision
from groundwork.core.clock import now
from groundwork.core.refusals import Refusal
from groundwork.records.models import Part, Record, keyset_indexes
from groundwork.records.tasks import asking
from groundwork.records.tasks.models import Task
from groundwork.records.write import acting, creating, put_part, writing
from groundwork.rollout.delivery.defects import Defect
from groundwork.rollout.requirements.models import ElementUse, Requirement, UseCase


class Verdict(models.TextChoices):
    """What counts is the latest run, and only if nothing was changed since. Not run and stale never count as passed."""

    PASSED = "passed", _("works and fits")
    DOES_NOT_FIT = "does not fit", _("works, does not fit")
    FAILS = "fails", _("does not work")
    STALE = "stale", _("changed since it was tried")
    NOT_RUN = "not run", _("not tried yet")


class AcceptanceTest(Record):
    """What somebody does to see that the requirement is met; ``script`` follows the steps of its use case."""

    type_key = "acceptance_test"

    requirement = models.ForeignKey(
        Requirement, models.PROTECT, related_name="tests", verbose_name=_("what we agreed"), editable=False
    )
    case = models.ForeignKey(
        UseCase, models.PROTECT, null=True, related_name="tests", verbose_name=_("use case"), editable=False
    )
    name = models.CharField(_("test"), max_length=300, blank=True, default="")
    script = models.TextField(_("what to try"), max_length=20000)  # a line a step

    class Meta:
        verbose_name = _("test")
        verbose_name_plural = _("tests")
        indexes = keyset_indexes("acceptance_test", "sort_key", "updated_at")

    @property
    def lines(self) -> list[str]:
        """What is done, line by line."""
        return [line for line in self.script.splitlines() if line.strip()]

    def revisions(self) -> dict[str, int]:
        """What is tried, as it is configured now: {element: its revision}."""
        return revisions_of(ElementUse.objects.filter(requirement_id=self.requirement_id).select_related("element"))

    def latest_run(self) -> "TestRun | None":
        return self.runs.order_by("-at", "-pk").first()

    def verdict(self) -> str:
        return verdict(self, self.latest_run(), self.revisions())

    def run(
        self, *, by, works: bool, fits: bool, remark: str = "", step: str = "", severity: str = "", gone=None,
        version=None,
    ) -> "TestRun":  # fmt: skip
        """``by`` tried it and answers both questions; a "no" is a fault with an owner, a "yes" closes those that
        ``by`` says are ``gone``: where nothing is said of them, those that ``by`` found.

        Refused while what it needs is off, and for a "no" without why. Something that does not work cannot fit.
        ``step`` is the line of the script at which it went wrong.
        """
        with acting(by, "tried"), writing(self, by=by, act="tried", version=version) as test:
            uses = list(ElementUse.objects.filter(requirement_id=test.requirement_id).select_related("element"))
            if not test.requirement.is_confirmed:
                raise Refusal(gettext("Agree on it first: there is nothing to try yet."))
            if any(not use.element.is_on for use in uses):
                raise Refusal(gettext("Switch on what it needs first: there is nothing to try yet."))
            if not (works and fits) and not remark.strip():
                raise Refusal(gettext("Say in one sentence what is wrong: somebody will put it right by it."))
            made = TestRun(
                tester=by, at=now(), works=works, fits=works and fits, remark=remark.strip(), script=test.script,
                element_revisions=revisions_of(uses), step=step,
            )  # fmt: skip
            put_part(test, made)
            followed(test, made, [use.element.key for use in uses], severity, gone)
        return made


class TestRun(Part):
    """One try, by one person, of the configuration as it stood then."""

    __test__ = False  # for pytest: no test of ours
    parent_field = "test"

    test = models.ForeignKey(AcceptanceTest, models.CASCADE, related_name="runs")
    tester = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, related_name="+", verbose_name=_("who tried it")
    )
    at = models.DateTimeField(_("when"))
    works = models.BooleanField(_("works"))
    fits = models.BooleanField(_("fits"))
    remark = models.TextField(_("what is wrong"), max_length=2000, blank=True, default="")
    step = models.CharField(_("at which step"), max_length=500, blank=True, default="")
    script = models.TextField(editable=False)  # the words that were tried
    element_revisions = models.JSONField(default=dict, editable=False)

    class Meta:
        verbose_name = _("try")
        verbose_name_plural = _("tries")
        ordering = ["-at", "-pk"]
        constraints = [
            models.CheckConstraint(
                condition=Q(works=True, fits=True) | ~Q(remark=""), name="no_has_a_remark",
                violation_error_message=_("Say in one sentence what is wrong: somebody will put it right by it."),
            ),
            models.CheckConstraint(
                condition=Q(works=True) | Q(fits=False), name="what_fails_does_not_fit",
                violation_error_message=_("Something that does not work cannot fit."),
            ),
        ]  # fmt: skip

    def __str__(self):
        return f"{self.at:%Y-%m-%d}"


def followed(test: AcceptanceTest, run: TestRun, keys: list[str], severity: str, gone) -> None:
    """What follows from a try: whoever tried it owes that no more; faults come, come back, or are gone."""
    for task in Task.objects.about(test).open().filter(owner=run.tester):
        asking.finish(task, by=run.tester)
    if run.works and run.fits:
        left = Defect.objects.open().filter(test=test)
        confirmed = left.filter(found_by=run.tester) if gone is None else left.filter(pk__in=[one.pk for one in gone])
        for defect in confirmed:
            with writing(defect, by=run.tester, act="defect.close") as fresh:
                fresh.state = Defect.State.CLOSED
        return
    mended = Defect.objects.open().filter(test=test, state=Defect.State.MENDED).order_by("pk")
    again = mended.filter(step=run.step).first() or mended.first()
    if again is not None:
        with writing(again, by=run.tester, act="defect.back") as fresh:
            fresh.come_back(run.remark)
        return
    defect = Defect(
        what=run.remark, severity=severity or Defect.Severity.HINDERS, test=test, step=run.step,
        found_by=run.tester, found_in=Defect.FoundIn.TRYING, owner=who_mends(test.requirement, keys),
    )  # fmt: skip
    creating(defect, by=run.tester)


def who_mends(requirement: Requirement, keys):
    """Whoever changed one of these elements last and works here; else whoever owns what was agreed."""
    last = ElementRevision.objects.filter(element__key__in=keys, by__is_active=True).order_by("-at", "-pk")
    found = last.select_related("by").first()
    return found.by if found else requirement.owner


def revisions_of(uses) -> dict[str, int]:
    return {use.element.key: use.element.revision for use in uses}


def verdict(test: AcceptanceTest, run: TestRun | None, revisions: dict[str, int]) -> str:
    """The verdict of ``test`` by its latest ``run``, given the elements' ``revisions`` now. No query."""
    if run is None:
        return Verdict.NOT_RUN
    is_as_tried = run.script == test.script and run.element_revisions == revisions
    return verdict_of(is_as_tried=is_as_tried, works=run.works, fits=run.fits)


def verdict_of(*, is_as_tried: bool, works: bool, fits: bool) -> str:
    """What a run says; ``is_as_tried``: neither the words nor what is configured were changed since."""
    if not is_as_tried:
        return Verdict.STALE
    if not works:
        return Verdict.FAILS
    return Verdict.PASSED if fits else Verdict.DOES_NOT_FIT
