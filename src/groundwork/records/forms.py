"""Forms of records, made from the declaration: only fields the person may change, links only to what is visible."""

import re
from collections.abc import Sequence
from typing import cast

from django import forms
from django.core.exceptions import ValidationError
from django.db import models
from django.forms.utils import ErrorDict
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from groundwork.access.models import User
from groundwork.access.rights import reach, rights
from groundwork.core.fields import MoneyField
from groundwork.core.languages import NO_VALUE
from groundwork.records.linking import named
from groundwork.records.models import Activity, Record
from groundwork.records.notices import mentions
from groundwork.records.types import Field, PartType, RecordType
from groundwork.ui.forms import DayInput, PlainErrors

ASKED_AT_ONCE = 8
AGAIN = "again"  # posted with a form that is to be shown anew, and not kept


class CleanText(PlainErrors):
    """Mixed into every form of a record: no NUL bytes, no invisible control signs, one kind of line end."""

    def clean(self):
        cleaned = super().clean()
        for name, value in list(cleaned.items()):
            if isinstance(value, str):
                cleaned[name] = re.sub(r"[\x00-\x08\x0b\x0c\x0e-\x1f]", "", value.replace("\r\n", "\n"))
        return cleaned


def why_address(element: str) -> str:
    return reverse("records:why", args=[element])


class LinkField(forms.CharField):
    """A link to a visible record, typed as its number, title or code, or picked from what the browser offers.

    What the person may not see is answered exactly like what is not there.
    """

    default_error_messages = {"required": _("Type a number or a name, or pick one from the list.")}

    def __init__(self, *, target: type[Record], user, **kwargs):
        self.target, self.user = target, user
        super().__init__(max_length=300, **kwargs)
        self.widget.attrs.update({"autocomplete": "off", "data-link": target.type_key})

    def clean(self, value):
        text = super().clean(value)
        if not text:
            return None
        visible = self.target.objects.visible_to(self.user).current()
        found = named(visible, self.user, text)
        if len(found) != 1:
            raise ValidationError(
                _("Several are called “%(text)s”: pick one from the list.")
                if found
                else _("“%(text)s” is not among those you see."),
                params={"text": text[:60]},
            )
        return visible.get(pk=found[0])

    def prepare_value(self, value):
        if isinstance(value, int):
            value = self.target.objects.visible_to(self.user).filter(pk=value).first()
        return link_text(value) if isinstance(value, Record) else value


def link_text(record: Record) -> str:
    return f"{record} · {record.number}"


