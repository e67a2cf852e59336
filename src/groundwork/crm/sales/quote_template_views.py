"""Settings: the firm's own Word template of quotes, tried before it is kept."""

from io import BytesIO

from django import forms
from django.http import FileResponse, Http404
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from groundwork.access.doors import allowed
from groundwork.blueprint.models import Element
from groundwork.core.languages import moment
from groundwork.core.refusals import Refusal
from groundwork.crm.sales import quote_template
from groundwork.crm.sales.pipelines import sales
from groundwork.documents import docx
from groundwork.records.added.forms import ClosingForm, Reasoned
from groundwork.records.added.views import tried
from groundwork.ui.notices import said
from groundwork.ui.table import Cell, Column, Row, Table
from groundwork.ui.uploads import takes_files

configures = allowed("configure", "settings")


class TemplateForm(Reasoned):
    file = forms.FileField(
        label=gettext_lazy("Template, a .docx file"), max_length=255,
        widget=forms.FileInput(attrs={"accept": f".docx,{quote_template.MIME}"}),
        help_text=gettext_lazy("It is tried with a sample first; the present one stays until the new one passes."),
        error_messages={
            "required": gettext_lazy("Choose the file."), "empty": gettext_lazy("The file is empty: choose another."),
        },
    )  # fmt: skip

    field_order = ("file", "reason", "asked_by")

    def __init__(self, *args, is_trial: bool = False, **kwargs):
        super().__init__(*args, **kwargs)
        self.fields["reason"].required = not is_trial

    def clean_file(self):
        if self.cleaned_data["file"].size > docx.MOST_TEMPLATE:
            most = docx.MOST_TEMPLATE // 1_000_000
            raise forms.ValidationError(
                _("The file is larger than %(most)s MB: take smaller pictures.") % {"most": most}
            )
        return self.cleaned_data["file"]


@takes_files(lambda: docx.MOST_TEMPLATE)
@require_http_methods(["GET", "POST"])
@configures
def page(request):
    """The present template, and a new one: looked at with a sample (``try``), or kept."""
    is_trial = "try" in request.POST
    form = TemplateForm(request.POST or None, request.FILES or None, is_trial=is_trial)
    if request.method == "POST" and form.is_valid():
        if is_trial and (made := _tried(form)):
            return _file(made, _("sample"))
        if not is_trial and tried(form, _kept, by=request.user, pipeline=_pipeline(request)):
            said(request, _("From now on quotes are made with it."))
            return redirect(_address("sales:quote_template", _pipeline(request)))
    return _shown(request, form)


def _pipeline(request) -> str:
    """Whose template it is about; "" for that of the firm."""
    asked = request.GET.get("pipeline", "")
    if asked and asked not in sales().pipelines:
        raise Http404
    return asked


def _address(route: str, pipeline: str) -> str:
    return reverse(route) + (f"?pipeline={pipeline}" if pipeline else "")


def _tried(form: TemplateForm) -> bytes | None:
    try:
        return docx.fill(form.cleaned_data["file"].read(), quote_template.sample())
    except Refusal as refusal:
        form.add_error("file", str(refusal.sentence))
        return None


def _kept(*, file, **facts):
    return quote_template.put_in_use(file.read(), name=file.name, **facts)


@require_GET
@configures
def template_file(request):
    """The present template, to be changed in Word."""
    return _file(quote_template.content_for(_pipeline(request)), _("template"))


@require_GET
@configures
def sample_file(request):
    return _file(docx.fill(quote_template.content_for(_pipeline(request)), quote_template.sample()), _("sample"))


@require_POST
@configures
def restore(request):
    closing = ClosingForm(request.POST, auto_id="closing_%s")
    if not closing.is_valid():
        return _shown(request, TemplateForm(), closing, status=422)
    pipeline = _pipeline(request)
    quote_template.put_back(by=request.user, reason=closing.cleaned_data["reason"], pipeline=pipeline)
    firms, built_in = (
        _("From now on quotes are made with the template of the firm."),
        _("From now on quotes are made with the built-in template."),
    )
    said(request, firms if pipeline else built_in)
    return redirect(_address("sales:quote_template", pipeline))


def _file(content: bytes, what: str) -> FileResponse:
    name = f"{_('Quote')}-{what}.docx"
    return FileResponse(BytesIO(content), as_attachment=True, filename=name, content_type=quote_template.MIME)


def _shown(request, form: TemplateForm, closing=None, status: int | None = None):
    pipeline = _pipeline(request)
    held = quote_template.own_template(pipeline)
    element = Element.objects.filter(key=quote_template.element_of(pipeline)).first()
    told = {"name": held.name, "day": moment(held.made_at), "who": held.by or ""} if held else {}
    context = {
        "form": form, "closing": closing or ClosingForm(auto_id="closing_%s"), "held": held, "words": _words(),
        "how": [
            _("Rows of a table repeat between a row with {%tr for x in lines %} and a row with {%tr endfor %}."),
            _("Paragraphs repeat between {%p for x in seller %} and {%p endfor %}."),
            _("What stands between {% if text %} and {% endif %} is there only if the word has a value."),
        ],
        "present": _("%(name)s, in use since %(day)s, by %(who)s") % told if held else "",
        "reason": element.reason if element and held else "", "pipeline": sales().pipelines.get(pipeline),
        "whose": _whose(pipeline), "behind": quote_template.own_template() if pipeline else None,
        "template_file": _address("sales:quote_template_file", pipeline),
        "sample_file": _address("sales:quote_sample_file", pipeline),
        "template_restore": _address("sales:quote_template_restore", pipeline),
    }  # fmt: skip
    status = status or (422 if request.method == "POST" else 200)
    return render(request, "sales/quote_template.html", context, status=status)


def _whose(chosen: str) -> list[tuple[str, str, bool]]:
    """(words, address, chosen) of the firm's template and those of its pipelines; nothing where there is one only."""
    page, kept = "sales:quote_template", sales().pipelines.items()
    found = [(key, str(row)) for key, row in kept if not row.retired_at or key == chosen]
    if len(found) < 2 and not chosen:
        return []
    return [(words, _address(page, key), key == chosen) for key, words in [("", _("The firm")), *found]]


def _words() -> Table:
    columns = [Column("word", _("Word"), main=True), Column("what", _("What it is")), Column("example", _("Example"))]
    rows = [Row([Cell(word), Cell(meaning), Cell(example, kind="muted")]) for word, meaning, example in
            quote_template.words()]  # fmt: skip
    return Table(columns, rows, id="words", caption=_("Words of a template"), caption_seen=False)
