"""What people type about themselves, about others and about our firm."""

from datetime import timedelta

from allauth.account.forms import LoginForm
from django import forms
from django.conf import settings
from django.contrib.auth.password_validation import validate_password
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from groundwork.access import choices, firstrun, leaving
from groundwork.access.audit import Event
from groundwork.access.models import Department, FieldGrant, PlannedLeave, Reach, Role, User, Verb
from groundwork.access.people import roles_within_reach
from groundwork.blueprint.models import Firm
from groundwork.core.clock import start_of
from groundwork.core.languages import sort_key
from groundwork.ui.forms import DayInput, PlainErrors, ReasonField, SeveralField


class SignInForm(PlainErrors, LoginForm):
    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        self.fields["login"].label = _("E-mail")
        self.fields["login"].widget = forms.EmailInput(attrs={"autocomplete": "username"})
        self.fields["password"].label = _("Password")
        self.fields["password"].help_text = ""
        self.fields["password"].error_messages["required"] = _("Type your password.")
        del self.fields["password"].widget.attrs["placeholder"]


class NewPassword(PlainErrors, forms.Form):
    """Two equal passwords that the rules accept; ``for_person()`` says whose, so that it is not the name."""

    password = forms.CharField(
        label=_("Password"), strip=False, max_length=200,
        error_messages={"required": _("Type a password.")},
        help_text=_("At least 10 characters; a few words are best."),
        widget=forms.PasswordInput(attrs={"autocomplete": "new-password"}),
    )  # fmt: skip
    again = forms.CharField(
        label=_("The same password again"), strip=False, max_length=200,
        error_messages={"required": _("Type the same password once more.")},
        widget=forms.PasswordInput(attrs={"autocomplete": "new-password"}),
    )  # fmt: skip

    def for_person(self) -> User:
        return User(email=self.cleaned_data.get("email", ""), name=self.cleaned_data.get("name", ""))

    def clean(self):
        cleaned = super().clean()
        password = cleaned.get("password")
        if password and cleaned.get("again") is not None and password != cleaned["again"]:
            self.add_error("again", _("The two passwords differ."))
        elif password:
            try:
                validate_password(password, self.for_person())
            except forms.ValidationError as fault:
                self.add_error("password", fault)
        return cleaned


class FirstRunForm(NewPassword):
    firm = forms.CharField(
        label=_("Name of our firm"), max_length=200, error_messages={"required": _("Type the name of your firm.")}
    )
    country = forms.ChoiceField(label=_("Country"), choices=lambda: [("", "–"), *choices.countries()])
    currency = forms.ChoiceField(
        label=_("Currency"), choices=choices.currencies, initial="EUR",
        help_text=_("Of all sums in the reports; it does not change later."),
    )  # fmt: skip
    time_zone = forms.ChoiceField(label=_("Time zone"), choices=choices.zones, initial="UTC")
    calendar = Firm._meta.get_field("calendar").formfield()
    language = forms.ChoiceField(label=_("Language"), choices=settings.LANGUAGES)
    name = forms.CharField(
        label=_("Your name"), max_length=150, widget=forms.TextInput(attrs={"autocomplete": "name"}),
        error_messages={"required": _("Type your name.")},
    )  # fmt: skip
    email = forms.EmailField(label=_("Your e-mail"), widget=forms.EmailInput(attrs={"autocomplete": "username"}))
    field_order = [
        "firm",
        "country",
        "currency",
        "time_zone",
        "calendar",
        "language",
        "name",
        "email",
        "password",
        "again",
        "start",
    ]

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        if len(firstrun.starts):
            self.fields["start"] = forms.ChoiceField(
                label=_("Begin with"), required=False, widget=forms.RadioSelect,
                choices=[("", _("Nothing: an empty Groundwork")), *((one.key, one.label) for one in firstrun.starts)],
            )  # fmt: skip

    @property
    def firm_facts(self) -> dict:
        data = self.cleaned_data
        keys = ("country", "currency", "time_zone", "calendar", "language")
        return {"name": data["firm"]} | {key: data[key] for key in keys}

    @property
    def person_facts(self) -> dict:
        return {key: self.cleaned_data[key] for key in ("name", "email", "password")}


