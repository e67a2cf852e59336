"""What a person says about a file: how it is written, which column is which, what becomes of values we do not know."""

from typing import Any

from django import forms
from django.db.models import Count
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from groundwork.access.rights import rights
from groundwork.records.imports.generic import RecordLayout
from groundwork.records.imports.layouts import layouts
from groundwork.records.imports.models import ImportJob, Staged
from groundwork.records.imports.readers import ENCODINGS, NO_HEADER, PEEKED
from groundwork.records.types import type_of
from groundwork.ui.forms import PlainErrors

WRITING = ("encoding", "separator", "header", "sheet", "decimal", "dates", "key", "split", "since")
MOST_VALUES = 100


def known(user) -> list:
    """The layouts that ``user`` is offered."""
    return [layouts[key] for key in layouts.offered_to(user)]


def offered(found: str | None, answers: list[tuple[str, str]]) -> list[tuple[str, str]]:
    """The answers to a question, after what was found out without asking."""
    word = dict(answers).get(found or "", found)
    return [("", _("found: %(what)s") % {"what": word} if word else _("find out")), *answers]


class ReadingForm(PlainErrors, forms.Form):
    """How the file is read. An empty answer: what was found out."""

    layout = forms.ChoiceField(label=gettext_lazy("what the rows are"))
    encoding = forms.ChoiceField(label=gettext_lazy("encoding"), required=False)
    separator = forms.ChoiceField(label=gettext_lazy("separator"), required=False)
    header = forms.ChoiceField(label=gettext_lazy("the header stands in line"), required=False)
    sheet = forms.ChoiceField(label=gettext_lazy("sheet"), required=False)
    decimal = forms.ChoiceField(label=gettext_lazy("decimals after"), required=False)
    dates = forms.ChoiceField(label=gettext_lazy("dates"), required=False)
    key = forms.ChoiceField(label=gettext_lazy("known by"), required=False)
    split = forms.ChoiceField(label=gettext_lazy("a document that is here with other lines"), required=False)
    since = forms.ChoiceField(label=gettext_lazy("since when, where no column says it"), required=False)
    on_error = forms.ChoiceField(label=gettext_lazy("wrong rows"))

    def __init__(self, job: ImportJob, data=None):
        self.job, self.reader = job, layouts[job.layout](job)
        said = job.options
        layout = "" if said.get("unsure") else job.layout
        super().__init__(data, initial={**said, "layout": layout, "on_error": job.on_error})
        for name, choices in self._choices().items():
            if choices:
                self.fields[name].choices = choices  # type: ignore[attr-defined]
            else:
                del self.fields[name]
        self.plain_fields = [self[name] for name in self.fields]
        self.columns = self._columns() if self.reader.is_mapped and layout else []
        for field in self.fields.values():
            field.widget.attrs["class"] = "in"

    def _choices(self) -> dict[str, list]:
        """What each question offers; a question without an offer is not asked."""
        about, form = self.job.about, self.job.about.get("format", {})
        kind = getattr(self.reader, "kind", None)
        fields = [(name, self._label(name)) for name in self.reader.columns if kind and name in kind.by_name]
        points = [(".", _("a point")), (",", _("a comma"))]
        orders = [("dmy", _("day first")), ("mdy", _("month first"))]
        sheets = [(name, name) for name in about.get("sheets", [])]
        lines = [(NO_HEADER, _("there is none")), *((str(line), str(line)) for line in range(1, PEEKED + 1))]
        return {
            "layout": self._layout_choices(),
            **self._text_choices(about),
            "header": offered(about.get("header_line"), lines) if self.reader.is_mapped else [],
            "sheet": offered(about.get("sheet"), sheets) if len(sheets) > 1 else [],
            "decimal": offered(form.get("decimal"), points) if form.get("has_numbers") else [],
            "dates": offered(form.get("dates"), orders) if form.get("has_dates") else [],
            "key": [("", _("number, tax number, e-mail, phone, name")), *fields] if self._is_table() else [],
            "split": self._split_choices(),
            "since": self.reader.questions().get("since", []),
            "on_error": [("skip", _("leave them out, load the rest")), ("stop", _("load nothing while there are any"))],
        }

    def _layout_choices(self) -> list[tuple[str, str]]:
        none = [("", _("choose what they are"))] if self.job.options.get("unsure") else []
        return none + [(item.key, str(item.label)) for item in known(self.job.requester)]

    def _is_table(self) -> bool:
        return self.job.layout.startswith("records:")

    def _text_choices(self, about: dict) -> dict[str, list]:
        """Only a text has an encoding and a separator."""
        if about.get("encoding") == "XLSX" or not self.reader.is_mapped:
            return {"encoding": [], "separator": []}
        signs = [(",", _("comma")), (";", _("semicolon")), ("\t", _("tab")), ("|", "|")]
        return {
            "encoding": offered(about.get("encoding"), [(name, name) for name in ENCODINGS]),
            "separator": offered(about.get("separator"), signs),
        }

    def _split_choices(self) -> list:
        asked = self.job.options.get("split") or self.job.count(Staged.Verdict.ASK)
        answers = [
            ("replace", _("the lines of this file replace them")),
            ("add", _("the lines of this file are added")),
            ("skip", _("it stays as it is")),
        ]
        return [("", _("ask me")), *answers] if asked else []

    def _label(self, name: str) -> str:
        return self.reader.label_of(name)

    def _columns(self) -> list[dict]:
        """The columns of the file, each with its first cells and the field that it goes into."""
        header, about = self.job.about.get("header", []), self.job.about
        places = self.reader.guessed(header)
        by_place = {place: name for name, taken in places.items() for place in taken}
        choices = [("", _("not taken")), *((name, self._label(name)) for name in self.reader.columns)]
        result = []
        for place, title in enumerate(header):
            name = f"column-{place}"
            chosen = by_place.get(place, "")
            self.fields[name] = forms.ChoiceField(choices=choices, required=False, initial=chosen, label=title)
            cells = [row[place] for row in about.get("sample", []) if place < len(row) and row[place]]
            result.append({"title": title, "cells": cells[:3], "field": self[name]})
        return result

    def options(self, before: dict) -> dict:
        """The job's options after these answers; what the form does not ask stays as it was."""
        said = {name: value for name, value in before.items() if name != "unsure"}
        for name in WRITING:
            if name in self.fields:
                said[name] = self.cleaned_data[name]
        if self.cleaned_data["layout"] != self.job.layout:
            return {name: value for name, value in said.items() if name not in ("map", "key", "decisions") and value}
        if self.columns and self._is_read_alike(before):
            said["map"] = self._mapping()
        return {name: value for name, value in said.items() if value}

    def _is_read_alike(self, before: dict) -> bool:
        """Another encoding or header makes other columns: what was chosen for the old ones means nothing then."""
        names = [name for name in ("encoding", "separator", "header", "sheet") if name in self.fields]
        return all(self.cleaned_data[name] == before.get(name, "") for name in names)

    def _mapping(self) -> dict[str, str | list[str]]:
        """{field: its column, or several to be joined}; only what differs from the guess is kept."""
        header = self.job.about["header"]
        chosen: dict[str, list[str]] = {}
        for place, title in enumerate(header):
            if name := self.cleaned_data.get(f"column-{place}"):
                chosen.setdefault(name, []).append(title)
        bare = ImportJob(layout=self.job.layout, about=self.job.about, requester=self.job.requester)
        guess = {
            name: [header[place] for place in taken]
            for name, taken in layouts[self.job.layout](bare).guessed(header).items()
        }
        mapped: dict[str, str | list[str]] = {}
        for name in {**guess, **chosen}:
            if chosen.get(name, []) != guess.get(name, []):
                columns = chosen.get(name, [])
                mapped[name] = columns[0] if len(columns) == 1 else columns
        return mapped

    def clean(self):
        """Only texts are joined from several columns."""
        cleaned = super().clean()
        counted: dict[str, int] = {}
        for name, value in cleaned.items():
            if name.startswith("column-") and value:
                counted[value] = counted.get(value, 0) + 1
        for name, count in counted.items():
            if count > 1 and not self._joins(name):
                raise forms.ValidationError(
                    _("Two columns go into “%(field)s”: choose one of them."), params={"field": self._label(name)}
                )
        return cleaned

    def _joins(self, name: str) -> bool:
        """Several columns make one text, and nothing else."""
        reader = self.reader
        return (
            isinstance(reader, RecordLayout) and "." not in name and reader.field_of(name).kind in ("text", "longtext")
        )


