"""What an administrator types about number series."""

from django import forms
from django.core.exceptions import ValidationError
from django.utils.translation import gettext_lazy as _

from groundwork.core.clock import today
from groundwork.crm.trade.models import Series, SeriesCount
from groundwork.ui.forms import PlainErrors


class SeriesForm(PlainErrors, forms.ModelForm):
    """A series and the number that comes next in the period of today.

    Once a number was taken the kind, the pattern and the restart stand, and the next number only moves on: else
    numbers would come twice. Another way of numbering is another series.
    """

    next = forms.IntegerField(
        label=_("Next number"), min_value=1, help_text=_("Higher, where other documents have the numbers before it.")
    )

    class Meta:
        model = Series
        fields = ["name", "kind", "pattern", "restart", "vat_by", "is_active"]

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        self.fields["next"].initial = self.instance.next_place(today()) if self.instance.pk else 1
        if self.instance.pk and self.instance.documents.exists():
            for name in ("kind", "pattern", "restart"):
                self.fields[name].disabled = True

    def clean_next(self):
        lowest = self.instance.next_place(today()) if self.instance.pk else 1
        if self.cleaned_data["next"] < lowest:
            raise ValidationError(_("The numbers before %(number)s are taken.") % {"number": lowest})
        return self.cleaned_data["next"]

    def save(self, commit=True):
        """The count of today's period moves on; other periods begin with 1."""
        kept = super().save(commit)
        Series.objects.select_for_update().get(pk=kept.pk)
        count, _made = SeriesCount.objects.get_or_create(series=kept, period=kept.period(today()))
        count.next = max(count.next, self.cleaned_data["next"])
        count.save()
        return kept
