"""What a form answers when a field does not fit: what to do, in our own words. Django's words stand nowhere."""

from datetime import date
from typing import Any

from django import forms
from django.core.validators import ProhibitNullCharactersValidator
from django.utils.formats import get_format
from django.utils.text import capfirst
from django.utils.translation import gettext_lazy as _
from django.utils.translation import ngettext_lazy

from groundwork.core.clock import today

ANY = {
    "required": _("Fill in “%(label)s”."),
    "max_length": ngettext_lazy(
        "Shorten it: %(limit_value)d character fits here, it has %(show_value)d.",
        "Shorten it: %(limit_value)d characters fit here, it has %(show_value)d.",
        "limit_value",
    ),
    "min_length": ngettext_lazy(
        "Write at least %(limit_value)d character; it has %(show_value)d.",
        "Write at least %(limit_value)d characters; it has %(show_value)d.",
        "limit_value",
    ),
    "null_characters_not_allowed": _("There is an invisible sign in it. Type it instead of pasting it."),
    "unique": _("Choose another one: this one is taken."),
}
NUMBER = {
    "max_value": _("Write %(limit_value)s or less."),
    "min_value": _("Write %(limit_value)s or more."),
}
ONE_OF = {
    "required": _("Choose one under “%(label)s”."),
    "invalid_choice": _("Choose one from the list."),
}
SOME_OF = {
    "required": _("Choose at least one under “%(label)s”."),
    "invalid_choice": _("Choose from the list only."),
    "invalid_list": _("Choose from the list only."),
    "invalid_pk_value": _("Choose from the list only."),
}
WORDS: list[tuple[type[forms.Field], dict[str, Any]]] = [  # the later a kind stands, the more it knows
    (forms.Field, ANY),
    (forms.IntegerField, NUMBER | {"invalid": _("Write a whole number, such as 12.")}),
    (forms.FloatField, {"invalid": _("Write a number, such as 12.5.")}),
    (forms.DecimalField, {"invalid": _("Write a number, such as 12.5.")}),
    (forms.DateField, {"required": _("Give a day under “%(label)s”."), "invalid": _("Write a date as %(date)s.")}),
    (forms.DateTimeField, {"invalid": _("Write day and time as %(date)s 14:30.")}),
    (forms.TimeField, {"invalid": _("Write a time as 14:30.")}),
    (forms.RegexField, {"invalid": _("Write it as the hint says.")}),
    (
        forms.EmailField,
        {
            "required": _("Type the e-mail address."),
            "invalid": _("Write an e-mail address such as anna@example.com."),
        },
    ),
    (forms.URLField, {"invalid": _("Write an address such as https://example.com.")}),
    (forms.BooleanField, {"required": _("Tick “%(label)s” to go on.")}),
    (forms.ChoiceField, ONE_OF),
    (forms.ModelChoiceField, ONE_OF),
    (forms.MultipleChoiceField, SOME_OF),
    (forms.ModelMultipleChoiceField, SOME_OF),
    (
        forms.FileField,
        {
            "required": _("Choose a file."),
            "invalid": _("Choose the file once more: it did not arrive."),
            "missing": _("Choose the file once more: it did not arrive."),
            "empty": _("Choose another file: this one is empty."),
            "max_length": _("Give the file a shorter name."),
        },
    ),
]


DIGITS_OF_A_KEY = 18
SPOKEN_NOW = ("required", "invalid")  # their words hold the label or an example, put in here; Django puts in the rest


class DayInput(forms.DateInput):
    """The browser's own calendar. It understands a day only as 2026-11-22, whatever the reader's language is."""

    input_type = "date"

    def __init__(self):
        super().__init__(format="%Y-%m-%d")


class PlainErrors:
    """Mixed into every form. A field with ``error_messages`` of its own, or of its class, keeps them."""

    fields: dict[str, forms.Field]

    def full_clean(self):
        for name, field in self.fields.items():
            speak_plainly(field, field.label or name)
        super().full_clean()


def speak_plainly(field: forms.Field, label) -> forms.Field:
    """Give ``field`` our words for every error that only Django has words for."""
    filling = {"label": capfirst(str(label)), "date": example_of_a_date()}
    found: dict[str, Any] = {}
    for kind, words in WORDS:
        found |= words if isinstance(field, kind) else {}
    theirs = words_of_django(type(field))
    for code, text in found.items():
        if field.error_messages.get(code) is theirs.get(code):
            field.error_messages[code] = str(text) % filling if code in SPOKEN_NOW else text
    if isinstance(field, forms.ModelChoiceField):  # the one check that asks no ``error_messages``
        refuses = ProhibitNullCharactersValidator(message=found["invalid_choice"])
        field.validate_no_null_characters = refuses  # type: ignore[method-assign]
    return field


def words_of_django(kind: type[forms.Field]) -> dict[str, Any]:
    """What a field of this kind says where nobody of ours has said it better."""
    theirs: dict[str, Any] = {}
    for base in reversed(kind.__mro__):
        if not base.__module__.startswith("groundwork."):
            theirs |= vars(base).get("default_error_messages", {})
    return theirs


def example_of_a_date() -> str:
    """The last day of this year as people write it here."""
    return date(today().year, 12, 31).strftime(get_format("DATE_INPUT_FORMATS")[0])


class SeveralField(forms.ModelMultipleChoiceField):
    """Several rows of a table. A number that no row can have is a wrong choice; the database would break on it."""

    def clean(self, value):
        if any(len(str(one)) > DIGITS_OF_A_KEY for one in value or ()):
            raise forms.ValidationError(self.error_messages["invalid_pk_value"], code="invalid_pk_value")
        return super().clean(value)


class ReasonField(forms.CharField):
    default_error_messages = {"required": _("Say why, in one sentence.")}

    def __init__(self, **kwargs):
        super().__init__(max_length=300, **{"label": _("Why, in one sentence")} | kwargs)


class ReasonForm(PlainErrors, forms.Form):
    reason = ReasonField()
