"""What is to be won in a month, by a person or by a department; and the forecast as it stood on a day."""

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal
from fractions import Fraction
from typing import Any

from django import forms
from django.conf import settings
from django.db import models, transaction
from django.db.models import Q
from django.utils.translation import gettext as _t
from django.utils.translation import gettext_lazy as _

from groundwork.access.models import Department, User
from groundwork.access.rights import Scope, reach
from groundwork.core.clock import now, today
from groundwork.core.fields import parsed_number
from groundwork.core.languages import writing
from groundwork.core.money import to_major, to_minor
from groundwork.core.months import first_of_month
from groundwork.crm.sales.deals import Deal
from groundwork.crm.sales.forecast import COUNTED, Asked, category_of, open_sums, won_sums, worth_of
from groundwork.crm.sales.pipelines import sales
from groundwork.crm.trade.rates import firm_currency, half_up
from groundwork.ui.forms import PlainErrors

MONTHS = 6  # in the grid, from this one on
WEEK = 7
WEEKS_BACK = 28  # days
BIGGEST = 10**15


class Target(models.Model):
    """What ``person``, or else ``department`` with those below it, is to win in a month, net."""

    person = models.ForeignKey(settings.AUTH_USER_MODEL, models.CASCADE, null=True, related_name="+")
    department = models.ForeignKey("access.Department", models.CASCADE, null=True, related_name="+")
    month = models.DateField()  # its first day
    amount_minor = models.BigIntegerField()
    currency = models.CharField(max_length=3)
    set_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.SET_NULL, null=True, related_name="+")
    set_at = models.DateTimeField(default=now)

    class Meta:
        verbose_name = _("sales target")
        constraints = [
            models.UniqueConstraint(fields=["person", "month"], name="one_target_a_person"),
            models.UniqueConstraint(fields=["department", "month"], name="one_target_a_department"),
            models.CheckConstraint(
                condition=Q(person=None, department__isnull=False) | Q(person__isnull=False, department=None),
                name="target_of_one",
            ),
            models.CheckConstraint(condition=Q(amount_minor__gte=0), name="target_not_below_zero"),
        ]


class KeptForecast(models.Model):
    """What one person's open deals of one month promised on a day. Kept by the worker once a week."""

    taken_on = models.DateField()
    month = models.DateField(null=True)  # of the expected close; None: no day was known
    owner = models.ForeignKey(settings.AUTH_USER_MODEL, models.SET_NULL, null=True, related_name="+")
    department = models.ForeignKey("access.Department", models.SET_NULL, null=True, related_name="+")
    currency = models.CharField(max_length=3)
    weighted_minor = models.BigIntegerField()
    commit_minor = models.BigIntegerField()
    best_minor = models.BigIntegerField()
    pipeline_minor = models.BigIntegerField()
    deals = models.PositiveIntegerField()

    class Meta:
        indexes = [models.Index(fields=["taken_on", "month"], name="forecast_snapshot")]


# ── the forecast as it stood


@transaction.atomic
def keep_snapshot() -> bool:
    """Keep today's forecast where none was kept within a week; asked daily, a repeat changes nothing."""
    day = today()
    if KeptForecast.objects.filter(taken_on__gt=day - timedelta(days=WEEK)).exists():
        return False
    sums: dict[tuple, dict[str, int]] = defaultdict(lambda: defaultdict(int))
    for row in open_sums(Deal.objects.current(), "department"):
        stage = sales().stages.get(row["stage"])
        category = category_of(row["category"], stage)
        if category in COUNTED and stage is not None:
            kept = sums[row["month"], row["owner"], row["department"], row["currency"]]
            kept[category] += row["sum"] or 0
            kept["chance"] += (row["sum"] or 0) * stage.probability
            kept["deals"] += row["count"]
    KeptForecast.objects.bulk_create((_kept(day, key, found) for key, found in sums.items()), batch_size=500)
    return True


def _kept(day: date, key: tuple, found: dict[str, int]) -> KeptForecast:
    month, owner, department, currency = key
    return KeptForecast(
        taken_on=day, month=month, owner_id=owner, department_id=department, currency=currency,
        weighted_minor=half_up(Fraction(found["chance"], 100)), commit_minor=found["commit"],
        best_minor=found["best"], pipeline_minor=found["pipeline"], deals=found["deals"],
    )  # fmt: skip


