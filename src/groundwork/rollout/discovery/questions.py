"""The eight questions about a piece of work (D138 to D144), one page of a phone each."""

from dataclasses import dataclass
from hashlib import sha256
from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _t
from django.utils.translation import gettext_lazy as _

from groundwork.core.languages import folded
from groundwork.records.forms import CleanText
from groundwork.rollout.discovery.interviews import WorkStep

MOST_THINGS = 20
LONG = 200
THING = "thing-"
FORGOTTEN = 3  # rows for what was forgotten


@dataclass(frozen=True)
class Question:
    no: int
    words: Any
    hint: Any


QUESTIONS = (
    Question(1, _("What do you do in this work?"), _("One thing a line, as you would tell it to somebody new.")),
    Question(2, _("What do you do most often?"), _("How often, as you reckon. Leave empty what is rare.")),
    Question(3, _("What do you do less often?"), _("How often the rest happens, and what was forgotten so far.")),
    Question(4, _("Where do you take what you need for it?"), _("From whom, from which program or paper.")),
    Question(5, _("How do you do it?"), _("With what, and how many minutes it takes each time.")),
    Question(6, _("Where does it go afterwards?"), _("To whom, into which program.")),
    Question(7, _("Does anybody have to agree?"), _("Who, and in which cases. Leave empty where nobody.")),
    Question(8, _("What do you report about it, and to whom?"), _("Leave empty where nothing is reported.")),
)
LAST = len(QUESTIONS)
ASKS = {4: "source", 6: "goes_to", 7: "approval", 8: "report"}  # a question that asks one text of each thing
TOOLS = (_("this CRM"), _("Excel"), _("e-mail"), _("phone"), _("paper"), _("messenger"))  # offered, not exhaustive


def things_of(said: dict) -> list[dict]:
    return said.get("things", [])


def prefix_of(thing: dict) -> str:
    """What the fields of a thing begin with: by its name, so that answers of another window land on the same thing."""
    return f"{THING}{sha256(folded(thing['name']).encode()).hexdigest()[:10]}_"


