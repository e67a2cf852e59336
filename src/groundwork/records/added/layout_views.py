"""Settings: the form of a record type, for everybody and for a role, with its rules by value and what it costs."""

from django.http import Http404
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.http import urlencode
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from groundwork.access.models import Role, Verb
from groundwork.blueprint.models import ElementRevision
from groundwork.records.added import layouts
from groundwork.records.added.budget import Budget, seconds_of, times_of
from groundwork.records.added.forms import ClosingForm
from groundwork.records.added.layout_forms import ByValueForm, LayoutForm
from groundwork.records.added.layouts import FormLayout, Rule
from groundwork.records.added.views import configures, tried
from groundwork.records.forms import form_of_role
from groundwork.records.types import RecordType, types
from groundwork.ui.notices import said


def _asked_for(request, type_key: str) -> tuple[RecordType, Role | None]:
    """The type, and the role that the address names; None for everybody."""
    kind = types.get(type_key)
    if kind is None:
        raise Http404
    if not (key := request.GET.get("role", "")):
        return kind, None
    role = next((role for role in _roles(kind) if role.key == key), None)
    if role is None:
        raise Http404
    return kind, role


def _roles(kind: RecordType) -> list[Role]:
    """Those that let the type be seen, the highest first."""
    seeing = Role.objects.current().filter(grants__type=kind.key, grants__verb=Verb.VIEW)
    return list(seeing.order_by("-rank", "key"))


def address(name: str, kind: RecordType, role: Role | None, *args) -> str:
    more = f"?{urlencode({'role': role.key})}" if role else ""
    return reverse(f"records:{name}", args=[kind.key, *args]) + more


def _key(role: Role | None) -> str:
    return role.key if role else ""


@require_http_methods(["GET", "POST"])
@configures
def layout(request, type_key):
    """What is asked at once, what waits and what is not asked; what it costs stands beside it while it is changed."""
    kind, role = _asked_for(request, type_key)
    row = FormLayout.objects.filter(type=kind.key, role=_key(role)).first()
    form = LayoutForm(request.POST or None, kind=kind, shape=_shape(kind, role), is_made=row is not None)
    if "save" in request.POST and form.is_valid():
        if tried(form, layouts.lay_out, kind, _key(role), by=request.user):
            said(request, _("Saved. The form is so from the next click on."))
            return redirect(address("layout", kind, role))
    elif "save" not in request.POST:
        form.errors.clear()
    return _layout_page(request, kind, role, form, status=422 if form.errors else 200)


def _shape(kind: RecordType, role: Role | None) -> layouts.Shape:
    """What holds for that role now: its own layout, the one for everybody, or the declaration."""
    return layouts.shape_for_roles(kind, [_key(role)] if role else []) or layouts.as_declared(kind)


def _layout_page(request, kind: RecordType, role: Role | None, form: LayoutForm, closing=None, status=200):
    held, times = layouts.of_type(kind), times_of(kind, _key(role))
    row = held.get(_key(role))
    now, then = (
        Budget(seconds_of(kind, layouts.asked_when_empty(kind, names)), times)
        for names in (_shape(kind, role).asked, form.asked)
    )
    history = ElementRevision.objects.filter(element__key=FormLayout(type=kind.key, role=_key(role)).element_key)
    context = {
        "kind": kind, "role": role, "row": row, "form": form, "closing": closing or ClosingForm(auto_id="closing_%s"),
        "tabs": [(None, address("layout", kind, None), "" in held)]
        + [(other, address("layout", kind, other), other.key in held) for other in _roles(kind)],
        "budget": then.said, "difference": then.than(now), "most": layouts.ASKED_AT_ONCE,
        "count": len(layouts.asked_when_empty(kind, form.asked)), "rules": _rules(kind, role, row),
        "for_all": _rules(kind, None, held.get("")) if role else [],
        "on": kind.field(kind.hanging.on).heading if kind.hanging else "",
        "follows": kind.hanging.names if kind.hanging else (),
        "rule_url": address("rule_new", kind, role), "preview_url": address("layout_preview", kind, role),
        "retire_url": address("layout_retire", kind, role), "restore_url": address("layout_restore", kind, role),
        "retired": row is None and FormLayout.objects.filter(type=kind.key, role=_key(role)).exists(),
        "history": history.select_related("by").order_by("-number")[:20],
    }  # fmt: skip
    return render(request, "records/layout.html", context, status=status)


