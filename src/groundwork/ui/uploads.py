"""What is too large is refused by the length that the request says of itself, before a byte of it is read or kept.

A view that takes files says how much: ``@takes_files(lambda: settings.UPLOAD_LIMIT)``. The form looks at the size of
the file itself as well, since this one counts the whole request.
"""

from collections.abc import Callable

from django.conf import settings
from django.utils.translation import gettext as _

from groundwork.core.refusals import Refusal
from groundwork.ui.middleware import refused

AROUND = 1 << 20  # bytes that the other fields of a form with files may take
MEGABYTE = 1 << 20


def takes_files(limit: Callable[[], int]):
    """``limit`` gives the bytes of the files of one request."""

    def marked(view):
        view.takes_bytes = lambda: limit() + AROUND
        return view

    return marked


class UploadLimit:
    """Stands before whatever reads the form, the check of its token too."""

    def __init__(self, get_response):
        self.get_response = get_response

    def __call__(self, request):
        return self.get_response(request)

    def process_view(self, request, view, args, kwargs):
        said = request.META.get("CONTENT_LENGTH") or "0"
        length = int(said) if said.isdecimal() else 0
        if length <= settings.UPLOAD_ELSEWHERE:
            return None
        limit = getattr(view, "takes_bytes", lambda: settings.UPLOAD_ELSEWHERE)()
        if length <= limit:
            return None
        most = max(1, (limit - AROUND) // MEGABYTE)
        return refused(request, Refusal(_("Choose a smaller file: %(limit)s MB fit.") % {"limit": most}), status=413)
