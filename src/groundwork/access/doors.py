"""Every view says who may use it; a test walks the URL table and finds one that does not."""

from functools import wraps

from django.contrib.auth.decorators import login_required
from django.core.exceptions import PermissionDenied


def open_to_all(view):
    """Without signing in: sign-in itself, the first-run page, static help."""
    view.access = "open"
    return view


def signed_in(view):
    """Whoever is signed in; what is shown goes through ``visible_to`` inside."""
    guarded = login_required(view)
    guarded.access = "signed in"
    return guarded


def allowed(verb: str, key: str):
    """Who has any reach for ``verb`` on ``key`` (a type's key, "settings", "people", "reports", "import"): else 403."""

    def door(view):
        @wraps(view)
        @login_required
        def guarded(request, *args, **kwargs):
            if not request.user.can(verb, key):
                raise PermissionDenied
            return view(request, *args, **kwargs)

        guarded.access = f"{verb} {key}"
        return guarded

    return door