class DecisionForm(PlainErrors, forms.Form):
    """For each unknown value of the file: leave its rows out, leave it empty, make it, or take another for it.

    Or for all of a column at once, whatever their number; what is said of a single one goes before.
    """

    split = forms.CharField(required=False)

    def __init__(self, job: ImportJob, data=None):
        super().__init__(data)
        self.job = job
        self.reader: Any = layouts[job.layout](job)
        is_table = isinstance(self.reader, RecordLayout)
        unknown_values = job.unknown_values.all() if is_table else job.unknown_values.none()
        found = unknown_values.order_by("field").values_list("field").annotate(Count("pk"))
        self.counts: dict[str, int] = dict(found)  # {column: how many unknown values}
        self.values = [value for name in self.counts for value in unknown_values.filter(field=name)[:MOST_VALUES]]
        for name, count in self.counts.items():
            if count > 1:
                choices = self._choices_for_all(name)
                field = forms.ChoiceField(choices=choices, initial=choices[0][0], required=False)
                field.widget.attrs |= {"class": "in", "aria-label": self.reader.label_of(name)}
                self.fields[f"all-{name}"] = field
        for unknown in self.values:
            choices = self._choices(unknown.field)
            if self.counts[unknown.field] > 1:
                choices = [("", _("as said for all")), ("skip", choices[0][1]), *choices[1:]]
            self.fields[f"do-{unknown.pk}"] = forms.ChoiceField(choices=choices, required=False)
            self.fields[f"to-{unknown.pk}"] = forms.CharField(max_length=300, required=False)

    def _choices_for_all(self, name: str) -> list:
        """Where there is not one record of the kind yet, all are likely new: that answer stands first; people are left
        out, not made."""
        single = dict(self._choices(name))
        choices = [("", _("leave their rows out"))]
        empty = [("empty", _("leave all empty"))] if "empty" in single else []
        is_person = self.reader.field_of(name).kind == "user"  # who does not work with this, or not any more
        choices = [*empty, *choices] if is_person else [*choices, *empty]
        if "create" not in single:
            return choices
        target = self.reader.field_of(name).target
        is_first = not target.objects.visible_to(self.job.requester).exists()
        make = ("create", _("make all of them"))
        return [make, *choices] if is_first else [*choices, make]

    def _choices(self, name: str) -> list:
        shown = self.reader.field_of(name)
        choices = [("", _("leave its rows out"))]
        if shown.model_field.blank or shown.model_field.null:
            choices.append(("empty", _("leave it empty")))
        if shown.kind in ("choice", "choices"):
            return choices + [(f"use:{value}", str(label)) for value, label in shown.model_field.flatchoices]
        if shown.kind == "link" and self.may_make(shown, name):
            choices.append(("create", _("make it")))
        return [*choices, ("use", _("take this one for it:"))]

    def may_make(self, shown, column: str) -> bool:
        """What needs nothing but its name can be made on the way, by whoever may make one by hand, with its code."""
        target = type_of(shown.target)
        if "." in column and rights(self.job.requester).field_mode(target.key, self.reader.code_field(column)):
            return False
        needed = [
            field.name for field in target.model._meta.concrete_fields
            if not field.primary_key and not field.blank and not field.null and not field.has_default()
        ]  # fmt: skip
        is_named = set(needed) <= {target.model.title_field, "number"}
        return target.typed and is_named and bool(self.job.requester) and self.job.requester.can("create", target.key)

    def _target(self, name: str) -> str:
        """The type that a link points at; "" for other fields."""
        shown = self.reader.field_of(name)
        return shown.target.type_key if shown.kind == "link" else ""

    def groups(self) -> list[dict]:
        """Column by column: what is asked of all its unknown values, and of each of the first."""
        rows = self.rows()
        return [
            {
                "label": self.reader.label_of(name), "count": count,
                "all": self[f"all-{name}"] if f"all-{name}" in self.fields else None,
                "rows": [row for row in rows if row["field"] == name],
            }
            for name, count in self.counts.items()
        ]  # fmt: skip

    def rows(self) -> list[dict]:
        return [
            {
                "field": unknown.field, "value": unknown.value, "rows": unknown.rows,
                "do": self[f"do-{unknown.pk}"], "to": self[f"to-{unknown.pk}"],
                "link": self._target(unknown.field),
                "takes": self.reader.field_of(unknown.field).kind not in ("choice", "choices"),
            }
            for unknown in self.values
        ]  # fmt: skip

    def options(self, before: dict) -> dict:
        """Decisions are added to those that were taken before."""
        decisions = {name: dict(values) for name, values in before.get("decisions", {}).items()}
        left_out = set()
        for unknown in self.values:
            do, _colon, chosen = self.cleaned_data.get(f"do-{unknown.pk}", "").partition(":")
            typed = self.cleaned_data.get(f"to-{unknown.pk}", "")
            to = chosen or typed.rpartition(" · ")[0] or typed
            if do == "use" and not to:
                continue
            if do == "skip":
                left_out.add((unknown.field, unknown.value))
            elif do:
                decisions.setdefault(unknown.field, {})[unknown.value] = {"do": do, "to": to if do == "use" else ""}
        for name in self.counts:
            if do := self.cleaned_data.get(f"all-{name}"):
                every = self.job.unknown_values.filter(field=name).values_list("value", flat=True)
                rest = [value for value in every if (name, value) not in left_out]
                decisions[name] = {value: {"do": do, "to": ""} for value in rest} | decisions.get(name, {})
        said: dict = {"decisions": decisions} if decisions else {}
        if self.cleaned_data.get("split") in ("replace", "add", "skip"):
            said["split"] = self.cleaned_data["split"]
        return said
