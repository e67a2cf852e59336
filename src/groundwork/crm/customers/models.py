"""Companies, the people we know there, and what we know about both."""

from django.conf import settings
from django.db import models
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from groundwork.blueprint.models import Firm
from groundwork.crm.customers.countries import country_code
from groundwork.crm.customers.legal_ids import LEGAL_IDS, LegalIdField, compact
from groundwork.records.models import Part, Record, keyset_indexes


class Company(Record):
    """A customer, supplier or partner. Our own firm is not one (blueprint.Firm)."""

    type_key = "company"

    class Lifecycle(models.TextChoices):
        PROSPECT = "prospect", _("prospect")
        NEW = "new", pgettext_lazy("customer", "new")
        GROWING = "growing", _("growing")
        LOYAL = "loyal", _("loyal")
        COOLING = "cooling", _("cooling")
        RETURNING = "returning", _("returning")
        LOST = "lost", pgettext_lazy("customer", "lost")

    class Kind(models.TextChoices):
        CUSTOMER = "customer", _("customer")
        SUPPLIER = "supplier", _("supplier")
        PARTNER = "partner", _("partner")

    name = models.CharField(_("name"), max_length=200)
    short_name = models.CharField(_("short name"), max_length=60, blank=True, default="", db_default="")
    legal_name = models.CharField(_("full legal name"), max_length=250, blank=True, default="", db_default="")
    kind = models.CharField(_("kind"), max_length=10, choices=Kind, default=Kind.CUSTOMER)
    lifecycle = models.CharField(  # kept by relationship.history from the facts; "" for who is no customer
        _("relationship"), max_length=10, choices=Lifecycle, default="", db_default="", blank=True, editable=False
    )
    parent = models.ForeignKey(
        "self", models.PROTECT, null=True, blank=True, related_name="branches", verbose_name=_("parent company"),
        db_index=False,  # nearly all are empty, so that a planner leaves an index over all of them alone
    )  # fmt: skip
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
        indexes = [
            *keyset_indexes("company", "sort_key", "updated_at"),
            models.Index(fields=["lifecycle", "sort_key", "id"], name="company_lifecycle"),
            models.Index(fields=["kind", "lifecycle"], condition=models.Q(archived_at=None), name="company_counted"),
            models.Index(fields=["parent"], condition=models.Q(parent__isnull=False), name="company_of_parent"),
        ]
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
            self.currency = Firm.own_currency()


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


# ── parts


class Employment(Part):
    """A contact works or worked for a company. Without ``until_on``: still."""

    parent_field = "contact"

    contact = models.ForeignKey(Contact, models.CASCADE, related_name="employments")
    company = models.ForeignKey(Company, models.PROTECT, related_name="employments", verbose_name=_("company"))
    job = models.CharField(_("job"), max_length=120, blank=True, default="")
    from_on = models.DateField(pgettext_lazy("worked there", "from"), null=True, blank=True)
    until_on = models.DateField(pgettext_lazy("worked there", "until"), null=True, blank=True)

    class Meta:
        verbose_name = _("employment")
        verbose_name_plural = _("employments")
        constraints = [
            models.CheckConstraint(
                condition=models.Q(until_on=None)
                | models.Q(from_on=None)
                | models.Q(until_on__gte=models.F("from_on")),
                name="employment_ends_after_it_begins",
                violation_error_message=_("The last day is not before the first one."),
            )
        ]

    def __str__(self):
        return self.job


