"""What makes companies and contacts visible: one declaration each."""

from functools import partial

from django.urls import reverse
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from groundwork.blueprint.models import Firm
from groundwork.crm.customers.countries import country_code
from groundwork.crm.customers.legal_ids import LEGAL_IDS, TAX_NUMBER, names_for
from groundwork.crm.customers.models import (
    Company,
    CompanyDate,
    CompanyFact,
    Consent,
    Contact,
    ContactDate,
    ContactFact,
    Employment,
)  # fmt: skip
from groundwork.crm.customers.relationship import having_traits, trait_options
from groundwork.records.types import Hanging, PartType, RecordType, Sign, types

DATE_FIELDS = ("kind", "on", "yearly", "note")
FACT_FIELDS = ("text", "reader", "why")
IDS = (*LEGAL_IDS, TAX_NUMBER)


def asked_of(company: Company) -> tuple[tuple[str, ...], tuple[str, ...]]:
    """What the form of a company asks at once, and what it does not show: the legal ids of other countries.

    A new company is taken to be of our firm's country until its own is known. What is filled is always shown.
    """
    code = country_code(company.country)
    if not code and not company.country:
        code = Firm.own_country()
    own = names_for(code)
    left = tuple(name for name in IDS if name not in own and not getattr(company, name))
    return ("name", "kind", "country", "city", "phone", *own), left


company = types.add(
    RecordType(
        model=Company,
        label=_("Company"),
        plural=_("Companies"),
        icon="building-2",
        prefix="C",
        group="customers",
        fields=(
            "name",
            "kind",
            "country",
            "city",
            "phone",
            "email",
            "website",
            *IDS,
            "short_name",
            "legal_name",
            "parent",
            "segment",
            "source",
            "region",
            "postcode",
            "address",
            "payment_days",
            "debt_limit_minor",
            "currency",
        ),
        columns=("name", "lifecycle", "kind", "country", "city", "phone", "owner", "updated_at"),
        sorts=("name", "updated_at"),
        quick=("name", "phone", "country"),
        search=("name", "short_name", "legal_name", "phone", "email", "city", *IDS),
        filters=(
            "name",
            "lifecycle",
            "kind",
            "country",
            "city",
            "segment",
            "source",
            "parent",
            "debt_limit_minor",
            "owner",
            "department",
            "updated_at",
        ),
        signs=(Sign("trait", _("trait"), trait_options, having_traits, like="lifecycle"),),
        board="lifecycle",
        parts=(
            PartType("dates", CompanyDate, _("Important dates"), DATE_FIELDS, order="month_day"),
            PartType("facts", CompanyFact, pgettext_lazy("about a customer", "Worth knowing"), FACT_FIELDS),
        ),
        asked=asked_of,
        not_copied=IDS,  # they are of one company in the world
        hanging=Hanging("country", IDS, _("Show the legal ids of this country")),
        called_there={"parent": (_("Branch"), _("Branches"))},
        mergeable=True,
        warns="customers:similar",
        beside=((_("Duplicates"), partial(reverse, "customers:duplicates", args=["company"])),),
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
        filters=("name", "company", "job", "owner", "department", "updated_at"),
        parts=(
            PartType(
                "employments", Employment, _("Employments"), ("company", "job", "from_on", "until_on"), order="-from_on"
            ),
            PartType("dates", ContactDate, _("Important dates"), DATE_FIELDS, order="month_day"),
            PartType(
                "consents",
                Consent,
                _("Consents"),
                ("purpose", "given_on", "withdrawn_on", "how", "proof"),
                order="-given_on",
                removable=False,
            ),
            PartType("facts", ContactFact, pgettext_lazy("about a customer", "Worth knowing"), FACT_FIELDS),
        ),
        mergeable=True,
        warns="customers:similar",
        beside=(
            (_("Coming dates"), partial(reverse, "customers:dates")),
            (_("Duplicates"), partial(reverse, "customers:duplicates", args=["contact"])),
        ),
        order=30,
        explain=_("A contact is a person at a customer's: who decides, who orders, who pays."),
    )  # fmt: skip
)
