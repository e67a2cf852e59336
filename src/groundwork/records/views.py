"""The generic screens of every record type. Rights: ``visible_to`` (else 404), then ``can`` (else 403)."""

import io
from datetime import datetime
from functools import wraps

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.core.exceptions import PermissionDenied
from django.http import FileResponse, Http404, JsonResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.http import url_has_allowed_host_and_scheme
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods, require_POST
from django_htmx.http import reswap, retarget

from groundwork.access.doors import signed_in
from groundwork.blueprint.models import Element, Firm
from groundwork.core.refusals import Conflict, Refusal
from groundwork.records import pages, write
from groundwork.records.added import layouts
from groundwork.records.files import keeping
from groundwork.records.files.kinds import PICTURES
from groundwork.records.finding import search
from groundwork.records.forms import AGAIN, ActivityForm, form_for, link_text, part_form
from groundwork.records.lists import filters
from groundwork.records.models import ChangeSet
from groundwork.records.notices import telling
from groundwork.records.tasks import asking
from groundwork.records.types import types
from groundwork.records.undoing import undo_url_of
from groundwork.records.use import note_use
from groundwork.ui.notices import said
from groundwork.ui.uploads import takes_files

SCRIPTS = "scripts"  # the cookie of a browser that runs our scripts, see ui/scripts.js


def of_type(verb: str):
    """The view gets the RecordType; 404 for an unknown one, 403 without any reach for ``verb``. Whoever does not see a
    type that the firm made is not told that it is there.
    """

    def door(view):
        @wraps(view)
        @login_required
        def guarded(request, type_key, *args, **kwargs):
            if type_key not in types or types[type_key].named and not request.user.can("view", type_key):
                raise Http404
            if not request.user.can(verb, type_key):
                raise PermissionDenied
            return view(request, types[type_key], *args, **kwargs)

        guarded.access = f"{verb} any"
        return guarded

    return door


def acts_on(verb: str):
    """The view gets the RecordType and the record: 404 unless visible, 403 unless ``verb`` is allowed on it."""

    def door(view):
        @wraps(view)
        @login_required
        def guarded(request, type_key, pk, *args, **kwargs):
            if type_key not in types:
                raise Http404
            kind = types[type_key]
            record = get_object_or_404(kind.model.objects.visible_to(request.user), pk=pk)
            if not request.user.can(verb, record):
                raise PermissionDenied
            return view(request, kind, record, *args, **kwargs)

        guarded.access = f"{verb} record"
        return guarded

    return door


@require_GET
@acts_on("view")
def page(request, kind, record):
    if request.htmx and {"show", "before"} & set(request.GET):
        response = render(request, "records/page.html#timeline", timeline_context(request, kind, record))
    else:
        note_use(request.user, "view", kind.key, record.pk)
        response = show_page(request, kind, record)
    response["Vary"] = "HX-Request"
    return response


def timeline_context(request, kind, record, owed=None, kept=None) -> dict:
    """What the timeline shows: narrowed, or older than a moment, as the address says."""
    show = request.GET.get("show", "")
    show = show if show in pages.shown_of(kind) else ""
    try:
        before = datetime.fromisoformat(request.GET.get("before", ""))
    except ValueError:
        before = None
    owed = asking.tasks_about(record) if owed is None else owed
    kept = keeping.files_of(record) if kept is None else kept
    found = pages.timeline_of(
        record, request.user, tasks=owed, files=kept, show=show, before=before if before and before.tzinfo else None
    )
    return {
        "kind": kind, "record": record, "timeline": found, "show": show, "shown": pages.shown_of(kind),
        "is_older": bool(before),
    }  # fmt: skip


