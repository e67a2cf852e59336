"""Reports that the firm makes for itself."""

from django.db import models
from django.http import QueryDict
from django.utils.translation import gettext_lazy as _

from groundwork.blueprint.elements import kept
from groundwork.blueprint.models import Element
from groundwork.records.lists.sharing import Shareable

PREFIX = "built-"  # of a report's key: "built-7" has the element "report:built-7"


class BuiltReport(Shareable):
    """A question over the records of one type, under a name. ``query`` says all of it."""

    KIND = Element.Kind.REPORT

    class Better(models.TextChoices):
        """Which way is better, where a goal may be set on its number."""

        NOT = "", _("no, it is a report only")
        UP = "up", _("yes, more is better")
        DOWN = "down", _("yes, less is better")

    decides = models.CharField(
        _("what we decide from it"), max_length=300, blank=True, default="",
        help_text=_("A report from which nothing is decided is read by nobody."),
    )  # fmt: skip

    better = models.CharField(
        _("as a number of ours"), max_length=4, choices=Better, blank=True, default="",
        help_text=_("Then a goal may be set on it. Whoever reads our numbers reads it, of all records."),
    )  # fmt: skip

    class Meta:
        verbose_name = _("report")
        verbose_name_plural = _("reports")
        ordering = ["name", "pk"]
        indexes = [models.Index(fields=["type", "author"], name="built_report_of_type")]

    @property
    def key(self) -> str:
        return f"{PREFIX}{self.pk}"

    @property
    def element_key(self) -> str:
        return f"report:{self.key}"

    @property
    def named(self) -> set[str]:
        """The fields that it is put together by, counts, or filters by."""
        return asked_of(self.params)

    @property
    def params(self) -> QueryDict:
        return QueryDict(self.query)


def asked_of(params: QueryDict) -> set[str]:
    """The names of the fields that an address filters by, puts together by, or counts."""
    found = {key.split(".")[1] for key in params if key.startswith("f.")}
    return found | {str(params[name]) for name in ("by", "across", "of") if params.get(name)}


def in_use() -> list[BuiltReport]:
    """All that nobody put away; read once for a state of the configuration."""
    return kept("insight.reports", lambda: list(BuiltReport.objects.current().select_related("author", "role")))


def reports_of(user) -> list[BuiltReport]:
    """Those that a person meets, the own ones first."""
    seen = [report for report in in_use() if report.is_seen_by(user) and user.can("view", report.type)]
    return sorted(seen, key=lambda report: report.author_id != user.pk)
