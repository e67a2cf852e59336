"""A choice among rows that the firm configures: stages, sources, reasons. Of the row its id is kept, as text."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.db import models
from django.utils.text import capfirst
from django.utils.translation import gettext as _

MOST_DIGITS = 20


@dataclass(frozen=True)
class Option:
    """What can be chosen. One that is not ``open`` any more is shown where it was chosen, and not offered anew."""

    key: str
    label: str
    open: bool = True


class ChosenField(models.CharField):
    """``rows`` gives the options, those in use first. To lists, boards, imports and history it is a choice like any.

    ``refusal``: what is told to whoever chooses an option that is not open, where that needs saying.
    """

    shown_as = "choice"

    def __init__(self, *args, rows: Callable[[], Iterable[Option]] = list, refusal: Any = "", **kwargs):
        self.rows, self.refusal = rows, refusal
        super().__init__(*args, **{"max_length": MOST_DIGITS, "blank": True, "default": "", **kwargs})

    @property
    def flatchoices(self) -> list[tuple[str, str]]:
        return [(option.key, option.label) for option in self.rows()]

    def offered(self, held: Any = "") -> list[tuple[str, str]]:
        """The options in use, and the one that is held."""
        return [(option.key, option.label) for option in self.rows() if option.open or option.key == held]

    def validate(self, value, model_instance):
        super().validate(value, model_instance)
        if value and value not in {option.key for option in self.rows()}:
            raise ValidationError(_("Choose one of those offered."))

    def formfield(self, **_kwargs):
        return forms.ChoiceField(
            label=capfirst(self.verbose_name), help_text=self.help_text, required=not self.blank,
            choices=[("", ""), *self.offered()],
            error_messages={"invalid_choice": self.refusal} if self.refusal else None,
        )  # fmt: skip