def show_page(request, kind, record, *, status=200, **wrong):
    """The page of a record. ``wrong``: a form that was filled in wrongly, shown again (part, activity, step, given,
    file_form). What stands beside comes by itself where the browser runs our scripts, so that the rest is there sooner.
    """
    user, owed, kept = request.user, asking.tasks_about(record), keeping.files_of(record)
    followers = telling.followers_of(record)
    may = may_on(kind, record, user)
    later = not wrong and SCRIPTS in request.COOKIES and pages.always_beside(record, may)
    context = timeline_context(request, kind, record, owed, kept) | may | {
        "facts": pages.facts_of(record, user), "parts": pages.parts_of(record, user, wrong.get("part")),
        "may_archive": pages.may_archive(record, user), "activity": wrong.get("activity") or ActivityForm(),
        "buttons": pages.buttons_of(record, user), "files": pages.files_of(record, user),
        "may_copy": kind.typed and user.can("create", kind.key),
        "followers": followers, "follows": user in followers,
        "step": wrong.get("step") or asking.StepForm(user=user, is_optional=True), "later": later,
    } | ({} if later else beside_context(kind, record, user, owed, kept, **wrong))  # fmt: skip
    return render(request, "records/page.html", context, status=status)


def may_on(kind, record, user) -> dict[str, bool]:
    may_give = user.can("create", "task") and kind.key != "task" and not record.is_archived
    return {"may_edit": user.can("edit", record), "may_give": may_give}


def beside_context(kind, record, user, owed, kept, given=None, file_form=None, **_others) -> dict:
    """What stands beside: tasks, panels, files and the records that link here."""
    related = pages.related_of(record, user)
    return {
        "kind": kind, "record": record, "panels": pages.panels_of(record, user),
        "related": related, "addable": [item for item in related if not item.rows],
        "tasks": [asking.row_of(task, user) for task in owed if not task.is_done],
        "given": given or asking.StepForm(user=user, auto_id="given_%s"),
        "kept": [(file, file.mime in PICTURES) for file in kept], "file_form": file_form,
    }  # fmt: skip


@require_GET
@acts_on("view")
def beside(request, kind, record):
    """What stands beside on the record's page; asked for by that page, or by its link where no script runs."""
    if not request.htmx:
        return show_page(request, kind, record, whole=True)
    owed, kept = asking.tasks_about(record), keeping.files_of(record)
    context = may_on(kind, record, request.user) | beside_context(kind, record, request.user, owed, kept)
    return render(request, "records/page.html#beside", context)


@takes_files(keeping.largest_form)
@require_http_methods(["GET", "POST"])
@of_type("create")
def new(request, kind):
    return _create(request, kind, None, "records/form.html")


@takes_files(keeping.largest_form)
@require_http_methods(["GET", "POST"])
@of_type("create")
def quick(request, kind):
    names = layouts.asked_quickly(kind, request.user) if kind.quick else None
    return _create(request, kind, names, "records/quick.html")


def _create(request, kind, names, template):
    if not kind.typed:
        raise PermissionDenied
    instance = kind.model()
    if hasattr(instance, "currency"):
        instance.currency = Firm.own_currency() or instance.currency
    if kind.begin:
        kind.begin(instance)
    initial = {} if request.method == "POST" else _linked(request, kind)
    if "owner" in kind.fields:
        initial.setdefault("owner", request.user.pk)
    sent = (request.POST or None, request.FILES or None)
    form = form_for(kind, request.user, *sent, instance=instance, names=names, initial=initial)
    if names:
        form.hang()
    if AGAIN in request.POST:
        return render(request, template, {"kind": kind, "form": form.again(), "record": None})
    if request.method == "POST" and form.is_valid():
        record = write.creating(form.instance, by=request.user)
        offer_undo(request, _("%(name)s is kept.") % {"name": record}, record)
        return redirect(record)
    status = 422 if request.method == "POST" else 200
    return render(request, template, {"kind": kind, "form": form, "record": None}, status=status)


def _linked(request, kind) -> dict:
    """Links given in the address (``?company=5``), where the person sees their target."""
    result = {}
    for link in kind.links:
        value = request.GET.get(link.name, "")
        if value.isdecimal() and len(value) < 19:
            found = link.target.objects.visible_to(request.user).filter(pk=value).first()
            result[link.name] = found.pk if found else None
    return result


