"""Forms of the settings of record types: each asks, in the same form, why and who asked."""

from django import forms
from django.conf import settings
from django.utils.translation import gettext_lazy as _

from groundwork.access.models import FieldGrant, Reach, Role, User, Verb
from groundwork.access.people import rank_of
from groundwork.access.rights import rights
from groundwork.access.roles import MORE_LIMITED, may_change
from groundwork.blueprint.models import Firm
from groundwork.records.added import fields as added
from groundwork.records.added import formula
from groundwork.records.added.fields import AddedField
from groundwork.records.added.made import ICONS, MadeType
from groundwork.records.types import types
from groundwork.ui.forms import PlainErrors

Kind = AddedField.Kind
MODES = [("", _("as the record")), *FieldGrant.Mode.choices]
GIVES = [(kind, Kind(kind).label) for kind in formula.GIVES]


class Reasoned(PlainErrors, forms.Form):
    """What every change of the configuration says of itself."""

    reason = forms.CharField(
        label=_("Why, in one sentence"), max_length=300, error_messages={"required": _("Say why, in one sentence.")},
        help_text=_("Everybody who meets it may read it."),
    )  # fmt: skip
    asked_by = forms.ModelChoiceField(
        User.objects.filter(is_active=True), label=_("Who asked for it"), required=False, empty_label=_("I myself")
    )

    @property
    def facts(self) -> dict:
        """What was typed, for the act that is done."""
        return self.cleaned_data


class ClosingForm(PlainErrors, forms.Form):
    reason = forms.CharField(
        label=_("Why, in one sentence"), max_length=300, error_messages={"required": _("Say why, in one sentence.")}
    )


def other_languages() -> list[tuple[str, str]]:
    """(code, what it calls itself) of the languages of the program beside our firm's own."""
    firm = Firm.current()
    return [(code, str(name)) for code, name in settings.LANGUAGES if code != (firm.language if firm else "en")]


def roles_to_limit(user, type_key: str) -> list[Role]:
    """The roles that see the type and that ``user`` may change, the highest first."""
    if user is None or not user.can("configure", "people"):
        return []
    seeing = Role.objects.current().filter(grants__type=type_key, grants__verb=Verb.VIEW)
    return [role for role in seeing.order_by("-rank", "key") if may_change(role, user)]


