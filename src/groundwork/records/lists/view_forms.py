"""The form of what may be shared: its name, who sees it, and why others are to see it."""

from django import forms
from django.core.exceptions import ValidationError
from django.utils.translation import gettext_lazy as _

from groundwork.access.models import Department, Role, User
from groundwork.blueprint.models import Element
from groundwork.records.forms import CleanText
from groundwork.records.lists.saved_views import SavedView


class ShareForm(CleanText, forms.ModelForm):
    reason = forms.CharField(
        label=_("Why, in one sentence"), max_length=300, required=False,
        help_text=_("Asked where others see it: they may read it."),
    )  # fmt: skip
    asked_by = forms.ModelChoiceField(
        User.objects.filter(is_active=True), label=_("Who asked for it"), required=False, empty_label=_("I myself")
    )

    def __init__(self, *args, user, **kwargs):
        super().__init__(*args, **kwargs)
        self.fields["role"].queryset = Role.objects.current()
        self.fields["role"].label = _("Role")
        self.fields["department"].queryset = Department.objects.all()
        self.fields["department"].label = _("Department")
        if self.instance.pk and (element := Element.objects.filter(key=self.instance.element_key).first()):
            self.initial |= {"reason": element.reason, "asked_by": element.asked_by_id}

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
        if cleaned.get("shared") and not cleaned.get("reason"):
            self.add_error("reason", _("Say why, in one sentence."))
        return cleaned

    def keep(self, *, by) -> None:
        self.save(commit=False).keep(
            by=by, reason=self.cleaned_data["reason"], asked_by=self.cleaned_data["asked_by"]
        )  # fmt: skip


class ViewForm(ShareForm):
    class Meta:
        model = SavedView
        fields = ("name", "display", "shared", "role", "department")
        widgets = {"shared": forms.RadioSelect, "display": forms.RadioSelect}