@dataclass
class Then:
    """One month as it was forecast on a past day, and what was won of it since; the asked currency's minor units."""

    weighted: int = 0
    commit: int = 0
    deals: int = 0
    won: int = 0

    @property
    def share(self) -> Fraction | None:
        """What was won for each unit that was promised."""
        return Fraction(self.won, self.weighted) if self.weighted else None


def then(asked: Asked) -> tuple[date | None, dict[date, Then]]:
    """The newest snapshot that is four weeks old, and the months from it to this one; None: there is none yet."""
    taken_on = KeptForecast.objects.filter(taken_on__lte=today() - timedelta(days=WEEKS_BACK)).aggregate(
        day=models.Max("taken_on")
    )["day"]
    if taken_on is None:
        return None, {}
    first, last = first_of_month(taken_on), first_of_month(today())
    found: dict[date, Then] = {}
    month = first
    while month <= last:
        found[month] = Then()
        month = first_of_month(month, 1)
    kept = _seen(asked, KeptForecast.objects.filter(taken_on=taken_on, month__in=found))
    rows = list(kept.values("month", "currency").annotate(
        weighted=models.Sum("weighted_minor"), commit=models.Sum("commit_minor"), count=models.Sum("deals")
    ))  # fmt: skip
    won = list(won_sums(asked.deals().filter(closed_on__gt=taken_on), first))
    worth = worth_of(asked, {row["currency"] for row in (*rows, *won)}, today())
    for row in rows:
        line = found[row["month"]]
        line.weighted += worth(row["weighted"], row["currency"]) or 0
        line.commit += worth(row["commit"], row["currency"]) or 0
        line.deals += row["count"]
    for row in won:
        if row["month"] in found:
            found[row["month"]].won += worth(row["sum"] or 0, row["currency"]) or 0
    return taken_on, found


def _seen(asked: Asked, found: models.QuerySet) -> models.QuerySet:
    """Of the snapshot what the reader would see of the deals in it."""
    scope = reach(asked.user, "view", Deal.type_key)
    if not scope.all:
        found = found.filter(Q(owner=scope.me) | Q(department__in=scope.departments))
    if asked.owner is not None:
        found = found.filter(owner=asked.owner)
    return found if asked.currency == "all" else found.filter(currency=asked.currency)


# ── targets


def scope_of(user) -> Scope:
    """Whose targets the person may set: of those whose deals may be edited, beyond the own ones."""
    return reach(user, "edit", Deal.type_key)


def may_set(user) -> bool:
    scope = scope_of(user)
    return scope.all or bool(scope.departments)


@dataclass
class Targets:
    """All targets of some months that count for what the reader sees, in the firm's currency."""

    people: dict[int, dict[date, int]]
    departments: dict[int, dict[date, int]]
    tree: dict[int, Department]
    members: dict[int, list[int]]  # {department: its people}
    scope: Scope

    @classmethod
    def of(cls, user, months: Iterable[date]) -> "Targets":
        scope, currency = reach(user, "view", Deal.type_key), firm_currency()
        people: dict[int, dict[date, int]] = defaultdict(dict)
        departments: dict[int, dict[date, int]] = defaultdict(dict)
        members: dict[int, list[int]] = defaultdict(list)
        found = Target.objects.filter(month__in=list(months), currency=currency)
        for row in found.values("person", "person__department", "department", "month", "amount_minor"):
            if row["department"]:
                departments[row["department"]][row["month"]] = row["amount_minor"]
                continue
            if row["person"] not in people and row["person__department"]:
                members[row["person__department"]].append(row["person"])
            people[row["person"]][row["month"]] = row["amount_minor"]
        tree = {department.pk: department for department in Department.objects.all()}
        return cls(people, departments, tree, members, scope)

    def whole(self, month: date) -> int | None:
        """Of everybody whose deals the reader sees; None where nobody set any."""
        if self.scope.all:
            tops = [pk for pk, one in self.tree.items() if one.parent_id is None]
        else:
            tops = [pk for pk in self.scope.departments if pk in self.tree and not self._is_below(pk)]
        found = [self._of(pk, month) for pk in tops]
        if not self.scope.all and self.scope.me is not None and not tops:
            found.append(self.people.get(self.scope.me, {}).get(month))
        known = [amount for amount in found if amount is not None]
        return sum(known) if known else None

    def _is_below(self, pk: int) -> bool:
        return self.tree[pk].parent_id in self.scope.departments

    def _of(self, pk: int, month: date) -> int | None:
        """A department's own target; without one the sum of its people's and of the departments below."""
        own = self.departments.get(pk, {}).get(month)
        if own is not None:
            return own
        parts = [self.people[person].get(month) for person in self.members.get(pk, ())]
        parts += [self._of(below, month) for below, one in self.tree.items() if one.parent_id == pk]
        known = [amount for amount in parts if amount is not None]
        return sum(known) if known else None

    def of_person(self, pk: int | None, month: date) -> int | None:
        return self.people.get(pk or 0, {}).get(month)