class FieldForm(Reasoned):
    """One added field; what it asks depends on the kind, which is chosen before."""

    label = forms.CharField(label=_("Name"), max_length=80, error_messages={"required": _("Type the name.")})
    choices = forms.CharField(
        label=_("What can be chosen"), help_text=_("A line each. A line taken away stays in the records that hold it."),
        widget=forms.Textarea(attrs={"rows": 5}), max_length=6000,
        error_messages={"required": _("Name what can be chosen, a line each.")},
    )  # fmt: skip
    formula = forms.CharField(
        label=_("Formula"), widget=forms.Textarea(attrs={"rows": 3}), max_length=1000,
        help_text=_(
            "Fields in brackets: [Pieces] * [Price]. There are + - * /, comparisons, and, or, not, "
            "if(when, this, that), round(number, digits), min, max, days(from, to), join(texts), empty(field). "
            "What is empty makes it empty."
        ),
        error_messages={"required": _("Type the formula.")},
    )  # fmt: skip
    gives = forms.ChoiceField(label=_("What it gives"), choices=GIVES)
    target = forms.ChoiceField(label=_("What kind of record it links to"))
    currency = forms.CharField(label=_("Currency"), max_length=3, min_length=3, help_text=_("Like EUR."))
    help = forms.CharField(
        label=_("Hint"), max_length=200, required=False, help_text=_("Stands under the field in forms.")
    )
    required = forms.BooleanField(label=_("must be filled in"), required=False)
    in_list = forms.BooleanField(label=_("is a column of the list"), required=False)
    filterable = forms.BooleanField(
        label=_("lists filter and sort by it"), required=False,
        help_text=_("At most ten fields of a record type; each makes saving a little slower."),
    )  # fmt: skip

    only_of = {
        "choices": (Kind.CHOICE, Kind.CHOICES), "target": (Kind.LINK,), "currency": (Kind.MONEY, Kind.FORMULA),
        "formula": (Kind.FORMULA,), "gives": (Kind.FORMULA,),
    }  # fmt: skip

    def __init__(
        self, *args, kind: str, type_key: str, row: AddedField | None = None, currency: str = "", user=None, **kwargs
    ):  # fmt: skip
        if row:
            kwargs["initial"] = {name: getattr(row, name) for name in self.base_fields if hasattr(row, name)}
            kwargs["initial"]["choices"] = "\n".join(item["label"] for item in row.choices if not item["retired"])
            kwargs["initial"]["formula"] = formula.shown(row.formula, added.names_for_formulas(row.type))
        self.type_key, self.kind = type_key, kind
        super().__init__(*args, **kwargs)
        if row:
            del self.fields["asked_by"]
        if kind == Kind.FORMULA:
            del self.fields["required"]
        for name, kinds in self.only_of.items():
            if kind not in kinds or row and name in ("target", "currency", "gives"):
                del self.fields[name]
        if "target" in self.fields:
            self.fields["target"].choices = [(item.key, str(item.label)) for item in types if item.typed]  # type: ignore[attr-defined]
        if "currency" in self.fields:
            self.fields["currency"].initial = currency
        self.order_fields(
            ["label", "choices", "formula", "gives", "target", "currency", "help", "required", "in_list", "filterable"]
        )
        for code, language in other_languages():
            self.fields[f"label:{code}"] = forms.CharField(
                label=language, max_length=80, required=False, initial=row.labels.get(code, "") if row else ""
            )
        self._ask_rights(row, user)

    def _ask_rights(self, row: AddedField | None, user) -> None:
        """What each role below one's own may do with it; nobody gives more than the own roles allow."""
        self.roles = roles_to_limit(user, self.type_key)
        held = FieldGrant.objects.filter(type=self.type_key, field=row.key if row else "")
        self.held_modes = dict(held.values_list("role__key", "mode"))
        mine = MORE_LIMITED.index(rights(user).field_mode(self.type_key, row.key)) if row and self.roles else 0
        for role in self.roles:
            now = self.held_modes.get(role.key, "")
            offered = [(mode, label) for mode, label in MODES if mode == now or MORE_LIMITED.index(mode) >= mine]
            self.fields[f"mode:{role.key}"] = forms.ChoiceField(
                label=str(role), choices=offered, initial=now, required=False
            )

    @property
    def left_out(self) -> list[str]:
        """What stands by itself, under the rest."""
        return [name for name in self.fields if ":" in name]

    @property
    def names(self) -> list:
        return [self[name] for name in self.fields if name.startswith("label:")]

    @property
    def modes(self) -> list:
        return [self[name] for name in self.fields if name.startswith("mode:")]

    def clean_formula(self):
        """With keys for names; what is wrong is said with its place."""
        names = added.names_for_formulas(self.type_key)
        try:
            formula.parsed(typed := self.cleaned_data["formula"])
            return formula.kept(typed, {name.casefold(): key for key, name in names.items()})
        except formula.Wrong as wrong:
            raise forms.ValidationError(str(wrong.sentence)) from wrong

    def clean_currency(self):
        from groundwork.access.choices import current_currencies

        code = self.cleaned_data["currency"].upper()
        if code not in current_currencies():
            raise forms.ValidationError(_("Type the three letters of a currency, like EUR."))
        return code

    @property
    def facts(self) -> dict:
        found = {name: value for name, value in self.cleaned_data.items() if ":" not in name}
        if "choices" in found:
            found["choices"] = found["choices"].splitlines()
        names = {code: self.cleaned_data[f"label:{code}"].strip() for code, _language in other_languages()}
        asked = {role: self.cleaned_data[f"mode:{role.key}"] for role in self.roles}
        changed = {role: mode for role, mode in asked.items() if mode != self.held_modes.get(role.key, "")}
        return found | {"labels": {code: name for code, name in names.items() if name}, "modes": changed}


