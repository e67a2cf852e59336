"""Saying what was done, with the way back: on the next page after a redirect, or as a toast in an htmx answer."""

from django.contrib import messages
from django_htmx.http import trigger_client_event


def said(request, text: str, *, undo_url: str = "") -> None:
    """A notice on top of the next page; with ``undo_url`` it has an "Undo" button that posts there."""
    messages.success(request, text, extra_tags=undo_url)


def toast(response, text: str, *, undo_url: str = ""):
    """The same for an answer to htmx: shown for 8 seconds over the page, Ctrl Z posts the undo."""
    return trigger_client_event(response, "toast", {"text": str(text), "undo_url": undo_url})
