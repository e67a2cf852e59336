"""The living page of components: every component in every state. Only for those who build (``DEBUG``)."""

from functools import wraps

from django import forms
from django.conf import settings
from django.http import Http404, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils import translation

from groundwork.core.refusals import Refusal
from groundwork.ui.charts import BarChart, Series
from groundwork.ui.forms import DayInput, PlainErrors
from groundwork.ui.navigation import Item, Section, Shell, shell_of
from groundwork.ui.notices import toast
from groundwork.ui.table import Cell, Column, Empty, Fact, Facts, Row, Table


def for_builders(view):
    """Open to everybody, as ``access.doors`` calls it: that room stands above this one."""

    @wraps(view)
    def shown(request):
        if not settings.DEBUG:
            raise Http404
        return view(request)

    shown.access = "open"  # type: ignore[attr-defined]
    return shown


class SampleForm(PlainErrors, forms.Form):
    """A form with a field of every kind; the words are samples and are not translated."""

    terms = forms.CharField(label="payment terms", initial="14 days", help_text="Larisa plans payments by it")
    close_date = forms.DateField(label="close date", widget=DayInput(), required=False)
    stage = forms.ChoiceField(label="stage", choices=[("new", "New"), ("offer", "Offer sent")])
    number = forms.CharField(label="number", initial="R-41", disabled=True, help_text="Given by the system")
    channel = forms.ChoiceField(
        label="channel",
        choices=[("word", "Recommendation"), ("fair", "Fair")],
        widget=forms.RadioSelect,
        required=False,
    )
    reasons = forms.MultipleChoiceField(
        label="reasons",
        choices=[("price", "Price"), ("time", "Time")],
        widget=forms.CheckboxSelectMultiple,
        required=False,
    )
    agreed = forms.BooleanField(label="agreed with the customer", required=False)
    note = forms.CharField(label="note", widget=forms.Textarea(attrs={"rows": 3}), required=False)
    file = forms.FileField(label="file", widget=forms.FileInput, required=False)

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        self.fields["terms"].why_url = reverse("ui:why")


def sample_rows(first: int) -> list[Row]:
    names = ["Поставка миндаля на декабрь", "Orzechy laskowe, I kwartał", "Annual contract", "<b>Escaped</b>"]
    steps = [
        Cell("3 days late", kind="bad"),
        Cell("tomorrow", kind="ok"),
        Cell("", kind="muted"),
        Cell("R-41", "#", "trace"),
    ]
    return [
        Row(
            [
                Cell(name, sub="КондитерПром" if place == 0 else ""),
                Cell("Offer sent", kind="chip"),
                Cell("58 200,00", "#", "number"),
                steps[place],
            ],
            key=str(first + place),
            href="#",
        )
        for place, name in enumerate(names)
    ]


def sample_table(first: int = 1, **changes) -> Table:
    table = Table(
        columns=[
            Column("name", "Deal", main=True, sort_url="?sort=-name", sorted="ascending"),
            Column("stage", "Stage", sort_url="?sort=stage"),
            Column("amount", "Amount, zł", numeric=True, second=True),
            Column("step", "Next step"),
        ],
        rows=sample_rows(first),
        caption="Open deals",
        totals=[Cell("42 deals"), Cell(""), Cell("684 200,00", kind="number"), Cell("")],
        next_url=reverse("ui:more_rows") + f"?after={first + 3}" if first < 12 else "",
        next_label="Show next 4",
        id="deals",
    )
    for name, value in changes.items():
        setattr(table, name, value)
    return table


def sample_facts() -> Facts:
    return Facts(
        [
            Fact("ИНН / КПП", Cell("6950021873", sub="695001001")),
            Fact("Потребность в месяц", Cell("3 200 кг миндаля, 900 кг кешью"), why_url=reverse("ui:why")),
            Fact("Kanał", Cell("Polecenie", "#")),
            Fact("Сертификаты", Cell(""), missing="не указано, нужно к договору"),
            Fact("Fax", Cell("")),
        ],
        title="Facts",
        summary="4 of 5 filled in",
    )


