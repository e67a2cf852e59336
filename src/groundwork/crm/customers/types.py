"""What makes companies and contacts visible: one declaration each."""

from django.utils.translation import gettext_lazy as _

from groundwork.crm.customers.models import Company, Contact
from groundwork.records.types import RecordType, types

company = types.add(
    RecordType(
        model=Company,
        label=_("Company"),
        plural=_("Companies"),
        icon="building-2",
        prefix="C",
        group="customers",
        fields=("name", "kind", "country", "city", "phone", "email", "website", "legal_id"),
        columns=("name", "kind", "country", "city", "phone", "owner", "updated_at"),
        sorts=("name", "updated_at"),
        quick=("name", "phone", "country"),
        search=("name", "phone", "email", "legal_id", "city"),
        filters=("kind", "country", "owner", "department"),
        board="kind",
        order=20,
        explain=_("A company is a customer, a supplier or a partner. Everything said and sold stands on its page."),
    )  # fmt: skip
)

contact = types.add(
    RecordType(
        model=Contact,
        label=_("Contact"),
        plural=_("Contacts"),
        icon="users",
        prefix="P",
        group="customers",
        fields=("name", "company", "job", "phone", "email"),
        columns=("name", "company", "job", "phone", "email", "owner", "updated_at"),
        sorts=("name", "updated_at"),
        quick=("name", "company", "phone"),
        search=("name", "phone", "email"),
        filters=("company", "owner", "department"),
        order=30,
        explain=_("A contact is a person at a customer's: who decides, who orders, who pays."),
    )  # fmt: skip
)
