"""Companies and the people we know there."""

from django.db import models
from django.utils.translation import gettext_lazy as _

from groundwork.records.models import Record, keyset_indexes


class Company(Record):
    """A customer, supplier or partner. Our own firm is not one (blueprint.Firm)."""

    type_key = "company"

    class Kind(models.TextChoices):
        CUSTOMER = "customer", _("customer")
        SUPPLIER = "supplier", _("supplier")
        PARTNER = "partner", _("partner")

    name = models.CharField(_("name"), max_length=200)
    kind = models.CharField(_("kind"), max_length=10, choices=Kind, default=Kind.CUSTOMER)
    country = models.CharField(_("country"), max_length=60, blank=True, default="")
    city = models.CharField(_("city"), max_length=100, blank=True, default="")
    phone = models.CharField(_("phone"), max_length=40, blank=True, default="")
    email = models.EmailField(_("e-mail"), blank=True, default="")
    website = models.URLField(_("website"), blank=True, default="")
    legal_id = models.CharField(_("tax number"), max_length=30, blank=True, default="")

    class Meta:
        verbose_name = _("company")
        verbose_name_plural = _("companies")
        indexes = keyset_indexes("company", "sort_key", "updated_at")


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
