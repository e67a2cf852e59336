"""Parts that nearly every page has, drawn once for equal values: drawn anew they would cost more than a list's rows.

What differs from one answer to the next (the form token, the page's own address) is put in afterwards.
"""

from collections.abc import Callable, Hashable
from copy import copy
from secrets import token_hex

from django.conf import settings
from django.template.loader import render_to_string
from django.utils.html import escape
from django.utils.safestring import SafeString, mark_safe
from django.utils.translation import get_language

from groundwork.ui import keys
from groundwork.ui.navigation import Shell

MOST = 500
TOKEN, PATH = f"token{token_hex(16)}", f"path{token_hex(16)}"
_kept: dict[Hashable, SafeString] = {}


def kept(key: Hashable, draw: Callable[[], SafeString]) -> SafeString:
    if settings.DEBUG:  # whoever changes a template sees it at once
        return draw()
    if key not in _kept:
        if len(_kept) >= MOST:
            _kept.clear()
        _kept[key] = draw()
    return _kept[key]


def side(shell: Shell, token: str) -> SafeString:
    html = kept(("side", get_language(), *shell.values), lambda: _side(shell))
    return mark_safe(html.replace(TOKEN, escape(token)).replace(PATH, escape(shell.path)))  # noqa: S308 - as in a template


def _side(shell: Shell) -> SafeString:
    elsewhere = copy(shell)
    elsewhere.path = PATH
    return render_to_string("ui/side.html", {"shell": elsewhere, "csrf_token": TOKEN})


def tab_bar(shell: Shell) -> SafeString:
    if not shell.sections:
        return SafeString("")
    return kept(("tabs", get_language(), *shell.values), lambda: render_to_string("ui/tab_bar.html", {"shell": shell}))


def tools(shell: Shell) -> SafeString:
    """The palette and the table of keys, for those who are signed in."""
    if not shell.signed_in or not shell.palette_url:
        return SafeString("")
    context = {"shell": shell, "table": keys.table()}
    return kept(("tools", get_language()), lambda: render_to_string("ui/tools.html", context))


def part(template_name: str) -> SafeString:
    return kept((template_name, get_language()), lambda: render_to_string(template_name))
