"""Coming dates, the relationship of a company in full, and its rules."""

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import Http404
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from groundwork.access.doors import allowed
from groundwork.blueprint.models import ElementRevision
from groundwork.crm.customers import duplicates, people
from groundwork.crm.customers.cards import card_of, history_of
from groundwork.crm.customers.forms import RuleForm
from groundwork.crm.customers.models import Company, DuplicatePair
from groundwork.crm.customers.relationship import Effect, Settings, change_rule, effects, rules
from groundwork.records.merge_views import may_merge
from groundwork.records.types import types
from groundwork.records.views import acts_on, of_type

NAMED = 20  # companies of one effect that a preview names


@require_GET
@allowed("view", "contact")
def dates(request):
    """Birthdays and other days of the next month or quarter."""
    days = 90 if request.GET.get("days") == "90" else 30
    return render(request, "customers/dates.html", {"days": days, "coming": people.coming(request.user, days)})


@require_GET
@acts_on("view")
def relationship(request, kind, record):
    """The card of one company with its history, and what every rule says."""
    if kind.key != Company.type_key:
        raise Http404
    context = {
        "record": record, "kind": kind, "panel": card_of(record, request.user), "history": history_of(record),
        "rules": rules, "may_configure": request.user.can("configure", "settings"),
    }  # fmt: skip
    return render(request, "customers/relationship.html", context)


@require_GET
@allowed("configure", "settings")
def rule_list(request):
    settings = Settings.load()
    rows = [(rule, settings.next_step(rule)) for rule in rules]
    return render(request, "customers/rules.html", {"rows": rows})


@require_http_methods(["GET", "POST"])
@allowed("configure", "settings")
def rule(request, key):
    """Change a rule: first who would change, then keep it with its reason."""
    if key not in rules:
        raise Http404
    shown, keeping = rules[key], "keep" in request.POST
    form = RuleForm(request.POST or None, rule=shown, settings=Settings.load(), keeping=keeping)
    if request.method == "POST" and form.is_valid() and keeping:
        typed = form.cleaned_data
        change_rule(shown, form.values, typed["next_step"], by=request.user, reason=typed["reason"])
        messages.success(request, _("The rule is kept. Companies are looked at again within a minute."))
        return redirect("customers:rules")
    previewed = request.method == "POST" and form.is_valid()
    revisions = ElementRevision.objects.filter(element__key=shown.element).select_related("by").order_by("-number")
    context = {
        "rule": shown, "form": form, 
        "revisions": revisions[:20],
        "effects": named(request.user, effects(shown, form.values)) if previewed else None,
    }  # fmt: skip
    return render(
        request, "customers/rule.html", context, status=422 if request.method == "POST" and not previewed else 200
    )


def named(user, found: list[Effect]) -> list[tuple[Effect, int, list[Company]]]:
    """Each effect with how many companies it has and the first of their names, among those the person sees."""
    result = []
    for effect in found:
        seen = Company.objects.visible_to(user).current().filter(pk__in=effect.companies).order_by("sort_key")
        if count := seen.count():
            result.append((effect, count, list(seen[:NAMED])))
    return result


# ── duplicates


@require_GET
@of_type("view")
def similar(request, kind):
    """While somebody types: visible records that this one may be. Nothing is said of others."""
    if kind.key not in duplicates.TYPES:
        raise Http404
    typed, besides = what_is_typed(request, kind)
    likes = duplicates.similar(request.user, kind.key, typed, besides=besides, limit=3)
    return render(request, "customers/similar.html", {"likes": likes})


def what_is_typed(request, kind) -> tuple[dict[str, str], int | None]:
    """(the fields that the person sees, as far as they are typed; the record that is being edited)"""
    own_fields = {item.name for item in kind.visible_fields(request.user, kind.fields)}
    typed = {name: value[:300] for name, value in request.GET.items() if name in own_fields}
    besides = request.GET.get("besides", "")
    return typed, int(besides) if besides.isdecimal() and len(besides) < 19 else None


@require_GET
@of_type("view")
def duplicate_queue(request, kind):
    """Pairs that may be one, the likeliest first."""
    if kind.key not in duplicates.TYPES:
        raise Http404
    pairs = [
        (pair, may_merge(request.user, pair.first, pair.second)) for pair in duplicates.queue(request.user, kind.key)
    ]
    kinds = [types[key] for key in duplicates.TYPES if request.user.can("view", key)]
    return render(request, "customers/duplicates.html", {"kind": kind, "kinds": kinds, "pairs": pairs})


@require_POST
@of_type("edit")
def dismiss(request, kind, pk):
    """These are two: the pair is not asked about again."""
    pair = get_object_or_404(DuplicatePair, pk=pk, type=kind.key)
    both = list(kind.model.objects.visible_to(request.user).filter(pk__in=[pair.first_id, pair.second_id]))
    if len(both) < 2:
        raise Http404
    if not all(request.user.can("edit", record) for record in both):
        raise PermissionDenied
    duplicates.dismiss(pair, by=request.user)
    return redirect("customers:duplicates", kind.key)
