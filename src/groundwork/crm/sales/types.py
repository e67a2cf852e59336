"""What makes deals visible: one declaration."""

from functools import partial

from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from groundwork.crm.sales import deal_hygiene, forecast
from groundwork.crm.sales.board import on_board
from groundwork.crm.sales.deals import Deal, DealContact, DealLine, refuse_what_does_not_fit
from groundwork.crm.sales.pipelines import Outcome, sales, stage_rules
from groundwork.crm.trade.prices import price_may_wait
from groundwork.records.types import PartType, RecordType, Shortcut, Sign, route, types

CLOSING = ("closed_on", "reason", "reason_note")


def asked_of(deal: Deal) -> tuple[tuple[str, ...], tuple[str, ...]]:
    """How it ended is asked of a deal that has ended."""
    first = ("name", "company", "contact", "stage", "amount_minor", "expected_on", "source")
    if deal.state == Outcome.OPEN:
        return first, tuple(name for name in CLOSING if not getattr(deal, name))
    return (*first[:5], *CLOSING), ()


def begin_deal(deal: Deal) -> None:
    deal.stage = deal.stage or sales().first_stage(deal.pipeline)
    if deal.contact_id and not deal.company_id and deal.contact:
        deal.company_id = deal.contact.company_id


def frozen_deal(deal: Deal) -> frozenset[str]:
    """Lines make the amount; the lines of a closed deal stand, and so does the order that was worked on since."""
    frozen = {"amount_minor"} if deal.lines_count else set()
    if deal.order is not None and deal.order.version > 1:
        frozen.add("order")
    return frozenset(frozen if deal.is_draft else frozen | {"lines"})


def lead_list() -> str:
    """Where the open leads stand; "" where the firm has none."""
    return f"{route('records:list', 'lead')}?f.state=open" if "lead" in types else ""


deal = types.add(
    RecordType(
        model=Deal,
        label=_("Deal"),
        plural=_("Deals"),
        icon="handshake",
        prefix="DL",
        group="customers",
        fields=(
            "name",
            "company",
            "contact",
            "stage",
            "amount_minor",
            "currency",
            "expected_on",
            "source",
            "product",
            "category",
            "opened_on",
            *CLOSING,
            "pipeline",
            "state",
            "stage_since",
            "order",
        ),
        columns=("name", "company", "stage", "amount_minor", "expected_on", "owner", "updated_at"),
        sorts=("-updated_at", "name", "opened_on"),
        quick=("name", "company", "amount_minor"),
        search=("name",),
        filters=(
            "state",
            "stage",
            "pipeline",
            "company",
            "contact",
            "product",
            "source",
            "category",
            "amount_minor",
            "currency",
            "expected_on",
            "opened_on",
            "closed_on",
            "reason",
            "owner",
            "department",
            "updated_at",
        ),
        signs=(
            Sign(
                "in_forecast",
                _("counts in the forecast as"),
                forecast.category_choices,
                forecast.counting_as,
                like="category",
            ),
            Sign("untidy", _("is not in order"), deal_hygiene.untidy_choices, deal_hygiene.being_untidy, like="stage"),
            Sign("reached", _("reached the stage"), forecast.stage_choices, forecast.reached, like="stage"),
        ),
        shortcuts=(
            Shortcut(_("Step missing or late"), {"f.untidy": "step", "f.state": "open"}),
            Shortcut(_("Stands too long"), {"f.untidy": "time", "f.state": "open"}),
        ),
        beside=((_("Leads"), lead_list), (_("Forecast"), partial(reverse, "sales:forecast"))),
        amount="amount_minor",
        board="stage",
        on_board=on_board,
        order=15,
        opens="f.state=open",
        through=(("lines", "product"),),
        parts=(
            PartType(
                "lines",
                DealLine,
                _("Lines"),
                ("product", "description", "quantity", "price", "discount", "amount_minor"),
                order="position",
                adapt=price_may_wait,
                columns=("description", "quantity", "price", "discount", "amount_minor"),
                leads={"description": "product"},
            ),
            PartType("people", DealContact, _("People on their side"), ("contact", "role")),
        ),
        asked=asked_of,
        begin=begin_deal,
        copies=("lines", "people"),
        not_copied=("stage", "expected_on", "opened_on", *CLOSING),
        frozen=frozen_deal,
        check=refuse_what_does_not_fit,
        rules=stage_rules,
        warns="sales:known",
        explain=_("A deal is what may be sold: to whom, for how much, until when. It goes from stage to stage."),
    )  # fmt: skip
)