class QuestionForm(CleanText, forms.Form):
    """One question about everything that the person does in this work; ``said_with()`` gives the answers with it."""

    def __init__(self, data=None, *, no: int, said: dict):
        super().__init__(data)
        self.no, self.said, self.groups = no, said, []
        getattr(self, f"_ask_{no}", self._ask_text)()

    @property
    def things(self) -> list[dict]:
        return things_of(self.said)

    def _ask_1(self):
        self.fields["things"] = forms.CharField(
            label=_("What you do"), max_length=MOST_THINGS * (LONG + 2), widget=forms.Textarea(attrs={"rows": 7}),
            initial="\n".join(thing["name"] for thing in self.things),
        )  # fmt: skip

    def _ask_2(self):
        for thing in self.things:
            self._ask_how_often(thing, "day")

    def _ask_3(self):
        for thing in self.things:
            if not thing.get("times"):
                self._ask_how_often(thing, "month")
        for place in range(FORGOTTEN):
            name = forms.CharField(label=_("What it is"), max_length=LONG, required=False)
            self.fields[f"more{place}"] = name
            self._add_how_often(f"more{place}_", "month")
            self.groups.append((_t("Something else"), [f"more{place}", f"more{place}_times", f"more{place}_per"]))

    def _ask_how_often(self, thing: dict, per: str):
        prefix = prefix_of(thing)
        self._add_how_often(prefix, thing.get("per") or per, thing.get("times"))
        self.groups.append((thing["name"], [f"{prefix}times", f"{prefix}per"]))

    def _add_how_often(self, prefix: str, per: str, times: int | None = None):
        self.fields[f"{prefix}times"] = forms.IntegerField(
            label=_("How many times"), min_value=1, max_value=10_000, required=False, initial=times
        )
        self.fields[f"{prefix}per"] = forms.ChoiceField(
            label=_("In what time"), choices=WorkStep.Per.choices, required=False, initial=per
        )

    def _ask_5(self):
        for prefix, thing in ((prefix_of(thing), thing) for thing in self.things):
            self.fields[f"{prefix}tool"] = forms.CharField(
                label=_("With what"), max_length=120, required=False, initial=thing.get("tool", ""),
                widget=forms.TextInput(attrs={"list": "tools"}),
            )  # fmt: skip
            self.fields[f"{prefix}minutes"] = forms.IntegerField(
                label=_("Minutes each time"), min_value=1, max_value=10_000, required=False,
                initial=thing.get("minutes"),
            )  # fmt: skip
            self.groups.append((thing["name"], [f"{prefix}tool", f"{prefix}minutes"]))

    def _ask_text(self):
        name = ASKS[self.no]
        for thing in self.things:
            self.fields[f"{prefix_of(thing)}{name}"] = forms.CharField(
                label=thing["name"], max_length=LONG, required=False, initial=thing.get(name, "")
            )

    def clean(self):
        """Refused: answers about a thing that another window renamed or took away, so that none is lost in silence."""
        if any(name.startswith(THING) and name not in self.fields for name in self.data):
            raise ValidationError(_t("What you do was changed in another window. Look at it as it is now."))
        return super().clean()

    def clean_things(self) -> list[str]:
        names = {folded(line): line.strip() for line in self.cleaned_data["things"].splitlines() if line.strip()}
        if len(names) > MOST_THINGS:
            raise ValidationError(_t("Name at most %(count)s things: join the small ones.") % {"count": MOST_THINGS})
        if any(len(name) > LONG for name in names.values()):
            raise ValidationError(_t("Say each thing shorter: at most %(count)s characters a line.") % {"count": LONG})
        return list(names.values())

    def said_with(self) -> dict:
        """Everything said so far with what this page says. Stands after ``is_valid``."""
        if self.no == 1:
            known = {folded(thing["name"]): thing for thing in self.things}
            names = self.cleaned_data["things"]
            return self.said | {"things": [known.get(folded(name), {}) | {"name": name} for name in names]}
        things = [thing | self._said_of(prefix_of(thing)) for thing in self.things]
        if self.no == 3:
            more = [
                self._said_of(f"more{place}_") | {"name": self.cleaned_data[f"more{place}"]}
                for place in range(FORGOTTEN)
            ]
            named = {folded(thing["name"]): thing for thing in reversed(more) if thing["name"]}
            things += [
                named[name] for name in reversed(named) if name not in {folded(thing["name"]) for thing in things}
            ]
        return self.said | {"things": things[:MOST_THINGS]}

    def _said_of(self, prefix: str) -> dict:
        told = {
            name.removeprefix(prefix): value for name, value in self.cleaned_data.items() if name.startswith(prefix)
        }
        if "times" in told and not told["times"]:
            told["per"] = ""
        return told


class HindersForm(CleanText, forms.Form):
    """What comes after the eight questions, where the person reads everything once more."""

    hinders = forms.CharField(
        label=_("What hinders you most in this work?"), max_length=2000, required=False,
        widget=forms.Textarea(attrs={"rows": 3}), help_text=_("It goes to those who decide, in your words."),
    )  # fmt: skip


def in_words(thing: dict) -> list[tuple[Any, str]]:
    """What was said of one thing, as (what, words); what was not said is left out."""
    often = ""
    if thing.get("times") and thing.get("per"):
        often = f"{thing['times']} × {WorkStep.Per(thing['per']).label}"
    told = [
        (_("How often"), often), (_("Where from"), thing.get("source")), (_("With what"), thing.get("tool")),
        (_("Minutes each time"), thing.get("minutes")), (_("Where to"), thing.get("goes_to")),
        (_("Who has to agree"), thing.get("approval")), (_("What is reported, and to whom"), thing.get("report")),
    ]  # fmt: skip
    return [(label, str(value)) for label, value in told if value]
