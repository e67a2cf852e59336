"""Forms of records, made from the declaration: only fields the person may change, links only to what is visible."""

import re
from collections.abc import Sequence
from datetime import date, timedelta
from typing import Any, cast

from django import forms
from django.core.exceptions import ValidationError
from django.db import models
from django.forms.utils import ErrorDict
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from groundwork.access.models import FieldGrant, Role, User
from groundwork.access.rights import reach, rights
from groundwork.core.clock import today
from groundwork.core.fields import MoneyField
from groundwork.core.languages import NO_VALUE
from groundwork.records import workdays
from groundwork.records.added import layouts
from groundwork.records.added.chosen import ChosenField
from groundwork.records.added.layouts import ASKED_AT_ONCE, EMPTY, Rule, Shape
from groundwork.records.linking import named
from groundwork.records.models import Activity, Record
from groundwork.records.notices import mentions
from groundwork.records.types import Field, PartType, RecordType
from groundwork.ui.forms import DayInput, PlainErrors

AGAIN = "again"  # posted with a form that is to be shown anew, and not kept


class CleanText(PlainErrors):
    """Mixed into every form of a record: no NUL bytes, no invisible control signs, one kind of line end."""

    def clean(self):
        cleaned = super().clean()
        for name, value in list(cleaned.items()):
            if isinstance(value, str):
                cleaned[name] = re.sub(r"[\x00-\x08\x0b\x0c\x0e-\x1f]", "", value.replace("\r\n", "\n"))
        return cleaned | self._usual(cleaned)

    def _usual(self, cleaned: dict) -> dict:
        """What stands in a field that somebody emptied and that is never without a value: no freight is 0."""
        model = getattr(getattr(self, "_meta", None), "model", None)
        emptied = [name for name, value in cleaned.items() if value is None] if model else []
        own = {field.name: field for field in model._meta.concrete_fields} if emptied else {}
        fields = [own[name] for name in emptied if name in own]
        return {
            field.name: field.get_default()
            for field in fields
            if field.blank and not field.null and field.has_default()
        }


def why_address(element: str) -> str:
    return reverse("records:why", args=[element])


class LinkField(forms.CharField):
    """A link to a visible record, typed as its number, title or code, or picked from what the browser offers.

    What the person may not see is answered exactly like what is not there. Where the link ``held`` leads to such a
    record, the field is empty, and left empty it keeps the link.
    """

    default_error_messages = {"required": _("Type a number or a name, or pick one from the list.")}

    def __init__(self, *, target: type[Record], user, held: int | None = None, **kwargs):
        self.target, self.user, self.held = target, user, held
        self.seen = target.objects.visible_to(user).filter(pk=held).first() if held else None
        if held and self.seen is None:
            kwargs |= {"required": False, "help_text": _("It leads to what you do not see. Left empty, it stays.")}
        super().__init__(max_length=300, **kwargs)
        self.widget.attrs.update({"autocomplete": "off", "data-link": target.type_key})

    def clean(self, value):
        text = super().clean(value)
        if not text:
            return self.target._base_manager.get(pk=self.held) if self.held and self.seen is None else None
        if self.seen is not None and text == link_text(self.seen):
            return self.seen  # as it was, though it may be archived since
        visible = self.target.objects.visible_to(self.user)
        found = named(visible.current(), self.user, text)
        if len(found) != 1:
            raise ValidationError(self._why_not(text, found), params={"text": text[:60]})
        return visible.get(pk=found[0])

    def _why_not(self, text: str, found: list[int]):
        if found:
            return _("Several are called “%(text)s”: pick one from the list.")
        if named(self.target.objects.visible_to(self.user), self.user, text):
            return _("“%(text)s” is archived: put it back first, or pick another one.")
        return _("“%(text)s” is not among those you see.")

    def prepare_value(self, value):
        if isinstance(value, int):
            known = value == self.held
            value = self.seen if known else self.target.objects.visible_to(self.user).filter(pk=value).first()
        return link_text(value) if isinstance(value, Record) else value