class JoinForm(NewPassword):
    name = forms.CharField(
        label=_("Your name"), max_length=150, widget=forms.TextInput(attrs={"autocomplete": "name"}),
        error_messages={"required": _("Type your name.")},
    )  # fmt: skip
    email = forms.EmailField(label=_("E-mail"), widget=forms.EmailInput(attrs={"autocomplete": "username"}))
    field_order = ["name", "email", "password", "again"]

    def __init__(self, *args, link, **kwargs):
        super().__init__(*args, **kwargs)
        if link.email:
            self.fields["email"].disabled = True
            self.initial["email"] = link.email


class PasswordAgain:
    """Mixed into a form that asks for the password of the ``person`` who is signed in, in the field ``now``."""

    person: User
    cleaned_data: dict

    def clean_now(self):
        if not self.person.check_password(self.cleaned_data["now"]):
            raise forms.ValidationError(_("This is not your password."))
        return self.cleaned_data["now"]


class PasswordFromLinkForm(NewPassword):
    def __init__(self, *args, person, **kwargs):
        self.person = person
        super().__init__(*args, **kwargs)

    def for_person(self):
        return self.person


class PasswordForm(PasswordAgain, PasswordFromLinkForm):
    now = forms.CharField(
        label=_("Password now"),
        strip=False,
        widget=forms.PasswordInput(attrs={"autocomplete": "current-password"}),
        error_messages={"required": _("Type the password that you have now.")},
    )
    field_order = ["now", "password", "again"]


class CodeForm(PlainErrors, forms.Form):
    code = forms.CharField(
        label=_("Code"), max_length=40, help_text=_("Six digits from the app on your phone, or a recovery code."),
        error_messages={"required": _("Type the code.")},
        widget=forms.TextInput(attrs={"autocomplete": "one-time-code", "autofocus": True, "spellcheck": "false"}),
    )  # fmt: skip


class AgainForm(PasswordAgain, PlainErrors, forms.Form):
    """The password of who is signed in, before an act that gives much away."""

    now = forms.CharField(
        label=_("Your password"), strip=False, max_length=200, error_messages={"required": _("Type your password.")},
        widget=forms.PasswordInput(attrs={"autocomplete": "current-password"}),
    )  # fmt: skip

    def __init__(self, *args, person, **kwargs):
        self.person = person
        super().__init__(*args, **kwargs)


class TwoStepsForm(PasswordAgain, PlainErrors, forms.Form):
    code = forms.CharField(
        label=_("Code that the app shows"), max_length=10, error_messages={"required": _("Type the six digits.")},
        widget=forms.TextInput(attrs={"autocomplete": "one-time-code", "inputmode": "numeric"}),
    )  # fmt: skip
    now = forms.CharField(
        label=_("Your password"), strip=False, max_length=200, error_messages={"required": _("Type your password.")},
        widget=forms.PasswordInput(attrs={"autocomplete": "current-password"}),
    )  # fmt: skip

    def __init__(self, *args, person, **kwargs):
        self.person = person
        super().__init__(*args, **kwargs)

    def clean_code(self):
        return "".join(sign for sign in self.cleaned_data["code"] if not sign.isspace())


class ForgottenForm(PlainErrors, forms.Form):
    email = forms.EmailField(label=_("E-mail"), widget=forms.EmailInput(attrs={"autocomplete": "username"}))


class MeForm(PlainErrors, forms.ModelForm):
    language = forms.ChoiceField(
        label=_("Language"), required=False, choices=[("", _("As our firm")), *settings.LANGUAGES]
    )
    theme = forms.ChoiceField(
        label=_("Colours"), required=False,
        choices=[("", _("As on this computer")), ("light", _("Light")), ("dark", _("Dark"))],
    )  # fmt: skip
    time_zone = forms.ChoiceField(
        label=_("Time zone"), required=False, choices=lambda: [("", _("As our firm")), *choices.zones()]
    )

    class Meta:
        model = User
        fields = ["name", "language", "theme", "time_zone"]


class LanguageForm(PlainErrors, forms.Form):
    language = forms.ChoiceField(choices=settings.LANGUAGES)


class ThemeForm(PlainErrors, forms.Form):
    theme = forms.ChoiceField(choices=[("", ""), ("light", ""), ("dark", "")], required=False)


class RolesField(SeveralField):
    widget = forms.CheckboxSelectMultiple

    def __init__(self, **kwargs):
        super().__init__(Role.objects.none(), label=_("Roles"), **kwargs)


