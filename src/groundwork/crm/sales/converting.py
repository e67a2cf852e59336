"""A lead becomes a company, a contact, a deal: made or found, in one act that can be taken back as a whole."""

from typing import Any

from django import forms
from django.utils.translation import gettext as _t
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from groundwork.core.refusals import NotAllowed, Refusal
from groundwork.crm.customers.duplicates import Like
from groundwork.crm.customers.models import Company, Contact
from groundwork.crm.sales import lead_likes
from groundwork.crm.sales.deals import Deal
from groundwork.crm.sales.lead_statuses import LeadState, first_of
from groundwork.crm.sales.leads import CONVERT, Lead, told
from groundwork.crm.sales.pipelines import needed_in, sales
from groundwork.records.forms import LinkField, link_text, may_type
from groundwork.records.pages import PageAction, page_actions
from groundwork.records.tasks.models import Task
from groundwork.records.types import types
from groundwork.records.write import creating, writing
from groundwork.ui.forms import PlainErrors

NEW = "new"
FACTS = ("name", "person", "company_name", "phone", "email", "country", "source")


class ConvertForm(PlainErrors, forms.Form):
    """What the lead becomes. Who may be the same already is offered first, of those whom the person may see."""

    company = forms.ChoiceField(label=_("Company"), required=False)
    contact = forms.ChoiceField(label=_("Contact"), required=False)
    make_deal = forms.BooleanField(label=_("Make a deal"), required=False)
    deal_name = forms.CharField(label=_("What the deal is about"), max_length=200, required=False)
    pipeline = forms.ChoiceField(label=_("Pipeline"), required=False)

    def __init__(self, lead: Lead, user, data: Any = None):
        super().__init__(data)
        self.lead, self.user = lead, user
        facts = told(lead, user, FACTS)
        self._offer("company", Company, lead_likes.like_companies(user, facts), facts.get("company_name"))
        self._offer("contact", Contact, lead_likes.like_contacts(user, facts), facts.get("person"))
        self._offer_deal(facts)
        order = ["company", "other_company", "contact", "other_contact", "make_deal", "deal_name", "pipeline"]
        self.order_fields(order)

    def _offer(self, name: str, model: Any, likes: list[Like], called: Any) -> None:
        """Those that it may be, then a new one, then none of them: another one is typed beside."""
        found = [(str(like.record.pk), f"{link_text(like.record)} ({like.why})") for like in likes]
        new = [(NEW, _t("New: %(name)s") % {"name": called})] if called and self.user.can("create", model) else []
        self.fields[name].choices = [*found, *new, ("", _t("None"))]  # type: ignore[attr-defined]
        self.fields[name].initial = (found or new or [("", "")])[0][0]
        if not self.user.can("view", model):
            del self.fields[name]
            return
        self.fields[f"other_{name}"] = LinkField(
            target=model, user=self.user, required=False,
            label=_("Another company") if model is Company else _("Another contact"),
            help_text=_("Type a name or a number: it goes before what is chosen above."),
        )  # fmt: skip

    def _offer_deal(self, facts: dict[str, Any]) -> None:
        pipelines = [(key, str(row)) for key, row in sales().pipelines.items() if not row.retired_at]
        self.fields["pipeline"].choices = pipelines  # type: ignore[attr-defined]
        self.fields["deal_name"].initial = facts.get("name", "")
        self.fields["make_deal"].initial = True
        for name in ("make_deal", "deal_name", "pipeline"):
            if not pipelines or not self.user.can("create", Deal) or (name == "pipeline" and len(pipelines) == 1):
                del self.fields[name]

    def clean(self):
        cleaned = super().clean() or {}
        if self.errors:
            return cleaned
        for name in ("company", "contact"):
            cleaned[name] = cleaned.pop(f"other_{name}", None) or self._chosen(name, cleaned.get(name, ""))
        if cleaned.get("make_deal"):
            self._judge_deal(cleaned)
        elif not cleaned["company"] and not cleaned["contact"]:
            raise forms.ValidationError(_t("Choose what it becomes: a company, a contact or a deal."))
        return {name: cleaned.get(name) for name in ("company", "contact", "make_deal", "deal_name", "pipeline")}

    def _chosen(self, name: str, value: str) -> Any:
        """NEW, a visible record, or None."""
        if value in ("", NEW):
            return value or None
        model: Any = Company if name == "company" else Contact
        return model.objects.visible_to(self.user).current().filter(pk=value).first()

    def _judge_deal(self, cleaned: dict[str, Any]) -> None:
        if not cleaned.get("deal_name", "").strip():
            self.add_error("deal_name", _t("Say what the deal is about."))
        contact = cleaned["contact"]
        known = {
            "company": cleaned["company"] or (contact != NEW and contact and contact.company_id), "contact": contact,
            "source": self.lead.source,
        }  # fmt: skip
        stage = sales().stages.get(sales().first_stage(cleaned.get("pipeline") or ""))
        missing = [name for name in (needed_in(stage) if stage else ()) if not known.get(name)]
        if missing:
            labels = ", ".join(str(types["deal"].field(name).label) for name in missing)
            words = _t("A deal begins in “%(stage)s”, which asks for: %(facts)s.")
            self.add_error("make_deal", words % {"stage": stage, "facts": labels})


