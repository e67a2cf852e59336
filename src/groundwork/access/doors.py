"""Every view says who may use it; a test walks the URL table and finds one that does not."""

from functools import wraps

from django.contrib.auth.decorators import login_required
from django.core.exceptions import PermissionDenied
from django.utils.translation import gettext as _

from groundwork.access.models import FieldGrant
from groundwork.access.rights import rights
from groundwork.core.refusals import NotAllowed


def open_to_all(view):
    """Without signing in: sign-in itself, the first-run page, static help."""
    view.access = "open"
    return view


def signed_in(view):
    """Whoever is signed in; what is shown goes through ``visible_to`` inside."""
    guarded = login_required(view)
    guarded.access = "signed in"
    return guarded


def has_hidden(user, type_key: str) -> bool:
    """Does this person see records of this type without one of their fields?"""
    modes = rights(user).field_modes.items()
    return any(kind == type_key and mode == FieldGrant.Mode.HIDDEN for (kind, _field), mode in modes)


def allowed(verb: str, key: str, *, whole: tuple[str, ...] = ()):
    """Who has any reach for ``verb`` on ``key`` (a type's key, "settings", "people", "reports", "import"): else 403.

    ``whole``: types that the page shows with all their fields; refused where one of them is hidden from the person.
    """

    def door(view):
        @wraps(view)
        @login_required
        def guarded(request, *args, **kwargs):
            if not request.user.can(verb, key):
                raise PermissionDenied
            if any(has_hidden(request.user, type_key) for type_key in whole):
                raise NotAllowed(_("This page shows its records whole, and some of their fields are hidden from you."))
            return view(request, *args, **kwargs)

        guarded.access = f"{verb} {key}"
        return guarded

    return door