class InviteForm(PlainErrors, forms.Form):
    email = forms.EmailField(label=_("E-mail"), help_text=_("The person signs in with it."))
    department = forms.ModelChoiceField(Department.objects.all(), label=_("Department"), required=False)
    roles = RolesField()

    def __init__(self, *args, by, **kwargs):
        super().__init__(*args, **kwargs)
        self.fields["roles"].queryset = roles_within_reach(by)

    def clean_email(self):
        email = self.cleaned_data["email"].lower()
        if User.objects.filter(email__iexact=email).exists():
            raise forms.ValidationError(_("Somebody signs in with this e-mail already."))
        return email


class InviteManyForm(PlainErrors, forms.Form):
    lines = forms.CharField(
        label=_("Lines"), required=False, max_length=100_000,
        help_text=_("ewa@example.com; Sales; Salesperson + Head. Lines copied from a table are fine."),
        widget=forms.Textarea(attrs={"rows": 8, "spellcheck": "false"}),
    )  # fmt: skip
    file = forms.FileField(label=_("Or a CSV file"), required=False)

    def clean(self):
        cleaned = super().clean()
        if file := cleaned.get("file"):
            if file.size > 1_000_000:
                raise forms.ValidationError(_("Choose a smaller file: a megabyte at most."))
            cleaned["lines"] = self.fields["lines"].clean(text_of(file.read()))
        if not self.errors and not cleaned.get("lines", "").strip():
            self.add_error("lines", _("Paste the lines, or choose a file."))
        return cleaned


def text_of(content: bytes) -> str:
    """UTF-8, or what spreadsheets of Russia write."""
    try:
        return content.decode("utf-8-sig")
    except UnicodeDecodeError:
        return content.decode("cp1251", "replace")


class PersonForm(PlainErrors, forms.ModelForm):
    roles = RolesField(required=False)

    class Meta:
        model = User
        fields = ["name", "department", "roles", "is_active"]

    def __init__(self, *args, by, **kwargs):
        super().__init__(*args, **kwargs)
        self.fields["roles"].queryset = (roles_within_reach(by) | self.instance.roles.all()).distinct()


class LeaveForm(PlainErrors, forms.Form):
    """The last day, and for each type of which the person owns records who takes them over."""

    on = forms.DateField(
        label=_("Last day"), widget=DayInput(),
        help_text=_("For a day ahead: the person works until it is over, then all this happens by itself."),
    )  # fmt: skip

    def __init__(self, *args, person, held, **kwargs):
        super().__init__(*args, **kwargs)
        planned = PlannedLeave.objects.filter(person=person).first()
        self.initial["on"] = person.leaves_on or leaving.firm_day()
        self.held = held
        for item in held:
            able = leaving.may_take_over(item.type_key, person)
            self.fields[f"to:{item.type_key}"] = forms.ModelChoiceField(
                able, label=_("Who takes over: %(what)s (%(count)s)") % {"what": item.label, "count": item.count},
                initial=(planned.takers.get(item.type_key) if planned else None)
                or (person.department.head_id if person.department else None),
            )  # fmt: skip

    @property
    def takers(self) -> dict:
        return {item.type_key: self.cleaned_data[f"to:{item.type_key}"] for item in self.held}


class AuditFilterForm(PlainErrors, forms.Form):
    user = forms.ModelChoiceField(User.objects.all(), label=_("Who"), required=False, empty_label=_("everybody"))
    event = forms.ChoiceField(
        label=_("What"), required=False, choices=lambda: [("", _("everything")), *sorted_choices(Event.choices)]
    )
    since = forms.DateField(label=pgettext_lazy("the first day", "From"), required=False, widget=DayInput())
    until = forms.DateField(label=_("Until"), required=False, widget=DayInput())

    def narrowed(self, entries):
        """The entries that were asked for; all of them where the form does not fit."""
        if not self.is_bound or not self.is_valid():
            return entries
        asked = self.cleaned_data
        if asked["user"]:
            entries = entries.filter(user=asked["user"])
        if asked["event"]:
            entries = entries.filter(event=asked["event"])
        if asked["since"]:
            entries = entries.filter(at__gte=start_of(asked["since"]))
        if asked["until"]:
            entries = entries.filter(at__lt=start_of(asked["until"] + timedelta(days=1)))
        return entries


def sorted_choices(choices) -> list[tuple[str, str]]:
    """In the order of the reader's alphabet."""
    return sorted(((value, str(label)) for value, label in choices), key=lambda pair: sort_key(pair[1]))


