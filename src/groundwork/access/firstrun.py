"""The first run: a one-time address, our firm, and its first administrator."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from django.conf import settings
from django.db import transaction
from django.urls import reverse
from django.utils.translation import gettext as _

from groundwork.access import audit, links
from groundwork.access.models import Invitation, Role, User
from groundwork.access.people import administrators, set_roles
from groundwork.access.presets import make_roles
from groundwork.blueprint.elements import raise_config_version
from groundwork.blueprint.models import Firm
from groundwork.core.refusals import Refusal
from groundwork.core.registry import Registry


@dataclass(frozen=True)
class Start:
    """What a new firm may begin with besides nothing: a template, or its own files. Offered by an upper room."""

    key: str
    label: Any  # lazy
    make: Callable[[User], None] | None = None
    leads_to: str = "access:welcome"  # the page that the first administrator sees next


starts: Registry[Start] = Registry(lambda start: start.key)

LIKELY = {  # of a firm whose administrator reads this language; shown, and changed with one choice
    "ru": {"country": "RU", "currency": "RUB", "time_zone": "Europe/Moscow"},
    "pl": {"country": "PL", "currency": "PLN", "time_zone": "Europe/Warsaw"},
}


def issue_address() -> str | None:
    """The address of the first-run page, told once; earlier ones end. None when an administrator exists."""
    if administrators().exists():
        return None
    with transaction.atomic():
        links.end(Invitation.objects.filter(first=True))
        _link, token = links.issue(first=True)
    return settings.PUBLIC_URL + reverse("access:first_run", args=[token])


def find(token: str) -> Invitation | None:
    """The first-run link, unless an administrator exists by now."""
    link = links.find(token)
    return link if link and link.first and not administrators().exists() else None


@transaction.atomic
def begin(link: Invitation, *, firm: dict, person: dict, start: str = "", request=None) -> User:
    """Make our firm and its first administrator. Refused once somebody did."""
    links.use_up(link)
    if administrators().exists():
        raise Refusal(_("There is an administrator already. Sign in."))
    Firm.objects.update_or_create(pk=1, defaults=firm)
    if not Role.objects.filter(key="administrator").exists():
        make_roles([])
    user = User.objects.create_user(**person, language=firm["language"])
    set_roles(user, Role.objects.filter(key="administrator"))
    if start and (make := starts[start].make):
        make(user)
    raise_config_version()
    audit.record(audit.Event.FIRST_RUN, user, {"firm": firm["name"]}, request)
    return user