def colleagues(held: int | None) -> models.QuerySet:
    """Whom a field may name: who signs in, and whoever stands there already."""
    return User.objects.filter(models.Q(is_active=True) | models.Q(pk=held))


def link_text(record: Record) -> str:
    return f"{record} · {record.number}"


class RecordForm(CleanText, forms.ModelForm):
    """The form of one record for one person. ``version`` tells on which state the person typed."""

    version = forms.IntegerField(widget=forms.HiddenInput, required=False)
    folds = False  # a whole form asks eight facts at once; a short one all it was given
    hanging: frozenset[str] = frozenset()  # the fields that are shown anew when another one changes
    unasked: frozenset[str] = frozenset()  # those that no rule asks for as things stand
    called_for: frozenset[str] = frozenset()  # those that some rule does

    def __init__(self, *args, kind: RecordType, user, names: tuple[str, ...], shape: Shape | None = None, **kwargs):
        self.kind, self.user, self.shape = kind, user, shape
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
                self.fields[name].queryset = colleagues(shown.read(self.instance))
            self.fields[name].label = shown.heading
            if shown.added:
                self.fields[name].why_url = why_address(shown.added.element_key)  # type: ignore[attr-defined]
        self.rules = self._rules_here(names)
        self._follow_rules()

    def _rules_here(self, names: tuple[str, ...]) -> list[Rule]:
        """The rules about fields of this form; a field that is asked for many records at once knows no other value."""
        if len(names) == 1 and not self.instance.pk:
            return []
        return [rule for rule in layouts.rules_of(self.kind, self.user, self.shape) if rule.field in self.fields]

    def _follow_rules(self) -> None:
        """What other values say: which fields are not asked, and which must be filled in and why."""
        unasked, called_for = set(), set()
        for name in dict.fromkeys(rule.field for rule in self.rules):
            mine = [rule for rule in self.rules if rule.field == name]
            holding = [rule for rule in mine if rule.holds(self._value_now(rule.when))]
            needed = next((rule for rule in holding if rule.do == Rule.Do.REQUIRE), None)
            if holding:
                called_for.add(name)
            if needed:
                self.fields[name].required = True
                self.fields[name].error_messages["required"] = needed.said(self.kind)
            elif not holding and any(rule.do == Rule.Do.SHOW for rule in mine):
                self.fields[name].required = False
                unasked.add(name)
        self.unasked, self.called_for = frozenset(unasked), frozenset(called_for)

    def _value_now(self, name: str):
        """What the form says of a field, or the record where the form does not ask it."""
        return self[name].value() if name in self.fields else self.kind.field(name).read(self.instance)

    def _take_plain_words(self, shown: Field) -> None:
        """Nothing chosen is a dash; a choice that was retired is offered to whoever holds it."""
        held, field = shown.read(self.instance), self.fields[shown.name]
        if shown.kind == "bool":
            field.widget.choices = [("unknown", NO_VALUE), ("true", _("yes")), ("false", _("no"))]  # type: ignore[attr-defined]
        elif shown.kind == "choice" and shown.added:
            offered = [(key, label) for key, label in shown.added.options if key in shown.added.open or key == held]
            field.choices = [("", NO_VALUE), *offered]  # type: ignore[attr-defined]
        elif shown.kind == "file":
            field.stand_for(self.instance, shown.name, self.user)  # type: ignore[attr-defined]
        elif isinstance(shown.model_field, ChosenField):
            field.choices = [("", NO_VALUE), *shown.model_field.offered(held)]  # type: ignore[attr-defined]
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
            target=shown.target, user=self.user, held=shown.read(self.instance) if self.instance.pk else None,
            label=own.label, required=own.required, help_text=own.help_text,
        )  # fmt: skip
        if self.instance.pk or shown.read(self.instance):
            self.initial[shown.name] = shown.read(self.instance)

    def hang(self) -> None:
        """Have the fields that hang on another one shown anew, each in its place, when that one changes."""
        watched = {rule.when for rule in self.rules}
        hanging = {rule.field for rule in self.rules}
        if self.folds and self.kind.hanging and self.kind.hanging.on in self.fields:
            watched.add(self.kind.hanging.on)
            hanging |= set(self.kind.hanging.names) & set(self.fields)
        self.hanging = frozenset(hanging)
        places = ",".join(f"#{place}-{name}" for name in sorted(hanging) for place in ("hung", "hung-more"))
        for name in watched & set(self.fields):
            self.fields[name].widget.attrs |= {
                "hx-post": "", "hx-trigger": "change", "hx-swap": "none", "hx-select-oob": places,
                "hx-vals": f'{{"{AGAIN}": "1"}}',
            }  # fmt: skip

    @property
    def hangs_words(self):
        """What the button says that shows them without script."""
        return self.kind.hanging.words if self.kind.hanging else _("Show what else is asked")

    def again(self) -> "RecordForm":
        """What was typed, shown once more without being judged: only what hangs on a field follows it."""
        on = self.kind.hanging.on if self.kind.hanging else ""
        if on in self.fields:
            setattr(self.instance, on, str(self[on].value() or "")[:200])
        self._errors = ErrorDict()
        return self

    @property
    def left_out(self) -> frozenset[str]:
        """What is filled is not left out, whatever else changed; nor what somebody must fill in."""
        left = frozenset(self._asked()[1] if self.folds else ())
        typed = {name for name in left & set(self.fields) if self.is_bound and self._is_filled(name)}
        laid = (self.unasked | self._not_asked_here()) & set(self.fields)
        return left - typed | {name for name in laid if not self.fields[name].required and not self._says(name)}

    def _not_asked_here(self) -> frozenset[str]:
        """What a layout leaves out; of a short form what stands in it for the case that a rule calls for it."""
        if self.folds:
            return self.shape.off if self.shape else frozenset()
        return frozenset(rule.field for rule in self.rules if len(self.fields) > 2) - self.called_for

    def _says(self, name: str) -> bool:
        """Does the field tell anything, beyond what an empty record begins with?"""
        value = self._value_now(name)
        return bool(layouts.told(value) - {"false"}) and (self.is_bound or value != self._begins_with(name))

    def _begins_with(self, name: str):
        default = self.kind.field(name).model_field.get_default()
        return None if self.instance.pk or default in EMPTY else default

    @property
    def groups(self) -> list[tuple[str, tuple[str, ...]]]:
        """(heading, names) of what the firm wants asked together."""
        if not self.shape or not self.folds:
            return []
        return [(self.shape.heading(heading), names) for heading, names in self.shape.groups]

    @property
    def folded(self) -> frozenset[str]:
        """What waits behind "More fields": all but eight facts at most, what is filled, and what must be filled."""
        if not self.folds:
            return frozenset()
        asked, left = self._asked()
        known = self.instance.pk or self.is_bound
        shown = {name for name, field in self.fields.items() if field.required or (known and self._is_filled(name))}
        return frozenset(self.fields) - shown - self.called_for - {*asked, *left, "version"}

    def _asked(self) -> tuple[tuple[str, ...], tuple[str, ...]]:
        asked, left = self.kind.asked(self.instance) if self.kind.asked else (tuple(self.fields), ())
        if self.shape:
            asked = tuple(name for name in self.shape.asked if name not in left and name not in self.unasked)
        return tuple(name for name in asked if name in self.fields)[:ASKED_AT_ONCE], left

    def _is_filled(self, name: str) -> bool:
        return self[name].value() not in (None, "", [])

    def _get_validation_exclusions(self):
        """Whether a record is archived takes part in checks of uniqueness although nobody types it."""
        return super()._get_validation_exclusions() - {"archived_at"}

    def clean(self):
        cleaned = super().clean()
        for name in {rule.field for rule in self.rules}:  # a yes or no says nothing of its own
            if self.fields[name].required and name not in self.errors and cleaned.get(name) in EMPTY:
                self.add_error(name, self.fields[name].error_messages["required"])
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
    shape = layouts.shape_for(kind, user)
    open_names = may_type(kind, user, kwargs.get("instance"), names)
    open_names = shape.ordered(open_names) if shape else open_names
    form = _class_of(kind, open_names)(*args, kind=kind, user=user, names=open_names, shape=shape, **kwargs)
    form.folds = names is None
    if form.folds:
        form.hang()
    return form


