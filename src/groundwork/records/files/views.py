"""Files of a record: added, given out and removed by the rights of the record. Nothing of them ever runs here."""

from django import forms
from django.http import FileResponse, Http404
from django.shortcuts import get_object_or_404, redirect
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_GET, require_POST

from groundwork.core.refusals import Refusal
from groundwork.records import views
from groundwork.records.files import keeping
from groundwork.records.files.kinds import PICTURES
from groundwork.records.files.models import RecordFile
from groundwork.records.types import type_of
from groundwork.ui.forms import PlainErrors
from groundwork.ui.uploads import takes_files

POLICY = "default-src 'none'; sandbox"


class FileForm(PlainErrors, forms.Form):
    file = forms.FileField(label=gettext_lazy("File"), max_length=255)

    def clean_file(self):
        given = self.cleaned_data["file"]
        self.name, self.kind = keeping.checked(given.name, given.size, given.file)
        return given


@takes_files(keeping.largest)
@require_POST
@views.acts_on("edit")
def add(request, kind, record):
    form = FileForm(request.POST, request.FILES)
    if not form.is_valid():
        return views.show_page(request, kind, record, file_form=form, status=422)
    given = form.cleaned_data["file"]
    made = keeping.add(record, by=request.user, name=form.name, kind=form.kind, file=given.file)
    views.offer_undo(request, _("%(name)s is kept.") % {"name": made}, record)
    return redirect(record)


def _file(record, file_pk, user) -> RecordFile:
    """What stands in a field is seen by the field's rights too."""
    file = get_object_or_404(RecordFile, pk=file_pk, type=record.type_key, object_id=record.pk, removed_at=None)
    if file.field and not type_of(record).visible_fields(user, tuple({file.field} & type_of(record).added.keys())):
        raise Http404
    return file


@require_GET
@views.acts_on("view")
def give(request, kind, record, file_pk):
    return _answer(_file(record, file_pk, request.user), is_shown=False)


@require_GET
@views.acts_on("view")
def picture(request, kind, record, file_pk):
    """The same, to be shown on the page: pictures only, and of kinds that hold no script."""
    file = _file(record, file_pk, request.user)
    if file.mime not in PICTURES:
        raise Http404
    return _answer(file, is_shown=True)


def _answer(file: RecordFile, *, is_shown: bool) -> FileResponse:
    """Under its own name, never read as anything else, and without any right where it is opened in a browser."""
    if not file.path.is_file():
        raise Http404
    content = file.path.open("rb")
    answer = FileResponse(content, as_attachment=not is_shown, filename=file.name, content_type=file.mime)
    answer["Content-Security-Policy"] = POLICY
    answer["X-Content-Type-Options"] = "nosniff"
    answer["Cache-Control"] = "private, no-store"
    answer["Cross-Origin-Resource-Policy"] = "same-origin"
    return answer


@require_POST
@views.acts_on("edit")
def remove(request, kind, record, file_pk):
    file = _file(record, file_pk, request.user)
    if file.field:
        raise Refusal(_("It stands in a field: untick it in the form of the record."))
    keeping.remove(record, file, by=request.user)
    views.offer_undo(request, _("%(name)s is removed.") % {"name": file}, record)
    return redirect(record)
