"""Companies and the people we know there."""

from django.db import models
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from groundwork.blueprint.models import Firm
from groundwork.crm.customers.countries import country_code
from groundwork.crm.customers.legal_ids import LEGAL_IDS, LegalIdField, compact
from groundwork.records.models import Record, keyset_indexes


class Company(Record):
    """A customer, supplier or partner. Our own firm is not one (blueprint.Firm)."""

    type_key = "company"

    class Kind(models.TextChoices):
        CUSTOMER = "customer", _("customer")
        SUPPLIER = "supplier", _("supplier")
        PARTNER = "partner", _("partner")

    name = models.CharField(_("name"), max_length=200)
    short_name = models.CharField(_("short name"), max_length=60, blank=True, default="", db_default="")
    legal_name = models.CharField(_("full legal name"), max_length=250, blank=True, default="", db_default="")
    kind = models.CharField(_("kind"), max_length=10, choices=Kind, default=Kind.CUSTOMER)
    parent = models.ForeignKey(
        "self", models.PROTECT, null=True, blank=True, related_name="branches", verbose_name=_("parent company")
    )
    segment = models.CharField(_("segment"), max_length=60, blank=True, default="", db_default="")
    source = models.CharField(
        pgettext_lazy("of a customer", "source"), max_length=60, blank=True, default="", db_default="",
        help_text=_("How they came to us: a fair, a recommendation, the site."),
    )  # fmt: skip
    country = models.CharField(_("country"), max_length=60, blank=True, default="")
    country_code = models.CharField(max_length=2, default="", db_default="", editable=False)  # ISO 3166, from country
    region = models.CharField(_("region"), max_length=100, blank=True, default="", db_default="")
    city = models.CharField(_("city"), max_length=100, blank=True, default="")
    postcode = models.CharField(_("postcode"), max_length=20, blank=True, default="", db_default="")
    address = models.CharField(_("street and house"), max_length=200, blank=True, default="", db_default="")
    phone = models.CharField(_("phone"), max_length=40, blank=True, default="")
    email = models.EmailField(_("e-mail"), blank=True, default="")
    website = models.URLField(_("website"), blank=True, default="")
    inn = LegalIdField("inn")
    kpp = LegalIdField("kpp")
    ogrn = LegalIdField("ogrn")
    nip = LegalIdField("nip")
    regon = LegalIdField("regon")
    krs = LegalIdField("krs")
    vat = LegalIdField("vat")
    unp = LegalIdField("unp")
    bin = LegalIdField("bin")
    legal_id = models.CharField(_("tax number"), max_length=30, blank=True, default="")
    payment_days = models.PositiveSmallIntegerField(
        _("days to pay"), null=True, blank=True, help_text=_("From the day of the invoice. Empty: as the invoice says.")
    )
    debt_limit_minor = models.BigIntegerField(
        _("debt limit"), null=True, blank=True, help_text=_("How much they may owe. Empty: no limit was agreed.")
    )
    currency = models.CharField(
        _("currency"), max_length=3, blank=True, default="", db_default="", help_text=_("Of the debt limit, like EUR.")
    )

    class Meta:
        verbose_name = _("company")
        verbose_name_plural = _("companies")
        indexes = keyset_indexes("company", "sort_key", "updated_at")
        constraints = [
            models.CheckConstraint(
                condition=models.Q(debt_limit_minor=None) | models.Q(debt_limit_minor__gte=0),
                name="debt_limit_not_negative",
                violation_error_message=_("A debt limit is not below zero; leave it empty where there is none."),
            ),
            models.CheckConstraint(
                condition=models.Q(debt_limit_minor=None) | ~models.Q(currency=""), name="debt_limit_has_a_currency",
                violation_error_message=_("Say the currency of the debt limit, like EUR."),
            ),
            models.CheckConstraint(
                condition=models.Q(parent=None) | ~models.Q(parent=models.F("pk")), name="company_not_its_own_parent",
                violation_error_message=_("A company is not its own parent."),
            ),
        ]  # fmt: skip

    def prepare(self):
        super().prepare()
        self.country_code = country_code(self.country)
        for name in LEGAL_IDS:
            setattr(self, name, compact(getattr(self, name)))
        self.currency = self.currency.upper()
        if self.debt_limit_minor is not None and not self.currency:
            self.currency = Firm.objects.values_list("currency", flat=True).first() or ""


class Contact(Record):
    """A person we know, at one company or at none."""

    type_key = "contact"

    name = models.CharField(_("full name"), max_length=200)
    company = models.ForeignKey(
        Company, models.PROTECT, null=True, blank=True, related_name="contacts", verbose_name=_("company")
    )
    job = models.CharField(_("job"), max_length=120, blank=True, default="")
    phone = models.CharField(_("phone"), max_length=40, blank=True, default="")
    email = models.EmailField(_("e-mail"), blank=True, default="")

    class Meta:
        verbose_name = _("contact")
        verbose_name_plural = _("contacts")
        indexes = keyset_indexes("contact", "sort_key", "updated_at")
