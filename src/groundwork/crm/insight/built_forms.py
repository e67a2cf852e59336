"""The two forms of a report: what it asks, and under which name it is kept for whom."""

from django import forms
from django.utils.translation import gettext_lazy as _

from groundwork.crm.insight.models import BuiltReport
from groundwork.crm.insight.question import CHARTS, MEASURES, STEPS, Question
from groundwork.crm.insight.wanted import Wanted
from groundwork.records.forms import CleanText
from groundwork.records.lists.view_forms import ShareForm


class QuestionForm(CleanText, forms.Form):
    """Sent as the page's own address: what is asked is looked at before it is kept, and may be sent to others."""

    use_required_attribute = False  # “nothing” is an answer

    measure = forms.ChoiceField(label=_("what is counted"), choices=list(MEASURES.items()))
    of = forms.ChoiceField(label=_("of which number"))
    by = forms.ChoiceField(label=_("put together by"))
    step = forms.ChoiceField(label=_("days are put together"), choices=list(STEPS.items()))
    across = forms.ChoiceField(label=_("and across by"))
    across_step = forms.ChoiceField(label=_("days across"), choices=list(STEPS.items()))
    chart = forms.ChoiceField(label=_("drawn as"), choices=list(CHARTS.items()))

    def __init__(self, asked: Question, data=None):
        typed = {"measure": asked.measure, "chart": asked.chart, "of": asked.of.name if asked.of else ""}
        for name, one in (("by", asked.by), ("across", asked.across)):
            typed |= {name: one.field.name if one else ""}
        typed |= {"step": asked.by.step if asked.by else "month"}
        typed |= {"across_step": asked.across.step if asked.across else "month"}
        super().__init__(data, initial=typed, auto_id="ask-%s")
        self._offer("of", asked.numbers)
        for name in ("by", "across"):
            self._offer(name, asked.groupable)
        if not asked.numbers:
            del self.fields["of"]
            del self.fields["measure"]
        for name, one in (("step", asked.by), ("across_step", asked.across)):
            if one is None or not one.is_days:
                del self.fields[name]
        if asked.by is None:
            del self.fields["across"]

    def _offer(self, name: str, fields: dict) -> None:
        words = sorted(((key, shown.heading) for key, shown in fields.items()), key=lambda pair: pair[1])
        self.fields[name].choices = [("", _("nothing")), *words]  # type: ignore[attr-defined]


class ReportForm(ShareForm):
    class Meta:
        model = BuiltReport
        fields = ("name", "decides", "shared", "role", "department", "better")
        widgets = {"shared": forms.RadioSelect, "better": forms.RadioSelect}

    def __init__(self, *args, asked: Question, wish: Wanted | None = None, **kwargs):
        """``wish``: what it is made for; then others see it."""
        super().__init__(*args, **kwargs)
        if asked.is_money:
            del self.fields["better"]
        choices = [(value, words) for value, words in BuiltReport.Shared.choices if value != "everybody"]
        if wish:
            choices = [choice for choice in choices if choice[0] != BuiltReport.Shared.NOBODY]
            self.fields["shared"].required = True
            self.initial.update(reason=wish.words, shared=BuiltReport.Shared.EVERYBODY)
        choices.insert(0 if wish else 1, (BuiltReport.Shared.EVERYBODY, _("Everybody who sees these records")))
        self.fields["shared"].choices = choices  # type: ignore[attr-defined]