def convert(lead: Lead, by, *, company=None, contact=None, make_deal=False, deal_name="", pipeline="") -> Lead:
    """Make or link what the lead became; its open tasks go on to the deal, else to the company or the contact.

    ``company`` and ``contact`` are a record that ``by`` may see, NEW, or None. Refused for a lead that is converted.
    """
    if not lead.is_open:
        raise Refusal(
            _t("Only an open lead is converted: this one is %(state)s.") % {"state": lead.get_state_display()}
        )
    facts = told(lead, by, FACTS)
    with writing(lead, by=by, act=CONVERT) as fresh:
        if company == NEW:
            company = _made(Company, by, fresh, named=facts.get("company_name"), facts=facts)
        if contact == NEW:
            contact = _made(Contact, by, fresh, named=facts.get("person"), facts=facts, company=company)
        company = company or (contact.company if contact is not None else None)
        if make_deal:
            fresh.deal = _made(
                Deal, by, fresh, named=deal_name, facts={}, company=company, contact=contact, pipeline=pipeline or "",
                stage=sales().first_stage(pipeline or ""), source=fresh.source,
            )  # fmt: skip
        fresh.company, fresh.contact = company, contact
        fresh.status = first_of(LeadState.CONVERTED)
    _hand_tasks_on(fresh, fresh.deal or company or contact, by)
    return fresh


def _made(model: Any, by, lead: Lead, *, named: Any, facts: dict[str, Any], **more) -> Any:
    """Of what the person may type into such a record. It belongs to whom the lead belongs to."""
    if not by.can("create", model):
        raise NotAllowed(_t("Your role makes no such record."))
    kind = types[model.type_key]
    free = may_type(kind, by)
    taken = {name: value for name, value in facts.items() if name in free and name not in ("name", "source") and value}
    if "source" in free and model is Company and facts.get("source"):
        taken["source"] = str(dict(Lead._meta.get_field("source").flatchoices).get(facts["source"], ""))  # type: ignore[union-attr]
    more = {name: value for name, value in more.items() if value is not None}
    record = model(name=named, owner=lead.owner, department=lead.department, **taken, **more)
    return creating(record, by=by)


def _hand_tasks_on(lead: Lead, to: Any, by) -> None:
    for task in Task.objects.about(lead).open():
        with writing(task, by=by, act=CONVERT) as fresh:
            fresh.about_type, fresh.about_id = to.type_key, to.pk


def became(lead: Lead) -> Any:
    return lead.deal or lead.company or lead.contact if lead.state == LeadState.CONVERTED else None


page_actions.add(
    PageAction(
        CONVERT, _("Convert"), lambda lead, by, **asked: became(convert(lead, by, **asked)),
        _("The lead is converted: here is what it became."), form=ConvertForm,
        explain=_("Say what the lead becomes. Who may be the same stands first: look before you make a new one."),
        offered=lambda lead: lead.is_open, icon="arrow-right-left", primary=True, can_go_back=True, made=became,
        past=pgettext_lazy("a lead", "Converted"),
    )
)  # fmt: skip
