"""The eight checks of an open deal, each with the weight that the firm gives it."""

from dataclasses import dataclass

from django.db import models
from django.utils.translation import gettext as _t
from django.utils.translation import gettext_lazy as _
from django.utils.translation import gettext_noop

from groundwork.blueprint import elements
from groundwork.blueprint.models import Element
from groundwork.core.clock import now
from groundwork.core.refusals import Refusal
from groundwork.crm.sales.pipelines import Ordered

MOST = 100  # a weight


class Code(models.TextChoices):
    """What a check is to the program; their order is the order of the bits in which a deal's checks are kept."""

    STEP = "step", _("next step")
    TOUCH = "touch", _("touched lately")
    TIME = "time", _("time in the stage")
    AMOUNT = "amount", _("amount")
    CLOSE = "close", _("expected close")
    FACTS = "facts", _("facts of the stage")
    LINKED = "linked", _("customer and contact")
    SINGLE = "single", _("stands once")


BUILT_IN = {
    Code.STEP: (3, gettext_noop("A next step is agreed and not late")),
    Code.TOUCH: (3, gettext_noop("Something happened within the idle days of its stage")),
    Code.TIME: (2, gettext_noop("It stands in its stage no longer than usual")),
    Code.AMOUNT: (1, gettext_noop("Its amount is known")),
    Code.CLOSE: (2, gettext_noop("Its expected close is known and not past")),
    Code.FACTS: (2, gettext_noop("It tells what its stage asks")),
    Code.LINKED: (1, gettext_noop("It names the customer and a contact")),
    Code.SINGLE: (1, gettext_noop("No other open deal looks like it")),
}
BITS = {code: 1 << place for place, code in enumerate(Code)}
READY = BITS[Code.STEP] | BITS[Code.TOUCH] | BITS[Code.CLOSE]  # what makes a deal ready to be talked about
ALL = sum(BITS.values())


class HygieneCheck(Ordered):
    """What an open deal is asked. A retired one is asked no more."""

    KIND = Element.Kind.RULE
    FACTS = ("name", "order", "weight")

    code = models.CharField(max_length=6, choices=Code, unique=True, editable=False)
    weight = models.PositiveSmallIntegerField(_("weight"), help_text=_("How much it counts beside the others."))

    class Meta:
        verbose_name = _("check of order")
        ordering = ["order", "pk"]

    @property
    def element_key(self) -> str:
        return f"rule:hygiene.{self.code}"

    def refuse_what_cannot_be(self, reason):
        super().refuse_what_cannot_be(reason)
        if not 0 <= self.weight <= MOST:
            raise Refusal(_t("Give a weight from 0 to %(most)s.") % {"most": MOST})
        if not (0 if self.retired_at else self.weight) + sum(check.weight for check in self.others()):
            raise Refusal(_t("One check at the least must count."))


@dataclass(frozen=True)
class Weights:
    """``of`` {code: weight}, of the checks in use; the sum of them is above zero."""

    of: dict[str, int]

    @property
    def total(self) -> int:
        return sum(self.of.values())

    @property
    def mask(self) -> int:
        """The bits that count."""
        return sum(BITS[Code(code)] for code, weight in self.of.items() if weight)

    def points(self, mask: int) -> int:
        return sum(weight for code, weight in self.of.items() if mask & BITS[Code(code)])

    def broken(self, mask: int) -> list[Code]:
        """What is not in order, the heaviest first."""
        codes = [code for code in Code if self.of.get(code, 0) and not mask & BITS[code]]
        return sorted(codes, key=lambda code: -self.of[code])


def weights() -> Weights:
    """Those in force; no query once they are read."""
    return elements.kept("hygiene", _load)


def _load() -> Weights:
    return Weights(dict(HygieneCheck.objects.filter(retired_at=None).values_list("code", "weight")))


def make_built_in(_output=None) -> None:
    """The usual weights; a repeat changes nothing."""
    known = set(HygieneCheck.objects.values_list("code", flat=True))
    rows = [
        HygieneCheck(code=code, name=name, weight=weight, order=place * 10, is_built_in=True)
        for place, (code, (weight, name)) in enumerate(BUILT_IN.items(), 1)
        if code not in known
    ]
    if not rows:
        return
    HygieneCheck.objects.bulk_create(rows)
    Element.objects.bulk_create(Element(kind=row.KIND, key=row.element_key, name=row.name, since=now()) for row in rows)
    elements.raise_config_version()