class TargetsForm(PlainErrors, forms.Form):
    """A grid: a line a person or department, a column a month. What was not changed here is not written."""

    def __init__(self, data=None, *, user):
        self.user, self.currency = user, firm_currency()
        self.months = [first_of_month(today(), ahead) for ahead in range(MONTHS)]
        self.rows = [*self._departments(), *self._people()]
        super().__init__(data)
        self.kept = {
            (target.department_id and f"d{target.department_id}" or f"p{target.person_id}", target.month): target
            for target in Target.objects.filter(month__in=self.months)
        }
        self.lines = []
        for key, name, sub in self.rows:
            cells = []
            for month in self.months:
                field_name = f"{key}-{month:%Y-%m}"
                self.fields[field_name] = AmountField(
                    self.currency, label=f"{name}, {month:%m.%Y}", initial=self._initial(key, month)
                )
                cells.append(self[field_name])
            self.lines.append((name, sub, cells))

    def _initial(self, key: str, month: date) -> str:
        target = self.kept.get((key, month))
        if target is None or target.currency != self.currency:
            return ""
        return writing().number(to_major(target.amount_minor, self.currency))

    def _departments(self) -> list[tuple[str, str, str]]:
        scope = scope_of(self.user)
        found = Department.objects.all() if scope.all else Department.objects.filter(pk__in=scope.departments)
        return [(f"d{one.pk}", one.name, _t("department")) for one in found]

    def _people(self) -> list[tuple[str, str, str]]:
        """Who may make deals, of the departments in reach."""
        scope = scope_of(self.user)
        found = User.objects.filter(is_active=True, roles__grants__type=Deal.type_key, roles__grants__verb="create")
        if not scope.all:
            found = found.filter(department__in=scope.departments)
        found = found.select_related("department").order_by("department__path", "name", "pk").distinct()
        return [(f"p{one.pk}", str(one), str(one.department or "")) for one in found]

    @transaction.atomic
    def save(self) -> int:
        """How many were changed."""
        changed = 0
        for key, _name, _sub in self.rows:
            who: dict[str, Any] = {"department_id" if key[0] == "d" else "person_id": int(key[1:])}
            for month in self.months:
                name = f"{key}-{month:%Y-%m}"
                if name not in self.changed_data:
                    continue
                changed += 1
                amount = self.cleaned_data[name]
                if amount is None:
                    Target.objects.filter(**who, month=month).delete()
                    continue
                facts = {"amount_minor": amount, "currency": self.currency, "set_by": self.user, "set_at": now()}
                Target.objects.update_or_create(**who, month=month, defaults=facts)
        return changed


class AmountField(forms.CharField):
    """An amount as people write it; None where it is empty."""

    def __init__(self, currency: str, **how):
        self.currency = currency
        attrs = {"class": "in", "inputmode": "decimal", "autocomplete": "off", "aria-label": how["label"]}
        super().__init__(required=False, max_length=30, widget=forms.TextInput(attrs=attrs), **how)
        self.show_hidden_initial = True

    def clean(self, value):
        text = (value or "").strip()
        if not text:
            return None
        try:
            amount = parsed_number(text)
        except ValueError:
            amount = Decimal(-1)
        if not 0 <= amount <= BIGGEST:
            raise forms.ValidationError(_t("Write an amount above zero, such as 12 500, or leave it empty."))
        return to_minor(amount, self.currency)

    def has_changed(self, initial, data):
        return (initial or "").strip() != (data or "").strip()