def form_of_role(kind: RecordType, user, role: Role) -> RecordForm:
    """An empty form as somebody of ``role`` meets it, of the fields that ``user`` may type too; to look at."""
    limited = set(FieldGrant.objects.filter(role=role, type=kind.key).values_list("field", flat=True))
    shape = layouts.shape_for_roles(kind, [role.key])
    names = tuple(name for name in may_type(kind, user) if name not in limited)
    names = shape.ordered(names) if shape else names
    form = _class_of(kind, names)(kind=kind, user=user, names=names, shape=shape, instance=kind.model())
    form.folds = True
    return form


def _class_of(kind: RecordType, names: tuple[str, ...]) -> Any:
    of_model = tuple(name for name in names if name not in kind.added)
    return forms.modelform_factory(kind.model, form=RecordForm, fields=of_model, formfield_callback=form_field)


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
                    target=shown.target, user=user, held=shown.read(self.instance) if self.instance.pk else None,
                    label=own.label, required=own.required, help_text=own.help_text,
                )  # fmt: skip
            elif shown.kind == "date":
                self.fields[shown.name].widget = DayInput()
            elif shown.kind == "money":
                own = self.fields[shown.name]
                currency = getattr(parent, "currency", "") or "EUR"
                self.fields[shown.name] = MoneyField(currency=currency, label=own.label, required=own.required)
            elif shown.kind == "user":
                self.fields[shown.name].queryset = colleagues(shown.read(self.instance))
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
    """A note, or a call with its outcome; ``mentioned`` are the people whose names follow an @ in it, all of whom see
    ``record``. ``again_on`` is the day on which to call again, where one was chosen."""

    AGAIN_IN = {"1": _("next working day"), "3": _("in three days"), "7": _("in a week")}
    again = forms.ChoiceField(
        label=_("Call again"), required=False, choices=[("", _("no")), *AGAIN_IN.items()], widget=forms.RadioSelect
    )

    class Meta:
        model = Activity
        fields = ("kind", "outcome", "text", "minutes")
        widgets = {"text": forms.Textarea(attrs={"rows": 3})}

    def __init__(self, *args, record: Record | None = None, **kwargs):
        super().__init__(*args, **kwargs)
        self.record = record
        self.mentioned: list[User] = []

    @property
    def facts(self) -> dict:
        return {name: self.cleaned_data[name] for name in self.Meta.fields}

    @property
    def again_on(self) -> date | None:
        """A working day."""
        days = int(self.cleaned_data["again"] or 0)
        work = workdays.calendar()
        if days <= 1:
            return work.add_working(today(), 1) if days else None
        return work.next_working(today() + timedelta(days=days))

    def clean(self):
        cleaned = super().clean()
        if cleaned.get("kind") != Activity.Kind.CALL:
            cleaned |= {"outcome": "", "again": ""}
        if not cleaned.get("text") and not cleaned.get("outcome") and "text" not in self.errors:
            self.add_error("text", _("Write what happened, or choose how the call ended."))
        return cleaned

    def clean_text(self):
        text = self.cleaned_data["text"]
        if self.record is not None:
            self.mentioned = mentions.checked(text, self.record)
        return text
