"""What makes leads visible: one declaration."""

from django.utils.translation import gettext_lazy as _

from groundwork.access.rights import reach
from groundwork.crm.sales import lead_board
from groundwork.crm.sales.lead_statuses import status_rules
from groundwork.crm.sales.leads import Lead, asked_of, begin_lead, frozen_lead
from groundwork.records.pages import Panel, panels
from groundwork.records.personal import facts as personal
from groundwork.records.types import Beneath, RecordType, types


def leads_others(user) -> bool:
    """Does the menu of this person have room for leads? A seller's has six entries; they stand beside the deals."""
    scope = reach(user, "edit", "lead")
    return scope.all or bool(scope.departments)


lead = types.add(
    RecordType(
        model=Lead,
        label=_("Lead"),
        plural=_("Leads"),
        icon="inbox",
        prefix="L",
        group="customers",
        fields=(
            "name",
            "person",
            "company_name",
            "phone",
            "email",
            "country",
            "source",
            "message",
            "status",
            "reason",
            "state",
            "closed_on",
            "rule",
            "company",
            "contact",
            "deal",
        ),
        columns=("name", "company_name", "person", "source", "status", "owner", "updated_at"),
        sorts=("-updated_at", "name"),
        quick=("name", "phone", "email"),
        search=("name", "person", "company_name", "phone", "email"),
        filters=(
            "state",
            "status",
            "source",
            "country",
            "company_name",
            "person",
            "reason",
            "rule",
            "company",
            "contact",
            "deal",
            "owner",
            "department",
            "created_at",
            "closed_on",
            "updated_at",
        ),
        board="status",
        on_board=lead_board.on_board,
        beneath=Beneath(("created_at", "state"), lead_board.first_touches),
        asked=asked_of,
        begin=begin_lead,
        frozen=frozen_lead,
        rules=status_rules,
        warns="sales:known",
        not_copied=("status", "reason", "closed_on", "company", "contact", "deal", "rule"),
        called_there=dict.fromkeys(("company", "contact", "deal"), ("", _("Came from leads"))),
        order=12,
        opens="f.state=open",
        menu=leads_others,
        leaves=True,
        explain=_("A lead is an interest that nobody has qualified yet: who asked for what, and from where."),
    )  # fmt: skip
)

personal.subjects.add(  # until there is a contact, who is the person then
    personal.Subject(Lead.type_key, _("erased person"), ("email", "phone"), "person", lambda lead: not lead.contact_id)
)
panels.add(Panel("personal of a lead", Lead.type_key, "records/personal_panel.html", personal.panel_of))
