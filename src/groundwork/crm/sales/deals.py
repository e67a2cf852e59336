"""Deals: what may be sold to whom, for how much, until when, and in which stage that stands."""

from datetime import datetime
from typing import Any

from django.conf import settings
from django.core.exceptions import ValidationError
from django.db import models
from django.utils.translation import gettext as _t
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from groundwork.blueprint.models import Firm
from groundwork.core.clock import now, start_of, today
from groundwork.crm.customers.models import Company, Contact
from groundwork.crm.sales import pipelines
from groundwork.crm.sales.pipelines import Category, Outcome, sales
from groundwork.crm.trade.document_lines import DocumentLine, WithLines, discount_is_a_share
from groundwork.records.added.chosen import ChosenField
from groundwork.records.models import Part, Record, keyset_indexes
from groundwork.records.write import channel, is_being_made

NEEDED = (  # the facts that a stage may ask for
    "company", "contact", "amount_minor", "expected_on", "source", "product", "category", "reason", "reason_note",
)  # fmt: skip


class Deal(WithLines, Record):
    """``amount_minor`` is net; None is unknown, which is not zero. With lines it is their sum."""

    type_key = "deal"
    stands = _("This deal is closed, so its lines stand: open it again first.")

    name = models.CharField(pgettext_lazy("of a deal", "what it is about"), max_length=200)
    company = models.ForeignKey(
        Company, models.PROTECT, null=True, blank=True, related_name="deals", verbose_name=_("company")
    )
    contact = models.ForeignKey(
        Contact, models.PROTECT, null=True, blank=True, related_name="deals", verbose_name=_("contact")
    )
    stage = ChosenField(_("stage"), rows=pipelines.stage_options, blank=False)
    pipeline = ChosenField(_("pipeline"), rows=pipelines.pipeline_options, editable=False)
    state = models.CharField(_("state"), max_length=5, choices=Outcome, default=Outcome.OPEN, editable=False)
    amount_minor = models.BigIntegerField(_("amount"), null=True, blank=True, help_text=_("Net, without VAT."))
    currency = models.CharField(_("currency"), max_length=3, blank=True, help_text=_("Like EUR."))
    expected_on = models.DateField(
        _("expected close"), null=True, blank=True, help_text=_("When it will be decided: the forecast goes by it.")
    )
    category = models.CharField(
        _("in the forecast"),
        max_length=8,
        choices=Category,
        blank=True,
        default="",
        help_text=_("Empty: as its stage."),
    )
    source = ChosenField(pgettext_lazy("of a deal", "source"), rows=pipelines.source_options)
    product = models.ForeignKey(
        "trade.Product", models.PROTECT, null=True, blank=True, related_name="deals", verbose_name=_("product")
    )
    opened_on = models.DateField(_("opened on"), default=today, blank=True)
    closed_on = models.DateField(
        _("closed on"), null=True, blank=True, help_text=_("Empty: the day on which it is won or lost here.")
    )
    stage_since = models.DateTimeField(_("in the stage since"), default=now, editable=False)
    reason = ChosenField(_("why won or lost"), rows=pipelines.reason_options)
    reason_note = models.CharField(_("in more words"), max_length=500, blank=True, default="")
    lines_count = models.PositiveIntegerField(_("lines"), default=0, editable=False)
    order = models.ForeignKey(
        "trade.Order", models.PROTECT, null=True, blank=True, related_name="deals", verbose_name=_("order"),
        editable=False,
    )  # fmt: skip

    _stage_then = ""  # in which it was read

    class Meta:
        verbose_name = _("deal")
        verbose_name_plural = _("deals")
        indexes = [
            *keyset_indexes("deal", "sort_key", "updated_at", "opened_on"),
            models.Index(
                fields=["state", "stage", "-updated_at", "-id"], condition=models.Q(archived_at=None),
                name="deal_on_board",
            ),
            models.Index(
                fields=["owner", "state", "stage", "-updated_at", "-id"], condition=models.Q(archived_at=None),
                name="deal_on_board_of",
            ),
            models.Index(
                fields=["closed_on", "stage"], condition=models.Q(archived_at=None, closed_on__isnull=False),
                name="deal_closed",
            ),
        ]  # fmt: skip

    @classmethod
    def from_db(cls, db, field_names, values):
        record = super().from_db(db, field_names, values)
        record._stage_then = record.__dict__.get("stage", "")
        return record

    @property
    def is_draft(self) -> bool:
        return self.state == Outcome.OPEN

    @property
    def row(self) -> pipelines.Stage | None:
        """Its stage; None of a deal that has none."""
        return sales().stages.get(self.stage)

    def prepare(self):
        super().prepare()
        self.opened_on = self.opened_on or today()
        self.currency = self.currency.upper() or Firm.own_currency()
        self.stage = self.stage or sales().first_stage(self.pipeline)
        stage = self.row
        if stage is None:
            return
        self.pipeline, self.state = str(stage.pipeline_id), stage.outcome
        if self.state == Outcome.OPEN:
            self.closed_on, self.reason, self.reason_note = None, "", ""
        else:
            self.closed_on = self.closed_on or today()
        if self.stage != self._stage_then:
            self.stage_since, self._stage_then = self._entered_at(), self.stage

    def _entered_at(self) -> datetime:
        """Now; what a file brings from elsewhere stands in its stage since it was closed or opened there."""
        if channel() == "import" and is_being_made(self):
            return min(now(), start_of(self.closed_on or self.opened_on))
        return now()

    def recount(self):
        sums = self.lines.aggregate(total=models.Sum("amount_minor"), count=models.Count("pk"))
        self.lines_count = sums["count"]
        self.amount_minor = sums["total"] if sums["count"] else self.amount_minor