@takes_files(keeping.largest_form)
@require_http_methods(["GET", "POST"])
@acts_on("edit")
def edit(request, kind, record):
    form = form_for(kind, request.user, request.POST or None, request.FILES or None, instance=record)
    if AGAIN in request.POST:
        form.again()
    if request.method != "POST" or AGAIN in request.POST:
        return render(request, "records/form.html", {"kind": kind, "form": form, "record": record})
    return _save(request, kind, record, form)


def _save(request, kind, record, form):
    """Keep what was typed into the form of ``record``, or show what is wrong with it, or with whom it clashes."""
    if not form.is_valid():
        record.refresh_from_db()
        return render(request, "records/form.html", {"kind": kind, "form": form, "record": record}, status=422)
    try:
        saved = write.save_fields(record, form.typed, by=request.user, version=form.cleaned_data["version"] or 0)
    except Conflict as conflict:
        return conflict_screen(request, kind, conflict, form)
    offer_undo(request, _("%(name)s is saved.") % {"name": saved}, saved, record)
    return redirect("records:edit", kind.key, saved.pk) if "stay" in request.POST else redirect(saved)


def conflict_screen(request, kind, conflict: Conflict, form):
    """Their value and yours, field by field; nothing typed is lost, and fields that did not clash are saved."""
    last = ChangeSet.objects.filter(changes__type=kind.key, changes__object_id=conflict.record.pk).exclude(
        by=request.user
    )
    theirs = last.select_related("by").order_by("-pk").first()
    rows = []
    for name, (was, there, mine) in conflict.fields.items():
        shown = kind.field(name)
        rows.append(
            {
                "name": name,
                "label": form.fields[name].label,
                "was": _told(form, shown, was),
                "theirs": _told(form, shown, there),
                "mine": _mine(shown, mine),
                "their_value": _posted(form, shown, there),
                "my_value": ",".join(map(str, mine)) if isinstance(mine, list) else request.POST.get(name, ""),
            }  # fmt: skip
        )
    context = {"kind": kind, "record": conflict.record, "rows": rows, "theirs": theirs}
    if request.htmx:
        response = render(request, "records/conflict.html#dialog", context, status=409)
        return reswap(retarget(response, "#dialog"), "innerHTML")
    return render(request, "records/conflict.html", context, status=409)


def _told(form, shown, value) -> str:
    """A clashing value in words; a link by its name, and only where the person sees its target."""
    if shown.kind == "link" and value is not None:
        return _posted(form, shown, value) or _("no access")
    return pages.words_for(shown, value)


def _mine(shown, value) -> str:
    if isinstance(value, list):
        return pages.words_for(shown, shown.kept(value))
    return "–" if value in (None, "") else str(value)


def _posted(form, shown, value) -> str:
    prepared = form.fields[shown.name].prepare_value(shown.from_kept(value))
    if isinstance(prepared, list):
        return ",".join(map(str, prepared))
    return "" if prepared is None else str(prepared)


@require_POST
@acts_on("edit")
def choose(request, kind, record):
    """The answer of the conflict screen: for each clashing field the value chosen."""
    names = tuple(name for name in kind.fields if f"choice.{name}" in request.POST)
    data = {name: request.POST.get(f"{request.POST[f'choice.{name}']}.{name}", "") for name in names}
    form = form_for(
        kind,
        request.user,
        {**data, "version": request.POST.get("version", "")},
        instance=record,
        names=names or (kind.model.title_field,),
    )
    return _save(request, kind, record, form)


@require_POST
@acts_on("archive")
def archive(request, kind, record):
    fresh = write.archive(record, by=request.user)
    offer_undo(request, _("%(name)s is archived.") % {"name": fresh}, fresh, record)
    return redirect("records:list", kind.key)


@require_POST
@acts_on("archive")
def restore(request, kind, record):
    fresh = write.restore(record, by=request.user)
    offer_undo(request, _("%(name)s is back.") % {"name": fresh}, fresh, record)
    return redirect(fresh)


def offer_undo(request, text, record, before=None) -> None:
    """Say what was done to ``record`` just now, with the way back where it is another than ``before``."""
    said(request, text, undo_url=undo_url_of(record, before))


