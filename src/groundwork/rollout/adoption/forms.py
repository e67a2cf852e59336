"""The answer to the one question of a month."""

from django import forms
from django.utils.translation import gettext_lazy as _

from groundwork.records.forms import CleanText


class PulseForm(CleanText, forms.Form):
    """The score comes from the button; none: not this month."""

    score = forms.IntegerField(min_value=1, max_value=5, required=False)
    word = forms.CharField(label=_("in a sentence, if you like"), max_length=300, required=False)