class RecordForm(CleanText, forms.ModelForm):
    """The form of one record for one person. ``version`` tells on which state the person typed."""

    version = forms.IntegerField(widget=forms.HiddenInput, required=False)
    folds = False  # a whole form asks eight facts at once; a short one all it was given
    hanging: frozenset[str] = frozenset()  # see ``Hanging``

    def __init__(self, *args, kind: RecordType, user, names: tuple[str, ...], **kwargs):
        self.kind, self.user = kind, user
        super().__init__(*args, **kwargs)
        self.fields["version"].initial = self.instance.version if self.instance.pk else None
        self._add_own(names)
        for name in names:
            shown = kind.field(name)
            if shown.kind == "link":
                self._make_link(shown)
            elif shown.kind == "money":
                own = self.fields[name]
                typed = str(self.data.get(self.add_prefix("currency"), "")).strip().upper()
                currency = shown.added.currency if shown.added else typed or shown.currency_of(self.instance) or "EUR"
                self.fields[name] = MoneyField(
                    currency=currency, label=own.label, required=own.required, help_text=own.help_text
                )
            elif shown.kind == "date":
                self.fields[name].widget = DayInput()
            elif shown.kind == "user":
                self.fields[name].queryset = User.objects.filter(is_active=True)
            self.fields[name].label = shown.heading
            if shown.added:
                self.fields[name].why_url = why_address(shown.added.element_key)  # type: ignore[attr-defined]

    def _take_plain_words(self, shown: Field) -> None:
        """Nothing chosen is a dash; a choice that was retired is offered to whoever holds it."""
        held, field = shown.read(self.instance), self.fields[shown.name]
        if shown.kind == "bool":
            field.widget.choices = [("unknown", NO_VALUE), ("true", _("yes")), ("false", _("no"))]  # type: ignore[attr-defined]
        elif shown.kind == "choice" and shown.added:
            offered = [(key, label) for key, label in shown.added.options if key in shown.added.open or key == held]
            field.choices = [("", NO_VALUE), *offered]  # type: ignore[attr-defined]
        elif shown.kind == "choices" and shown.added:
            kept = shown.added.open | set(held or ())
            field.choices = [(key, label) for key, label in shown.added.options if key in kept]  # type: ignore[attr-defined]

    def _add_own(self, names: tuple[str, ...]) -> None:
        """The fields that the firm added, each at its place among the others."""
        for name in names:
            if name in self.kind.added:
                shown = self.kind.added[name]
                self.fields[name] = cast(forms.Field, form_field(shown.model_field))
                self._take_plain_words(shown)
                self.initial.setdefault(name, shown.read(self.instance))
        self.order_fields(names)

    def _post_clean(self):
        """The model's own fields, then those that the firm added."""
        super()._post_clean()
        for name, shown in self.kind.added.items():
            if name in self.cleaned_data and name in self.fields:
                shown.write(self.instance, self.cleaned_data[name])

    def _make_link(self, shown: Field) -> None:
        own = self.fields[shown.name]
        self.fields[shown.name] = LinkField(
            target=shown.target, user=self.user, label=own.label, required=own.required, help_text=own.help_text
        )
        if self.instance.pk or shown.read(self.instance):
            self.initial[shown.name] = shown.read(self.instance)

    def hang(self) -> None:
        """Have the fields that hang on another one shown anew when that one changes."""
        if self.kind.hanging and self.kind.hanging.on in self.fields:
            self.hanging = frozenset(self.kind.hanging.names)
            self.fields[self.kind.hanging.on].widget.attrs |= {
                "hx-post": "", "hx-trigger": "change", "hx-target": "#hanging", "hx-select": "#hanging",
                "hx-swap": "outerHTML", "hx-vals": f'{{"{AGAIN}": "1"}}',
            }  # fmt: skip

    def again(self) -> "RecordForm":
        """What was typed, shown once more without being judged: only what hangs on a field follows it."""
        on = self.kind.hanging.on if self.kind.hanging else ""
        if on in self.fields:
            setattr(self.instance, on, str(self[on].value() or "")[:200])
        self._errors = ErrorDict()
        return self

    @property
    def left_out(self) -> frozenset[str]:
        """What is filled is not left out, whatever else changed."""
        left = self._asked()[1] if self.folds else ()
        return frozenset(name for name in left if not (self.is_bound and name in self.fields and self._is_filled(name)))

    @property
    def folded(self) -> frozenset[str]:
        """What waits behind "More fields": all but eight facts at most, what is filled, and what must be filled."""
        if not self.folds:
            return frozenset()
        asked, left = self._asked()
        known = self.instance.pk or self.is_bound
        shown = {name for name, field in self.fields.items() if field.required or (known and self._is_filled(name))}
        return frozenset(self.fields) - shown - {*asked, *left, "version"}

    def _asked(self) -> tuple[tuple[str, ...], tuple[str, ...]]:
        asked, left = self.kind.asked(self.instance) if self.kind.asked else (tuple(self.fields), ())
        return tuple(name for name in asked if name in self.fields)[:ASKED_AT_ONCE], left

    def _is_filled(self, name: str) -> bool:
        return self[name].value() not in (None, "", [])

    def _get_validation_exclusions(self):
        """Whether a record is archived takes part in checks of uniqueness although nobody types it."""
        return super()._get_validation_exclusions() - {"archived_at"}

    def clean(self):
        cleaned = super().clean()
        if not self.errors and self.kind.check:
            self.kind.check(cleaned)
        return cleaned

    @property
    def typed(self) -> dict:
        """What was really sent: a field that the form did not carry stays as it is."""
        return {
            name: value
            for name, value in self.cleaned_data.items()
            if name != "version" and not self.fields[name].widget.value_omitted_from_data(self.data, self.files, name)
        }