@require_http_methods(["GET", "POST"])
@acts_on("view")
def act(request, kind, record, key):
    """A button of the page: asks what it must know, then does it at the version that the person saw."""
    action = pages.page_actions.get(key)
    if action is None or action.type_key != kind.key:
        raise Http404
    if not action.may(request.user, record):
        raise PermissionDenied
    if request.method == "POST" and (made := action.made(record)) is not None:
        return redirect(made)
    if record.is_archived or not action.suits(record, request.user):
        raise Refusal(_("This is not possible as things stand: look at the page again."))
    form = action.form(record, request.user, request.POST or None) if action.form else None
    if request.method == "GET" or (form is not None and not form.is_valid()):
        context = {"kind": kind, "record": record, "action": action, "form": form}
        return render(request, "records/act.html", context, status=422 if request.method == "POST" else 200)
    asked = form.cleaned_data if form is not None else {}
    result = write.act_on(record, action, by=request.user, version=request.POST.get("version", ""), asked=asked)
    if action.done and action.can_go_back:
        offer_undo(request, action.done, record)
    elif action.done:
        messages.success(request, action.done)
    return redirect(result or next_or(request, record))


def next_or(request, record):
    """The page of ours that the form names (a task is done from a list of tasks, too); else the record's."""
    address = request.POST.get("next", "")
    return address if url_has_allowed_host_and_scheme(address, allowed_hosts=None) else record


@require_GET
@acts_on("view")
def file(request, kind, record, key):
    made = pages.page_files.get(key)
    if made is None or made.type_key != kind.key:
        raise Http404
    if not made.may(request.user):
        raise PermissionDenied
    name, content = made.of(record, request.user)
    return FileResponse(io.BytesIO(content), as_attachment=True, filename=name, content_type=made.mime)


@require_POST
@acts_on("edit")
def note(request, kind, record):
    """A note or a call, and the next step where one is typed: both are kept, or neither."""
    form = ActivityForm(request.POST, record=record)
    step = asking.StepForm(request.POST, user=request.user, is_optional=True)
    if not keep_note(request, record, form, step):
        return show_page(request, kind, record, activity=form, step=step, status=422)
    messages.success(request, _("Noted."))
    return redirect(record)


def keep_note(request, record, form: ActivityForm, step: asking.StepForm) -> bool:
    """Keep what was typed; False where a form is wrong. PermissionDenied where the person gives no tasks."""
    if not (form.is_valid() and step.is_valid()):
        return False
    asked = asking.next_step(step, form.again_on)
    if asked and not request.user.can("create", "task"):
        raise PermissionDenied
    with write.acting(request.user, "noted"):
        write.note(record, by=request.user, mentioned=form.mentioned, **form.facts)
        if asked:
            asking.give(record, by=request.user, **asked)
    return True


def _part(kind, record, user, key):
    """The part of that name, where the person sees it and lines may be put; refused where the record is frozen."""
    for part in kind.visible_parts(user):
        if part.key == key and part.addable:
            if kind.frozen and part.key in kind.frozen(record):
                raise Refusal(_("These lines stand and are not changed any more."))
            return part
    raise Http404


@require_POST
@acts_on("edit")
def part_add(request, kind, record, part_key):
    part = _part(kind, record, request.user, part_key)
    form = part_form(part, request.user, record, request.POST, prefix=part.key)
    if not form.is_valid():
        return show_page(request, kind, record, part=form, status=422)
    with write.writing(record, by=request.user, act="edited") as fresh:
        write.put_part(fresh, form.instance)
    offer_undo(request, _("Added: %(what)s.") % {"what": part.label}, record)
    return redirect(record)


def _put_line(request, record, part, line, form):
    """Save or remove the line as the form says; None, or the line as somebody else left it meanwhile: then nothing is
    written, and whoever saves once more has seen it."""
    with write.writing(record, by=request.user, act="edited") as fresh:
        there = part.model._base_manager.filter(pk=line.pk).first()
        if there is None:
            raise Refusal(_("Somebody removed this line meanwhile."))
        if request.POST.get("seen", write.seen(there)) != write.seen(there):
            return there
        if "remove" in request.POST and part.removable:
            write.drop_part(fresh, there)
        else:
            write.put_part(fresh, form.instance)
    return None


