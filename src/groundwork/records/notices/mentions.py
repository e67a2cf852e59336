"""``@Anna Sokolova`` in a note: who is meant, who may be, and how it is shown."""

import re

from django.core.exceptions import ValidationError
from django.utils.html import escape
from django.utils.safestring import SafeString, mark_safe
from django.utils.translation import gettext as _

from groundwork.access.models import User
from groundwork.access.seen_by import who_can
from groundwork.core.languages import folded
from groundwork.records.models import Record

OFFERED = 8
AT = re.compile(r"(?<![\w@.])@(?=\w)")  # not inside an e-mail address


def mentioned_in(text: str, people: list[User]) -> list[User]:
    """Those whose name follows an @; of several that fit ("Anna", "Anna Maria") the longest name."""
    by_name = sorted(((folded(str(person)), person) for person in people), key=lambda pair: -len(pair[0]))
    found: dict[int, User] = {}
    for sign in AT.finditer(text):
        rest = folded(text[sign.end() : sign.end() + 200])
        for name, person in by_name:
            if name and rest.startswith(name) and not rest[len(name) : len(name) + 1].isalnum():
                found[person.pk] = person
                break
    return list(found.values())


def checked(text: str, record: Record) -> list[User]:
    """Whom the note mentions. Refused by name where one of them does not see the record: nobody is told of it."""
    if not AT.search(text):
        return []
    meant = mentioned_in(text, list(User.objects.filter(is_active=True)))
    seers = {seer.person.pk for seer in who_can(record)} if meant else set()
    if blind := [str(person) for person in meant if person.pk not in seers]:
        raise ValidationError(
            _("%(names)s may not see this record, so nothing was sent. Write the name without @, or ask for access."),
            params={"names": ", ".join(blind)},
        )
    return meant


def offered(record: Record, typed: str) -> list[str]:
    """Names that may follow an @ here: people who see the record, whose name or surname begins so."""
    begin = folded(typed.strip())
    names = [str(seer.person) for seer in who_can(record)]
    return [name for name in names if any(word.startswith(begin) for word in (folded(name), *folded(name).split()))][
        :OFFERED
    ]


def shown(text: str, names: list[str]) -> SafeString:
    """The text with the mentioned names marked, safe for the page; ``names`` as the note keeps them."""
    html = str(escape(text))
    for name in sorted(names, key=len, reverse=True):
        at = re.compile(re.escape("@" + str(escape(name))), re.IGNORECASE)
        html = at.sub(lambda found: f'<b class="at">{found.group()}</b>', html)
    return mark_safe(html.replace("\n", "<br>"))  # noqa: S308 - escaped above, only our own tags were added
