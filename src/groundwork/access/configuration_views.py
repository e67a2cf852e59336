"""The firm's configuration as a file: taken out, held against the firm, applied with a reason, rolled back."""

from django import forms
from django.core.exceptions import ValidationError
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.text import slugify
from django.utils.translation import get_language, gettext_lazy, ngettext
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from groundwork.access import audit
from groundwork.access.doors import allowed
from groundwork.access.ready import outlines, text_of
from groundwork.blueprint import plan, text
from groundwork.blueprint.models import Applied, Element, Firm
from groundwork.blueprint.ready import KEYS, template
from groundwork.core.clock import today
from groundwork.ui.forms import PlainErrors, ReasonField
from groundwork.ui.notices import said

SHOWN = 20  # of the latest applications


class FileForm(PlainErrors, forms.Form):
    """A file, or its text: what was planned is sent back as text, so that what is applied is what was looked at."""

    file = forms.FileField(label=gettext_lazy("Configuration file (YAML)"), required=False, max_length=200)
    text = forms.CharField(
        label=gettext_lazy("or its text"), required=False, max_length=text.LONGEST, strip=False,
        widget=forms.Textarea(attrs={"rows": 8, "spellcheck": "false"}),
    )  # fmt: skip
    name = forms.CharField(required=False, max_length=200, widget=forms.HiddenInput)
    template = forms.ChoiceField(required=False, choices=[(key, key) for key in KEYS], widget=forms.HiddenInput)

    def clean(self):
        cleaned = super().clean()
        if key := cleaned.get("template"):
            one = template(key)
            cleaned["text"], cleaned["name"] = text_of(one), one.title(get_language() or "en")
        elif file := cleaned.get("file"):
            if file.size > text.LONGEST:
                raise ValidationError({"file": _("The file is longer than a configuration can be.")})
            try:
                cleaned["text"], cleaned["name"] = file.read().decode("utf-8-sig"), file.name
            except UnicodeDecodeError as fault:
                raise ValidationError({"file": _("The file is not UTF-8 text.")}) from fault
        if not (cleaned.get("text") or "").strip() and not self.errors:
            raise ValidationError({"file": _("Choose a file, or paste its text.")})
        return cleaned


class ApplyForm(PlainErrors, forms.Form):
    text = forms.CharField(required=False, max_length=text.LONGEST, strip=False, widget=forms.HiddenInput)
    name = forms.CharField(required=False, max_length=200, widget=forms.HiddenInput)
    reason = ReasonField(
        help_text=gettext_lazy("It stands with everything the file changes, unless the file says why.")
    )


@allowed("configure", "settings")
def configuration(request):
    """Asked with POST, it shows what the file would do; nothing is changed."""
    form = FileForm(request.POST or None, request.FILES or None)
    if request.method != "POST" or not form.is_valid():
        return shown(request, form)
    made = plan.plan(form.cleaned_data["text"], by=request.user)
    again = ApplyForm(initial={"text": form.cleaned_data["text"], "name": form.cleaned_data["name"]})
    return shown(request, form, found=made, applying=again)


def shown(request, form, applying=None, found: plan.Plan | None = None):
    context = {
        "plan": found,
        "form": form,
        "applying": applying,
        "steps": [(plan.sections[step.section].label, called(step), step) for step in found.steps] if found else [],
        "templates": outlines(),
        "sections": [section.label for section in plan.in_order()],
        "stays": plan.what_stays(),
        "applied": Applied.objects.select_related("by", "rolled_back_by")[:SHOWN],
    }
    wrong = form.errors or (applying is not None and applying.errors) or found and found.faults
    return render(request, "access/configuration.html", context, status=422 if wrong else 200)


def called(step: plan.Step) -> str:
    """The thing as people know it; a new one as the file calls it."""
    element = Element.objects.filter(key=plan.sections[step.section].element(step.name)).first()
    return element.label if element else step.name


@require_POST
@allowed("configure", "settings")
def apply(request):
    form = ApplyForm(request.POST)
    if not form.is_valid():
        made = plan.plan(form.data.get("text", ""), by=request.user)
        return shown(request, FileForm(), applying=form, found=made)
    facts = form.cleaned_data
    try:
        done = plan.apply(facts["text"], by=request.user, reason=facts["reason"], name=facts["name"])
    except ValidationError as error:
        return shown(request, FileForm(), applying=form, found=plan.Plan([], list(error.messages)))
    if done is not None:
        detail = {"file": facts["name"], "reason": facts["reason"], "things": len(done.steps)}
        audit.record(audit.Event.CONFIGURED, request.user, detail, request)
    count = len(done.steps) if done else 0
    words = ngettext("%(count)s thing was added or changed.", "%(count)s things were added or changed.", count)
    said(request, words % {"count": count})
    return redirect("access:configuration")


@require_POST
@allowed("configure", "settings")
def roll_back(request, pk):
    applied = get_object_or_404(Applied, pk=pk)
    kept = plan.roll_back(applied, by=request.user)
    detail = {"file": applied.name, "rolled back": applied.pk, "kept": kept}
    audit.record(audit.Event.CONFIGURED, request.user, detail, request)
    if kept:
        said(request, _("Rolled back, but for what was changed after: %(names)s.") % {"names": ", ".join(kept)})
    else:
        said(request, _("Rolled back: everything is as it was before."))
    return redirect("access:configuration")


@allowed("configure", "settings")
def configuration_file(request):
    firm = Firm.objects.filter(pk=1).first()
    name = f"{slugify(str(firm or '')) or 'groundwork'}-{today():%Y-%m-%d}.yaml"
    answer = HttpResponse(plan.export(), content_type="application/yaml; charset=utf-8")
    answer["Content-Disposition"] = f'attachment; filename="{name}"'
    return answer


def address() -> str:
    return reverse("access:configuration")