@require_http_methods(["GET", "POST"])
@acts_on("edit")
def part_edit(request, kind, record, part_key, part_pk):
    part = _part(kind, record, request.user, part_key)
    line = get_object_or_404(part.model.objects.filter(**{part.model.parent_field: record}), pk=part_pk)
    seen = write.seen(line)
    form = part_form(part, request.user, record, request.POST or None, instance=line, prefix=part.key)
    saved = request.method == "POST" and ("remove" in request.POST and part.removable or form.is_valid())
    if saved:
        theirs = _put_line(request, record, part, line, form)
        if theirs is None:
            word = _("Removed: %(what)s.") if "remove" in request.POST else _("Changed: %(what)s.")
            offer_undo(request, word % {"what": part.label}, record)
            return redirect(record)
        told = pages.line_facts(part, theirs, record, request.user)
        context = {"kind": kind, "record": record, "part": part, "form": form, "theirs": told}
        return render(request, "records/part.html", context | {"seen": write.seen(theirs)}, status=409)
    status = 422 if request.method == "POST" else 200
    return render(
        request,
        "records/part.html",
        {"kind": kind, "record": record, "part": part, "form": form, "seen": request.POST.get("seen") or seen},
        status=status,
    )


@require_GET
@signed_in
def find(request):
    """Search over every type that the person may see."""
    text = request.GET.get("q", "").strip()[:200]
    kinds = [kind for kind in types if kind.search and request.user.can("view", kind.key)]
    found = search.find(request.user, text, kinds) if text else {}
    return render(request, "records/search.html", {"q": text, "groups": list(found.values())})


@require_GET
@of_type("view")
def options(request, kind):
    """What a link field offers while one types: visible records."""
    text = request.GET.get("q", "").strip()[:200]
    visible = kind.model.objects.visible_to(request.user)
    rows = filters.matching(request.user, kind, visible, text) if text else visible.current().order_by("sort_key")
    return JsonResponse({"options": [link_text(row) for row in rows[: filters.OFFERED]]})


@require_GET
@signed_in
def why(request, key):
    """The why-popover of an element: who asked, what reads it, which goal it serves."""
    element, reason, lines = pages.reasons_of(key, request.user)
    if element is None or not _may_know(request.user, key):
        raise Http404
    template = "records/why.html#popover" if request.htmx else "records/why.html"
    response = render(request, template, {"element": element, "reason": reason, "lines": lines})
    response["Vary"] = "HX-Request"
    return response


def _may_know(user, key: str) -> bool:
    """Whoever sees a field, a record type or its form is told why it is there, and of a role who holds it.

    Of a shared view or a number series who configures, and of other things everybody signed in.
    """
    what, _colon, named = key.partition(":")
    type_key, _dot, name = named.partition(".")
    if what == Element.Kind.ROLE:
        return user.can("configure", "people") or user.roles.filter(key=named).exists()
    if what in (Element.Kind.VIEW, Element.Kind.SERIES):
        return user.can("configure", "settings")
    if what not in (Element.Kind.FIELD, Element.Kind.OBJECT, Element.Kind.LAYOUT):
        return True
    if type_key not in types or not user.can("view", type_key):
        return False
    if what != Element.Kind.FIELD:
        return True
    kind = types[type_key]
    parts = [part for part in kind.parts if part.element == key]
    from groundwork.access.rights import rights

    return all(
        rights(user).field_mode(type_key, hidden) != "hidden" for hidden in (*(part.key for part in parts), name)
    )


@require_GET
@signed_in
def home(request):
    """The first screen of a person: view from above for those who may, else the own day."""
    if request.user.can("view", "reports"):
        return redirect("insight:above")
    if any(request.user.can("view", kind.key) for kind in types):
        return redirect("records:day")
    return render(request, "records/nothing.html")