class DepartmentForm(PlainErrors, forms.ModelForm):
    class Meta:
        model = Department
        fields = ["name", "parent", "head"]

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        self.fields["head"].queryset = User.objects.filter(is_active=True)
        if self.instance.pk:
            self.fields["parent"].queryset = Department.objects.exclude(path__contains=f"/{self.instance.pk}/")


FILES = ["file_limit_mb", "files_quota_mb"]


class FirmForm(PlainErrors, forms.ModelForm):
    country = forms.ChoiceField(label=_("Country"), choices=choices.countries)
    time_zone = forms.ChoiceField(label=_("Time zone"), choices=choices.zones)
    language = forms.ChoiceField(label=_("Language"), choices=settings.LANGUAGES)

    class Meta:
        model = Firm
        fields = ["name", "details", "country", "calendar", "time_zone", "language", "late_money_rate", "hour_costs"]
        fields += FILES
        widgets = {"details": forms.Textarea(attrs={"rows": 4})}

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        for name in FILES:  # left empty they stay as they are
            self.fields[name].required = False

    def clean(self):
        cleaned = super().clean()
        kept = {name: getattr(self.instance, name) for name in FILES if cleaned.get(name) is None}
        return cleaned | kept

    def clean_late_money_rate(self):
        rate = self.cleaned_data["late_money_rate"]
        if rate is not None and not 0 <= rate <= 100:
            raise forms.ValidationError(_("Give a rate from 0 to 100 percent a year, or leave it empty."))
        return rate

    def clean_hour_costs(self):
        costs = self.cleaned_data["hour_costs"]
        if costs is not None and not 0 < costs <= 1_000_000:
            raise forms.ValidationError(_("Give an amount above 0, or leave it empty."))
        return costs


class RoleWords(PlainErrors, forms.Form):
    name = forms.CharField(label=_("Name"), max_length=120, error_messages={"required": _("Type the name.")})
    reason = ReasonField(help_text=_("It stands in the history of this role."))


class NewRoleForm(RoleWords):
    like = forms.ModelChoiceField(
        Role.objects.current(), label=_("Begin as a copy of"), required=False, empty_label=_("nothing: an empty role"),
        help_text=_("The next page sets what the role may do."),
    )  # fmt: skip
    field_order = ["name", "like", "reason"]


class RoleForm(RoleWords):
    """One select for each type and verb, one for each field that can be hidden; and the name of an own role."""

    def __init__(self, *args, role, things, **kwargs):
        super().__init__(*args, **kwargs)
        self.things = things
        self.initial["name"] = role.name
        if not role.is_own:
            del self.fields["name"]
        reaches = {(grant.type, grant.verb): grant.reach for grant in role.grants.all()}
        modes = {(grant.type, grant.field): grant.mode for grant in role.field_grants.all()}
        nothing = [(0, "–")]
        for thing in things:
            for verb in Verb:
                self.fields[f"{thing.key}:{verb}"] = forms.TypedChoiceField(
                    label=f"{thing.label}: {verb.label}", coerce=int, choices=[*nothing, *Reach.choices],
                    initial=reaches.get((thing.key, verb), 0),
                )  # fmt: skip
            for name, label in thing.fields.items():
                self.fields[f"{thing.key}.{name}"] = forms.ChoiceField(
                    label=f"{thing.label}: {label}", required=False, initial=modes.get((thing.key, name), ""),
                    choices=[("", _("as the record")), *FieldGrant.Mode.choices],
                )  # fmt: skip

    @property
    def rows(self):
        """For the template: (thing, selects of its verbs, selects of its fields with short labels, is one limited?)."""
        for thing in self.things:
            verbs = [self[f"{thing.key}:{verb}"] for verb in Verb]
            fields = [(label, self[f"{thing.key}.{name}"]) for name, label in thing.fields.items()]
            yield thing, verbs, fields, any(select.value() for _label, select in fields)

    @property
    def facts(self) -> dict:
        """For ``roles.change_role``."""
        typed = {"name": self.cleaned_data.get("name", ""), "reason": self.cleaned_data["reason"]}
        return typed | {"reaches": self.reaches, "modes": self.modes}

    @property
    def reaches(self) -> dict:
        return {
            (thing.key, str(verb)): self.cleaned_data[f"{thing.key}:{verb}"] for thing in self.things for verb in Verb
        }

    @property
    def modes(self) -> dict:
        return {
            (thing.key, name): self.cleaned_data[f"{thing.key}.{name}"]
            for thing in self.things
            for name in thing.fields
        }
