"""Files in the form of a record: those it holds, each with a tick that keeps it, and a place for more."""

from django import forms
from django.core.exceptions import ValidationError
from django.db.models import Q
from django.utils.html import format_html
from django.utils.translation import gettext_lazy as _

from groundwork.records.files.held import NOWHERE
from groundwork.records.files.models import RecordFile
from groundwork.ui.several import Ticks

MOST = 20  # files of one field
NEW = ".new"


class FilesWidget(Ticks):
    needs_multipart_form = True

    def render(self, name, value, attrs=None, renderer=None):
        held = super().render(name, value, attrs, renderer)
        label = self.attrs.get("data-add", "")
        return format_html(
            '{}<input class="in" type="file" name="{}{}" multiple aria-label="{}">', held, name, NEW, label
        )

    def value_from_datadict(self, data, files, name):
        ids = super().value_from_datadict(data, files, name) or []
        return [*ids, *(files.getlist(name + NEW) if hasattr(files, "getlist") else [])]

    def value_omitted_from_data(self, data, files, name):
        return name not in data and name + NEW not in files


class FilesField(forms.Field):
    """Ids of files. What is given is checked and put aside at once; ``stand_for`` tells for which record."""

    widget = FilesWidget
    default_error_messages = {"required": _("Choose a file."), "many": _("At most %(most)s files fit here.")}

    def stand_for(self, record, key: str, user) -> None:
        self.record, self.key, self.user = record, key, user
        held = record.extra.get(key) or []
        files = RecordFile.objects.filter(pk__in=held).order_by("pk") if held else []
        self.widget.choices = [(file.pk, file.name) for file in files]
        self.widget.attrs["data-add"] = str(self.label)

    def prepare_value(self, value):
        """What was given anew cannot be shown again: a browser sends a file once."""
        return [one for one in value or [] if isinstance(one, int | str)]

    def clean(self, value):
        ids, given = [], []
        for one in value or []:
            (ids if isinstance(one, str | int) else given).append(one)
        kept = self._known(ids)
        if len(kept) + len(given) > MOST:
            raise ValidationError(self.error_messages["many"], params={"most": MOST}, code="many")
        checked = [self._checked(file) for file in given]
        kept += [self._aside(*facts) for facts in checked]
        if self.required and not kept:
            raise ValidationError(self.error_messages["required"], code="required")
        return kept

    def _known(self, ids) -> list[int]:
        """Those of this record's field, and those that the person gave a moment ago."""
        numbers = [int(one) for one in ids if str(one).isdecimal() and len(str(one)) < 19]
        if not numbers:
            return []
        mine = Q(object_id=NOWHERE, by=self.user) | Q(object_id=self.record.pk or NOWHERE, pk__in=self._held())
        files = RecordFile.objects.filter(mine, pk__in=numbers, type=self.record.type_key, field=self.key)
        return list(files.order_by("pk").values_list("pk", flat=True))

    def _held(self) -> list[int]:
        now_there = type(self.record)._base_manager.filter(pk=self.record.pk).values_list("extra", flat=True).first()
        return [*(self.record.extra.get(self.key) or []), *((now_there or {}).get(self.key) or [])]

    def _checked(self, given):
        from groundwork.records.files import keeping

        name, kind = keeping.checked(given.name, given.size, given.file)
        return name, kind, given.file

    def _aside(self, name, kind, file) -> int:
        from groundwork.records.files import keeping

        return keeping.put_aside(self.record.type_key, self.key, by=self.user, name=name, kind=kind, file=file).pk