class ImportantDate(Part):
    """A day worth a word: a birthday, the day of the contract."""

    class Kind(models.TextChoices):
        BIRTHDAY = "birthday", _("birthday")
        ANNIVERSARY = "anniversary", _("anniversary")
        CONTRACT = "contract", _("contract")
        OTHER = "other", _("other date")

    kind = models.CharField(_("kind"), max_length=12, choices=Kind, default=Kind.BIRTHDAY)
    on = models.DateField(_("date"))
    yearly = models.BooleanField(_("every year"), default=True)
    note = models.CharField(_("note"), max_length=200, blank=True, default="")
    month_day = models.PositiveSmallIntegerField(default=0, editable=False, db_index=True)  # 229 is 29 February

    class Meta:
        abstract = True
        verbose_name = _("important date")
        verbose_name_plural = _("important dates")

    def __str__(self):
        return self.note or str(self.get_kind_display())

    def prepare(self):
        self.month_day = self.on.month * 100 + self.on.day


class CompanyDate(ImportantDate):
    parent_field = "company"
    company = models.ForeignKey(Company, models.CASCADE, related_name="dates")


class ContactDate(ImportantDate):
    parent_field = "contact"
    contact = models.ForeignKey(Contact, models.CASCADE, related_name="dates")


class Consent(Part):
    """What a person allowed us, and how we can prove it. A withdrawn one stays to be seen."""

    parent_field = "contact"

    class Purpose(models.TextChoices):
        DATA = "data", _("keeping personal data")
        MAILING = "mailing", _("mailings")
        CALLS = "calls", _("calls")
        PUBLICATION = "publication", _("being named in public")
        OTHER = "other", _("other purpose")

    class How(models.TextChoices):
        PAPER = "paper", _("signed on paper")
        MAIL = "mail", _("by e-mail")
        PHONE = "phone", _("on the phone")
        SITE = "site", _("on the site")
        SPOKEN = "spoken", _("in person")

    contact = models.ForeignKey(Contact, models.CASCADE, related_name="consents")
    purpose = models.CharField(_("what for"), max_length=12, choices=Purpose)
    given_on = models.DateField(_("given on"))
    withdrawn_on = models.DateField(_("withdrawn on"), null=True, blank=True)
    how = models.CharField(_("how"), max_length=10, choices=How)
    proof = models.CharField(
        _("proof"), max_length=500, help_text=_("Where it can be seen: the letter, the paper, the words said.")
    )

    class Meta:
        verbose_name = _("consent")
        verbose_name_plural = _("consents")
        constraints = [
            models.CheckConstraint(
                condition=models.Q(withdrawn_on=None) | models.Q(withdrawn_on__gte=models.F("given_on")),
                name="consent_withdrawn_after_given",
                violation_error_message=_("A consent is not withdrawn before it is given."),
            )
        ]

    def __str__(self):
        return str(self.get_purpose_display())

    @property
    def is_valid(self):
        return self.withdrawn_on is None


class FreeFact(Part):
    """Something worth knowing that has no field, and who reads it: a fact without a reader is not collected."""

    text = models.CharField(pgettext_lazy("about a customer", "fact"), max_length=500)
    reader = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, related_name="+", verbose_name=_("who reads it")
    )
    why = models.CharField(_("what for"), max_length=200)

    class Meta:
        abstract = True
        verbose_name = pgettext_lazy("about a customer", "fact")
        verbose_name_plural = _("facts")

    def __str__(self):
        return self.text


class CompanyFact(FreeFact):
    parent_field = "company"
    company = models.ForeignKey(Company, models.CASCADE, related_name="free_facts")


class ContactFact(FreeFact):
    parent_field = "contact"
    contact = models.ForeignKey(Contact, models.CASCADE, related_name="free_facts")


# ── what is computed