def refuse_what_does_not_fit(facts: dict[str, Any]) -> None:
    """ValidationError: a reason of winning for a deal that is lost, or the other way round."""
    stage, word = sales().stages.get(facts.get("stage") or ""), sales().words.get(facts.get("reason") or "")
    if stage is None or word is None or stage.outcome == Outcome.OPEN or word.list == stage.outcome:
        return
    words = _t("“%(reason)s” is no reason for a deal that is %(state)s.")
    raise ValidationError({"reason": words % {"reason": word, "state": Outcome(stage.outcome).label}})


class DealLine(DocumentLine):
    """What is offered: a product from the catalogue, or words and a price."""

    parent_field = "deal"

    deal = models.ForeignKey(Deal, models.CASCADE, related_name="lines")
    product = models.ForeignKey(
        "trade.Product", models.PROTECT, null=True, blank=True, related_name="deal_lines", verbose_name=_("product")
    )

    class Meta:
        verbose_name = _("line of a deal")
        verbose_name_plural = _("lines of a deal")
        ordering = ["deal", "position", "pk"]
        constraints = [discount_is_a_share("deal_discount_is_a_share")]

    @property
    def priced_on(self):
        return today()


class DealContact(Part):
    """Somebody on the customer's side, and what they have to say in it (D33)."""

    parent_field = "deal"

    class Role(models.TextChoices):
        DECIDES = "decides", _("decides")
        INFLUENCES = "influences", _("has influence")
        USES = "uses", _("will use it")
        BUYS = "buys", _("buys and pays")
        AGAINST = "against", _("is against it")

    deal = models.ForeignKey(Deal, models.CASCADE, related_name="people")
    contact = models.ForeignKey(Contact, models.PROTECT, related_name="in_deals", verbose_name=_("contact"))
    role = models.CharField(_("role"), max_length=10, choices=Role, default=Role.DECIDES)

    class Meta:
        verbose_name = _("person in a deal")
        verbose_name_plural = _("people in a deal")
        constraints = [
            models.UniqueConstraint(
                fields=["deal", "contact", "role"], name="once_in_a_role",
                violation_error_message=_("This person has that role already."),
            )
        ]  # fmt: skip

    def __str__(self):
        return str(self.contact)


class Stay(models.Model):
    """How long a deal stood in a stage. Follows from the deals' history, so it is no record and no part."""

    deal = models.ForeignKey(Deal, models.CASCADE, related_name="stays")
    stage = models.CharField(max_length=20)
    owner = models.ForeignKey(settings.AUTH_USER_MODEL, models.SET_NULL, null=True, related_name="+")
    entered_at = models.DateTimeField()
    left_at = models.DateTimeField(null=True)

    class Meta:
        indexes = [models.Index(fields=["stage", "entered_at"], name="stay_in_stage")]


def keep_stays(steps) -> None:
    """Called in the write's own transaction: a deal that enters a stage leaves the one before."""
    moved = [
        (deal, before, after) for deal, before, after in steps
        if after is not None and (before is None or before["stage"] != after["stage"])
    ]  # fmt: skip
    if not moved:
        return
    ids = [deal.pk for deal, before, _after in moved if before is not None]
    if ids:
        Stay.objects.filter(deal__in=ids, left_at=None).update(left_at=now())
    Stay.objects.bulk_create(
        [Stay(deal_id=deal.pk, stage=deal.stage, owner_id=deal.owner_id, entered_at=deal.stage_since)
         for deal, _before, _after in moved],
        batch_size=500,
    )  # fmt: skip
