"""The board review: the meeting at which the deals of some people are gone through, one person at a time (D31)."""

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from groundwork.core.clock import now
from groundwork.records.models import ChangeSet, Record, RecordQuerySet, keyset_indexes


class ReviewQuerySet(RecordQuerySet):
    def visible_to(self, user, verb="view"):
        """Whoever has a seat in a review reads it, too, whatever department holds it."""
        found = super().visible_to(user, verb)
        if verb != "view" or not user.can("view", self.model.type_key):
            return found
        seated = Seat.objects.filter(person=user).values("review")
        return self.filter(Q(pk__in=found.order_by().values("pk")) | Q(pk__in=seated))

    def ended(self):
        return self.current().filter(state=Review.State.ENDED)


class Review(Record):
    """The owner is who leads it. ``planned_at`` and ``minutes`` say when it is held and how long it may take."""

    type_key = "review"

    class State(models.TextChoices):
        PLANNED = "planned", pgettext_lazy("of a review", "planned")
        RUNNING = "running", pgettext_lazy("of a review", "is held")
        ENDED = "ended", pgettext_lazy("of a review", "held")

    name = models.CharField(pgettext_lazy("of a review", "name"), max_length=120)
    planned_at = models.DateTimeField(_("begins"), default=now, editable=False)
    minutes = models.PositiveSmallIntegerField(_("minutes"), default=45, editable=False)
    state = models.CharField(_("state"), max_length=8, choices=State, default=State.PLANNED, editable=False)
    began_at = models.DateTimeField(_("began"), null=True, editable=False)
    ended_at = models.DateTimeField(_("ended"), null=True, editable=False)
    on_person = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, editable=False, related_name="+",
        verbose_name=_("whose deals are looked at"),
    )  # fmt: skip

    objects = ReviewQuerySet.as_manager()  # type: ignore[misc]

    class Meta:
        verbose_name = _("review")
        verbose_name_plural = _("reviews")
        indexes = keyset_indexes("review", "planned_at", "updated_at")

    def get_absolute_url(self):
        from django.urls import reverse

        return reverse("sales:review", args=[self.pk])

    @property
    def is_running(self) -> bool:
        return self.state == self.State.RUNNING

    @property
    def is_ended(self) -> bool:
        return self.state == self.State.ENDED


class Seat(models.Model):
    """Whose deals a review goes through. ``begun_at``: when their turn came; None where it never did."""

    review = models.ForeignKey(Review, models.CASCADE, related_name="seats")
    person = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+")
    position = models.PositiveSmallIntegerField()
    begun_at = models.DateTimeField(null=True)

    class Meta:
        ordering = ["position"]
        constraints = [models.UniqueConstraint(fields=["review", "person"], name="one_seat_a_person")]


class DecisionQuerySet(models.QuerySet):
    def standing(self):
        """Those that were neither taken back nor changed into another one."""
        return self.filter(changeset__undone_by=None, changed_to=None)


class ReviewDecision(models.Model):
    """What was decided while ``person``'s deals were looked at; about one deal, or about none. A row stays as it is:
    what is taken back is so by its act, and what is changed is named by the row that stands ``instead_of`` it."""

    class What(models.TextChoices):
        STEP = "step", pgettext_lazy("decided", "next step")
        STAGE = "stage", pgettext_lazy("decided", "moved")
        LOST = "lost", pgettext_lazy("decided", "lost")
        HAND = "hand", pgettext_lazy("decided", "handed over")
        KEEP = "keep", pgettext_lazy("decided", "kept until")
        SAID = "said", pgettext_lazy("decided", "decision")

    review = models.ForeignKey(Review, models.CASCADE, related_name="decisions")
    person = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+")
    deal = models.ForeignKey("sales.Deal", models.PROTECT, null=True, related_name="decisions")
    what = models.CharField(max_length=5, choices=What)
    text = models.CharField(max_length=200, blank=True, default="")
    task = models.ForeignKey("records.Task", models.PROTECT, null=True, related_name="+")
    until_on = models.DateField(null=True)
    at = models.DateTimeField(default=now)
    by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+")
    changeset = models.ForeignKey(ChangeSet, models.PROTECT, related_name="+")
    instead_of = models.OneToOneField("self", models.PROTECT, null=True, related_name="changed_to")

    objects = DecisionQuerySet.as_manager()

    class Meta:
        ordering = ["pk"]

    @property
    def words(self) -> str:
        """What was decided, about a deal with the way that it left."""
        way = str(self.get_what_display()) if self.deal_id else ""
        return ": ".join(part for part in (way[:1].upper() + way[1:], self.text) if part)


class Snapshot(models.Model):
    """The board as it stood. ``masks`` {person: {deal: the checks that held}}; ``sums`` [person, stage, currency,
    deals, minor units]; ``figures`` {person: {...}} and ``team``, as the weights of that day had them."""

    class Moment(models.TextChoices):
        BEFORE = "before"  # a day before it was to begin
        BEGIN = "begin"
        END = "end"

    review = models.ForeignKey(Review, models.CASCADE, related_name="snapshots")
    moment = models.CharField(max_length=6, choices=Moment)
    at = models.DateTimeField(default=now)
    masks = models.JSONField(default=dict)
    sums = models.JSONField(default=list)
    figures = models.JSONField(default=dict)
    team = models.JSONField(default=dict)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["review", "moment"], name="one_snapshot_a_moment")]