def _rules(kind: RecordType, role: Role | None, row: FormLayout | None) -> list[tuple[Rule, dict, str]]:
    """(rule, its words, the address that takes it away)."""
    return [
        (
            rule,
            {
                "field": kind.field(rule.field).heading, "when": kind.field(rule.when).heading,
                "values": ", ".join(layouts.words_of(kind.field(rule.when), rule.values)),
            },
            address("rule_drop", kind, role, rule.key),
        )
        for rule in (layouts.rules_in(kind, row.rules) if row else ())
    ]  # fmt: skip


@require_GET
@configures
def layout_preview(request, type_key):
    """The form as somebody of that role meets it, of what oneself may see."""
    kind, role = _asked_for(request, type_key)
    tabs = [(other, address("layout_preview", kind, other)) for other in _roles(kind)]
    role = role or next((other for other, _address in tabs), None)
    if role is None:
        raise Http404
    context = {"kind": kind, "role": role, "tabs": tabs, "form": form_of_role(kind, request.user, role)}
    return render(request, "records/layout_preview.html", context | {"layout_url": address("layout", kind, role)})


@require_POST
@configures
def layout_retire(request, type_key):
    """Back to the form for everybody, or to the one that came with the program; it can be laid out again."""
    kind, role = _asked_for(request, type_key)
    row, form = layouts.of_type(kind).get(_key(role)), ClosingForm(request.POST, auto_id="closing_%s")
    if row is None:
        raise Http404
    if not form.is_valid():
        plain = LayoutForm(kind=kind, shape=_shape(kind, role), is_made=True)
        return _layout_page(request, kind, role, plain, closing=form, status=422)
    row.retire(by=request.user, reason=form.cleaned_data["reason"])
    said(request, _("It is retired: the form is as it was before."))
    return redirect(address("layout", kind, role))


@require_POST
@configures
def layout_restore(request, type_key):
    """What was retired holds again, with its rules."""
    kind, role = _asked_for(request, type_key)
    row = FormLayout.objects.filter(type=kind.key, role=_key(role)).exclude(retired_at=None).first()
    form = ClosingForm(request.POST, auto_id="closing_%s")
    if row is None:
        raise Http404
    if not form.is_valid():
        plain = LayoutForm(kind=kind, shape=_shape(kind, role), is_made=True)
        return _layout_page(request, kind, role, plain, closing=form, status=422)
    row.restore(by=request.user, reason=form.cleaned_data["reason"])
    said(request, _("It is back, with its rules."))
    return redirect(address("layout", kind, role))


@require_http_methods(["GET", "POST"])
@configures
def rule_new(request, type_key):
    """First by which field it goes, then at which value and what follows."""
    kind, role = _asked_for(request, type_key)
    telling = [kind.field(name) for name in layouts.typed_names(kind) if kind.field(name).kind in layouts.TELLING]
    context = {"kind": kind, "role": role, "layout_url": address("layout", kind, role), "telling": telling}
    when = next((shown for shown in telling if shown.name == request.GET.get("when")), None)
    if when is None:
        return render(request, "records/rule_form.html", context)
    is_made = _key(role) in layouts.of_type(kind)
    form = ByValueForm(request.POST or None, kind=kind, when=when.name, is_made=is_made)
    if request.method == "POST" and form.is_valid() and tried(
        form, layouts.add_rule, kind, _key(role), by=request.user, when=when.name
    ):  # fmt: skip
        said(request, _("The rule holds from the next click on."))
        return redirect(context["layout_url"])
    status = 422 if request.method == "POST" else 200
    return render(request, "records/rule_form.html", context | {"form": form, "when": when}, status=status)


@require_POST
@configures
def rule_drop(request, type_key, key):
    kind, role = _asked_for(request, type_key)
    row, form = layouts.of_type(kind).get(_key(role)), ClosingForm(request.POST)
    if row is None:
        raise Http404
    if form.is_valid():
        layouts.drop_rule(row, key, by=request.user, reason=form.cleaned_data["reason"])
        said(request, _("The rule is gone."))
    else:
        said(request, _("Say why, in one sentence."))
    return redirect(address("layout", kind, role))