def sample_chart() -> BarChart:
    return BarChart(
        title="Revenue and forecast against plan. November: 9.4 won, 4.4 forecast, plan 14",
        caption="Revenue, m",
        label_heading="Month",
        labels=["Jul", "Aug", "Sep", "Oct", "Nov"],
        series=[
            Series("Won", [11.2, 12, 10.5, 13.1, 9.4]),
            Series("Forecast", [None, None, None, None, 4.4], pale=True),
        ],
        target=Series("Plan", [11, 12, 12.5, 13, 14]),
        id="revenue",
    )


def sample_shell(request) -> Shell:
    """The frame of a person who may use a few things, in the asked colours."""
    shell = shell_of(request)
    shell.signed_in, shell.person, shell.role, shell.firm_name = True, "Ewa Zielińska", "analyst", "Hazel & Co"
    shell.theme = request.GET.get("theme", "")
    shell.search_url = shell.theme_url = shell.sign_out_url = reverse("ui:components")
    here = reverse("ui:components")
    shell.sections = [
        Section("work", "Work", [Item("My day", "sun", "/#day"), Item("Deals", "square-kanban", here, True),
                                 Item("Customers", "users", "/#c"), Item("Tasks", "square-check", "/#t")]),
        Section("rollout", "Roll-out", [Item("Roll-out map", "route", "/#m"), Item("Requirements", "files", "/#r")]),
    ]  # fmt: skip
    return shell


COLOURS = [
    *("canvas", "surface", "sunken", "raised", "hover", "selected", "line", "line-2", "edge", "ink", "ink-2", "ink-3"),
    *("accent", "accent-bg", "trace", "trace-bg", "ok", "ok-bg", "warn", "warn-bg", "bad", "bad-bg"),
    *("c1", "c2", "c3", "c4", "c5", "c6"),
]


@for_builders
def components(request):
    language = request.GET.get("lang", "")
    if language in dict(settings.LANGUAGES):
        translation.activate(language)
        request.LANGUAGE_CODE = language
    wrong = SampleForm(
        {"wrong-stage": "lost", "wrong-close_date": "31.02.2027", "wrong-channel": "radio"}, prefix="wrong"
    )
    wrong.add_error(None, "Not saved: the close date is before the start")
    wrong.add_error("note", "Say at least who asked")
    context = {
        "colours": COLOURS,
        "form": SampleForm(prefix="calm"),
        "wrong": wrong,
        "deals": sample_table(),
        "slow": sample_table(
            id="slow-table", totals=[], totals_url=reverse("ui:totals"), next_url="", caption="Totals come later"
        ),
        "nothing": sample_table(
            rows=[], id="none", empty=Empty("An order carries the hours, goods and money of one promise",
            "It starts from a won deal, gathers time and deliveries, and ends as an invoice.", "New order", "#")
        ),
        "unmatched": sample_table(rows=[], id="unmatched", totals=[], next_url="", caption="Nothing matches"),
        "facts": sample_facts(),
        "chart": sample_chart(),
        "shell": sample_shell(request),
    }  # fmt: skip
    return render(request, "ui/components.html", context)


@for_builders
def more_rows(request):
    first = int(request.GET.get("after", 4)) + 1
    if request.headers.get("HX-Request"):
        return render(request, "ui/fragments/rows.html", {"deals": sample_table(first)})
    return render(request, "ui/fragments/page.html", {"deals": sample_table(first), "shell": sample_shell(request)})


@for_builders
def totals(request):
    return render(request, "ui/fragments/totals.html", {"deals": sample_table(id="slow-table")})


@for_builders
def why(request):
    return render(request, "ui/fragments/why.html")


@for_builders
def make_toast(request):
    return toast(HttpResponse(status=204), "Deal moved to Samples", undo_url=reverse("ui:refusal"))


@for_builders
def dialog(request):
    return render(request, "ui/fragments/dialog.html")


@for_builders
def refuse(request):
    raise Refusal("Cannot undo: Anna changed it since")
