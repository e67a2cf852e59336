"""What every answer of the site has in common: the content policy, and how a "no" is said."""

from django.shortcuts import render
from django_htmx.http import reswap, retarget

from groundwork.core.refusals import NotAllowed, Refusal

POLICY = "; ".join(
    [
        "default-src 'self'",
        "img-src 'self' data:",
        "style-src 'self'",
        "script-src 'self'",
        "object-src 'none'",
        "base-uri 'self'",
        "form-action 'self'",
        "frame-ancestors 'none'",
    ]
)
PERMISSIONS = "camera=(), geolocation=(), microphone=(), payment=(), usb=()"


class ContentPolicy:
    """Nothing from elsewhere, nothing inline. A view may set a stricter policy of its own, e.g. for a file."""

    def __init__(self, get_response):
        self.get_response = get_response

    def __call__(self, request):
        response = self.get_response(request)
        response.headers.setdefault("Content-Security-Policy", POLICY)
        response.headers.setdefault("Permissions-Policy", PERMISSIONS)
        return response


class Refusals:
    """A ``Refusal`` is a page with its sentence, 409 (403 where the person may not); for htmx, a notice on the page."""

    def __init__(self, get_response):
        self.get_response = get_response

    def __call__(self, request):
        return self.get_response(request)

    def process_exception(self, request, exception):
        return refused(request, exception) if isinstance(exception, Refusal) else None


def refused(request, refusal: Refusal, status: int = 0):
    """The answer that says no; ``status`` where it is another than 409, or 403 for what the person may not."""
    status = status or (403 if isinstance(refusal, NotAllowed) else 409)
    context = {"sentence": refusal.sentence, "status": status, "back": came_from(request)}
    if not getattr(request, "htmx", False):
        return render(request, "ui/refused.html", context, status=status)
    response = render(request, "ui/refusal.html", context, status=status)
    return reswap(retarget(response, "#notices"), "innerHTML show:top")  # type: ignore[arg-type]


def came_from(request) -> str:
    """The page of this site that the person came from; else the start page."""
    before = request.headers.get("Referer", "")
    site = request.build_absolute_uri("/")
    return before.removeprefix(site.rstrip("/")) if before.startswith(site) else "/"