def form_for(kind: RecordType, user, *args, names: tuple[str, ...] | None = None, **kwargs) -> RecordForm:
    """A form of the fields in ``names`` (all declared ones, else) that ``user`` may see and change."""
    open_names = may_type(kind, user, kwargs.get("instance"), names)
    of_model = tuple(name for name in open_names if name not in kind.added)
    made = forms.modelform_factory(kind.model, form=RecordForm, fields=of_model, formfield_callback=form_field)
    form = made(*args, kind=kind, user=user, names=open_names, **kwargs)
    form.folds = names is None
    if form.folds:
        form.hang()
    return form


def may_type(kind: RecordType, user, held=None, names: Sequence[str] | None = None) -> tuple[str, ...]:
    """The fields, of ``names`` or of all declared ones, that the person may type into a new or into this record."""
    asked = names or dict.fromkeys((*kind.fields, *(("owner",) if may_hand_over(kind, user, held) else ())))
    stands = kind.frozen(held) if held is not None and held.pk and kind.frozen else ()
    free = (name for name in asked if rights(user).field_mode(kind.key, name) == "" and name not in stands)
    return tuple(name for name in free if kind.field(name).model_field.editable)


def form_field(model_field: models.Field, **kwargs):
    """An address typed without its scheme is taken as https."""
    if isinstance(model_field, models.URLField):
        kwargs["assume_scheme"] = "https"
    return model_field.formfield(**kwargs)


def may_hand_over(kind: RecordType, user, record) -> bool:
    """Whoever edits beyond the own records may give a record to another person."""
    scope = reach(user, "edit", kind.key)
    return record is not None and record.pk is not None and (scope.all or bool(scope.departments))


class PartForm(CleanText, forms.ModelForm):
    """One line of a record."""

    def __init__(self, *args, part: PartType, user, parent: Record, **kwargs):
        self.part, self.user, self.parent = part, user, parent
        self.told_by: dict[str, str] = {}  # {field: the one that tells it}: nothing is asked of it while that is wrong
        super().__init__(*args, **kwargs)
        setattr(self.instance, part.model.parent_field, parent)
        for shown in part.shown:
            if shown.name not in self.fields:
                continue
            if shown.kind == "link":
                own = self.fields[shown.name]
                self.fields[shown.name] = LinkField(
                    target=shown.target, user=user, label=own.label, required=own.required, help_text=own.help_text
                )
            elif shown.kind == "date":
                self.fields[shown.name].widget = DayInput()
            elif shown.kind == "money":
                own = self.fields[shown.name]
                currency = getattr(parent, "currency", "") or "EUR"
                self.fields[shown.name] = MoneyField(currency=currency, label=own.label, required=own.required)
            elif shown.kind == "user":
                self.fields[shown.name].queryset = User.objects.filter(is_active=True)
            label = str(self.fields[shown.name].label or "")
            self.fields[shown.name].label = label[:1].upper() + label[1:]
        if part.adapt:
            part.adapt(self)

    def _update_errors(self, errors):
        for name, source in self.told_by.items():
            if self.has_error(source):
                getattr(errors, "error_dict", {}).pop(name, None)
        super()._update_errors(errors)

    def _get_validation_exclusions(self):
        """The parent takes part in checks of uniqueness although the person does not type it."""
        return super()._get_validation_exclusions() - {self.part.model.parent_field}


def part_form(part: PartType, user, parent: Record, *args, **kwargs) -> PartForm:
    editable = [shown.name for shown in part.shown if shown.model_field.editable]
    made = forms.modelform_factory(part.model, form=PartForm, fields=editable)
    return made(*args, part=part, user=user, parent=parent, **kwargs)


class ActivityForm(CleanText, forms.ModelForm):
    """A note or a call; ``mentioned`` are the people whose names follow an @ in it, all of whom see ``record``."""

    class Meta:
        model = Activity
        fields = ("kind", "text", "minutes")
        widgets = {"text": forms.Textarea(attrs={"rows": 3})}

    def __init__(self, *args, record: Record | None = None, **kwargs):
        super().__init__(*args, **kwargs)
        self.record = record
        self.mentioned: list[User] = []

    def clean_text(self):
        text = self.cleaned_data["text"]
        if self.record is not None:
            self.mentioned = mentions.checked(text, self.record)
        return text
