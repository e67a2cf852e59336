"""Costs that are missing: what was sold without one, and the act that asks somebody to fill them in."""

from dataclasses import dataclass
from datetime import date, timedelta

from django import forms
from django.db.models import QuerySet
from django.http import Http404
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from groundwork.access.models import Grant, User, Verb
from groundwork.core.clock import today
from groundwork.core.languages import number
from groundwork.core.refusals import Refusal
from groundwork.crm.insight.screens import Cost, address
from groundwork.crm.insight.sections import Look, Shown, sections
from groundwork.crm.insight.unknown_costs import show_unknown_costs, unknown_rows
from groundwork.crm.trade import profit
from groundwork.crm.trade.models import Product
from groundwork.records.tasks.asking import DAYS_TO_NEXT, give
from groundwork.records.tasks.models import Task
from groundwork.ui.forms import DayInput, PlainErrors

SHOWN, NAMED = 20, 3


class AskForm(PlainErrors, forms.Form):
    """Who, and by when; offered is whoever may write cost prices."""

    who = forms.ModelChoiceField(User.objects.none(), label=gettext_lazy("who"))
    due_on = forms.DateField(label=gettext_lazy("when"), widget=DayInput())

    def __init__(self, data=None):
        super().__init__(data, initial={"due_on": today() + timedelta(days=DAYS_TO_NEXT)})
        people = who_may_fill_in()
        self.fields["who"].queryset = people  # type: ignore[attr-defined]
        self.initial["who"] = people.filter(roles__key="buyer").first() or people.first()

    def clean_due_on(self):
        day = self.cleaned_data["due_on"]
        if day < today():
            raise forms.ValidationError(_("That day is over: choose a later one."))
        return day


def who_may_fill_in() -> QuerySet[User]:
    """People whose role edits products, and who see their costs."""
    may = Grant.objects.filter(type=Product.type_key, verb=Verb.EDIT)
    people = User.objects.filter(is_active=True, roles__in=may.values("role")).distinct()
    seeing = [person.pk for person in people if profit.sees_costs(person)]
    return User.objects.filter(pk__in=seeing).order_by("name")


@dataclass
class Missing:
    """The products of a period with lines of unknown cost, those with most revenue first."""

    look: Look
    part: Shown
    rows: list[profit.ProfitRow]

    @classmethod
    def of(cls, user, choice: dict) -> "Missing":
        """404 for whoever may not see the report, and where no costs are kept."""
        section = sections["unknown-costs"]
        if not user.can("view", "reports") or not section.may(user) or not Cost.of(user).kept:
            raise Http404
        end = choice.get("end") or profit.last_day(user)
        currency = choice.get("currency") or profit.main_currency(profit.totals(profit.profit(as_of=end, user=user)))
        look = Look(user, choice.get("start"), end, currency, top=SHOWN)
        rows = [row for row in unknown_rows(look)[1] if row.place.value is not None]
        profit.give_names(rows[:SHOWN], user)
        return cls(look, show_unknown_costs(look), rows)

    @property
    def back(self) -> str:
        return self.look.report("unknown-costs")

    @property
    def imports(self) -> str:
        return address("imports:start", layout="costs") if self.look.user.can("create", "import") else ""

    @property
    def products(self) -> str:
        """The list of those whose cost is unknown today."""
        return address("records:list", "product", **{"f.cost": "unknown"})

    def ask(self, who: User, due_on: date) -> Task:
        """One task for all of it, about the product that matters most, where the asker sees it."""
        if not self.rows:
            raise Refusal(_("Every cost of this period is known: there is nothing to ask for."))
        first = Product.objects.visible_to(self.look.user).filter(pk=self.rows[0].place.value).first()
        return give(first, by=self.look.user, what=self.words()[:200], due_on=due_on, owner=who)

    def words(self) -> str:
        names = ", ".join(str(row.place.name) for row in self.rows[:NAMED] if row.place.name)
        words = ngettext(
            "Fill in the cost price of %(count)s product sold without one: %(names)s",
            "Fill in the cost prices of %(count)s products sold without one: %(names)s …",
            len(self.rows),
        )
        return words % {"count": number(len(self.rows), 0), "names": names}