class CompanyFacts(models.Model):
    """What is known about the dealings with one company as of a day; kept by ``facts.recompute``.

    Amounts are net, in minor units of ``currency``. None is unknown, never zero.
    """

    is_derived = True

    company = models.OneToOneField(Company, models.CASCADE, primary_key=True, related_name="facts")
    as_of = models.DateField(null=True)
    stale = models.BooleanField(default=True, db_index=True)
    currency = models.CharField(max_length=3, default="")
    documents = models.PositiveIntegerField(null=True)  # invoices, without credit notes
    buying_days = models.PositiveIntegerField(null=True)  # days with an invoice
    first_on = models.DateField(null=True)
    last_on = models.DateField(null=True)
    revenue_12m_minor = models.BigIntegerField(null=True)
    revenue_before_minor = models.BigIntegerField(null=True)  # of the 12 months before those
    revenue_6m_minor = models.BigIntegerField(null=True)
    revenue_6m_before_minor = models.BigIntegerField(null=True)
    rhythm_days = models.PositiveIntegerField(null=True)  # median gap between buying days; from three of them on
    silent_days = models.IntegerField(null=True)  # since the last buying day
    back_on = models.DateField(null=True)  # the end of the longest gap that ended within half a year
    back_after_days = models.PositiveIntegerField(null=True)  # how long that gap was
    payments = models.PositiveIntegerField(null=True)  # invoices paid in 12 months
    days_past_due = models.IntegerField(null=True)  # of those, on average, rounded half up; below zero: before the day
    claims = models.PositiveIntegerField(null=True)  # in 12 months
    claims_cost_minor = models.BigIntegerField(null=True)
    margin_minor = models.BigIntegerField(null=True)  # in 12 months, of what has a known cost
    margin_revenue_minor = models.BigIntegerField(null=True)  # the revenue with a known cost
    margin_of_minor = models.BigIntegerField(null=True)  # all revenue of those months

    class Meta:
        verbose_name = _("company facts")


class RelationshipState(models.Model):
    """From when to when a lifecycle or a trait was true of a company, and the facts it stood on."""

    is_derived = True

    company = models.ForeignKey(Company, models.CASCADE, related_name="states")
    rule = models.CharField(max_length=20)
    since_on = models.DateField()
    until_on = models.DateField(null=True)  # the day another came in its place
    facts = models.JSONField(default=dict)

    class Meta:
        ordering = ["-since_on", "-pk"]
        constraints = [
            models.UniqueConstraint(
                fields=["company", "rule"], condition=models.Q(until_on=None), name="one_open_state"
            )
        ]


class RelationshipRule(models.Model):
    """What a firm has changed in a rule: its thresholds and its next step. Its element keeps reason and revisions."""

    key = models.CharField(max_length=20, unique=True)
    thresholds = models.JSONField(default=dict)  # {name: number}; those that are not here have their default
    next_step = models.CharField(max_length=300, blank=True, default="")


# ── duplicates


class MatchKey(models.Model):
    """A sign by which two records may be one: a phone, an e-mail, a legal id, a name, each in one way of writing."""

    is_derived = True

    type = models.CharField(max_length=20)  # company, contact
    object_id = models.BigIntegerField()
    kind = models.CharField(max_length=10)  # phone, email, name, or the name of a legal id
    value = models.CharField(max_length=120)

    class Meta:
        indexes = [
            models.Index(
                fields=["type", "kind", "value"],
                name="match_value",
                opclasses=["varchar_pattern_ops"] * 3,  # PostgreSQL finds the beginning of a name by it in any language
            ),
            models.Index(fields=["type", "object_id"], name="match_record"),
        ]


class DuplicatePair(models.Model):
    """Two records that may be one, found by the job; ``first_id`` is the smaller. Dismissed: asked no more."""

    type = models.CharField(max_length=20)
    first_id = models.BigIntegerField()
    second_id = models.BigIntegerField()
    score = models.PositiveSmallIntegerField()  # of 100
    signs = models.JSONField(default=list)  # what speaks for it, as kinds of MatchKey; "like" is a similar name
    dismissed_at = models.DateTimeField(null=True)
    dismissed_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.SET_NULL, null=True, related_name="+")

    class Meta:
        constraints = [models.UniqueConstraint(fields=["type", "first_id", "second_id"], name="one_pair")]
        indexes = [models.Index(fields=["type", "-score", "id"], name="pair_by_score")]
