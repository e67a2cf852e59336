"""The form of a saved view: its name, and who sees it."""

from django import forms
from django.core.exceptions import ValidationError
from django.utils.translation import gettext_lazy as _

from groundwork.access.models import Department, Role
from groundwork.records.forms import CleanText
from groundwork.records.lists.saved_views import SavedView


class ViewForm(CleanText, forms.ModelForm):
    class Meta:
        model = SavedView
        fields = ("name", "display", "shared", "role", "department")
        widgets = {"shared": forms.RadioSelect, "display": forms.RadioSelect}

    def __init__(self, *args, user, **kwargs):
        super().__init__(*args, **kwargs)
        self.fields["role"].queryset = Role.objects.current()
        self.fields["role"].label = _("Role")
        self.fields["department"].queryset = Department.objects.all()
        self.fields["department"].label = _("Department")

    def clean(self):
        cleaned = super().clean()
        for shared, words in (
            ("role", _("Choose the role that sees it.")),
            ("department", _("Choose the department.")),
        ):
            if cleaned.get("shared") != shared:
                cleaned[shared] = None
            elif not cleaned.get(shared):
                raise ValidationError({shared: words})
        return cleaned