class TypeForm(Reasoned):
    """What a record type of the firm's own is called and looks like."""

    one = forms.CharField(
        label=_("Name of one"), max_length=60, help_text=_("Like “Sample request”."),
        error_messages={"required": _("Say what one is called, and what many are called.")},
    )  # fmt: skip
    many = forms.CharField(
        label=_("Name of many"), max_length=60, help_text=_("Like “Sample requests”: it stands in the menu."),
        error_messages={"required": _("Say what one is called, and what many are called.")},
    )  # fmt: skip
    letters = forms.CharField(
        label=_("Letters of its numbers"), max_length=4, help_text=_("Like SR: the first one is SR-1."),
        error_messages={"required": _("Give one to four letters for its numbers, such as SR for SR-1.")},
    )  # fmt: skip
    title = forms.CharField(
        label=_("What its name is called"), max_length=60, required=False,
        help_text=_("Every record has a name; here it may be called “Subject”, say."),
    )  # fmt: skip
    explain = forms.CharField(
        label=_("What it is, in one sentence"), max_length=200, required=False,
        help_text=_("Stands in the list while there is none."),
    )  # fmt: skip
    icon = forms.ChoiceField(
        label=_("Picture"), choices=[(name, name) for name in ICONS], widget=forms.RadioSelect, initial=ICONS[0]
    )
    board = forms.ChoiceField(label=_("Its board goes by"), required=False)

    def __init__(self, *args, row: MadeType | None = None, user=None, **kwargs):
        if row:
            kwargs["initial"] = {name: getattr(row, name) for name in self.base_fields if hasattr(row, name)}
            kwargs["initial"]["letters"] = row.prefix
        super().__init__(*args, **kwargs)
        self.roles = []
        self._ask_names(row)
        if row:
            del self.fields["asked_by"]
            added = types[row.key].added.values()
            choices = [(shown.name, shown.heading) for shown in added if shown.kind == "choice"]
            self.fields["board"].choices = [("", _("nothing: it has no board")), *choices]  # type: ignore[attr-defined]
            if not choices:
                del self.fields["board"]
        else:
            del self.fields["board"]
            self._ask_roles(user)

    def _ask_names(self, row: MadeType | None) -> None:
        for code, language in other_languages():
            one, many = row.words.get(code, ("", "")) if row else ("", "")
            told = (("one", _("%(language)s: one"), one), ("many", _("%(language)s: many"), many))
            for part, label, name in told:
                self.fields[f"{part}:{code}"] = forms.CharField(
                    label=label % {"language": language}, max_length=60, required=False, initial=name
                )

    @property
    def names(self) -> list:
        """What it is called in other languages."""
        return [self[name] for name in self.fields if name.startswith(("one:", "many:"))]

    def _ask_roles(self, user) -> None:
        """Who works with it, asked while it is made: for each role below one's own what, and how far."""
        levels = [("", _("nothing")), ("look", _("look")), ("work", _("work with it")), ("all", _("work and take out"))]
        for role in Role.objects.current().filter(rank__lt=rank_of(user)).order_by("-rank", "key"):
            what, reach = f"may:{role.key}", f"reach:{role.key}"
            self.fields[what] = forms.ChoiceField(label=str(role), choices=levels, required=False)
            self.fields[reach] = forms.TypedChoiceField(
                label=_("%(role)s: with whose records") % {"role": role}, choices=Reach.choices, coerce=int,
                initial=Reach.ALL, required=False, empty_value=str(Reach.ALL.value),
            )  # fmt: skip
            self.roles.append(role)

    @property
    def rights(self):
        """For the template: (role, what it may do, with whose records)."""
        return [(role, self[f"may:{role.key}"], self[f"reach:{role.key}"]) for role in self.roles]

    @property
    def plain(self) -> list:
        """The fields above the rights."""
        return [self[name] for name in self.fields if ":" not in name and name not in ("reason", "asked_by", "icon")]

    @property
    def facts(self) -> dict:
        found = {name: value for name, value in self.cleaned_data.items() if ":" not in name}
        found["prefix"], found["words"] = found.pop("letters"), {}
        for code, _language in other_languages():
            one, many = (self.cleaned_data[f"{part}:{code}"].strip() for part in ("one", "many"))
            if one or many:
                found["words"][code] = [one or found["one"], many or found["many"]]
        if self.roles:
            chosen = {role: self.cleaned_data[f"may:{role.key}"] for role in self.roles}
            found["may"] = {
                role: (level, self.cleaned_data[f"reach:{role.key}"]) for role, level in chosen.items() if level
            }
        return found
