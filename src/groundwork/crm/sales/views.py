"""Who is due to order: the seller's working list, with the next order and the call made from its lines."""

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import Http404
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_GET, require_POST

from groundwork.access.doors import allowed
from groundwork.crm.customers.models import Company
from groundwork.crm.sales import due, repeat
from groundwork.crm.sales.hygiene import tidiness
from groundwork.crm.sales.lines import line_of
from groundwork.records.forms import ActivityForm
from groundwork.records.tasks.asking import StepForm
from groundwork.records.views import acts_on, keep_note
from groundwork.ui.table import Empty


@require_GET
@allowed("view", "company")
def due_page(request):
    return _shown(request)


def _shown(request, status=200, wrong=None):
    """``wrong``: {company: its forms}, of a call that could not be kept."""
    everybody = request.GET.get("whose") == "all"
    found = due.due_list(request.user, everybody=everybody)
    line = lambda row: line_of(row, request.user, **(wrong or {}).get(row.company.pk, {}))  # noqa: E731
    nobody = Empty(
        _("Nobody is due"),
        _("A customer who bought on three days has a rhythm. Who would have ordered by it, and has not, stands here."),
    )
    context = {
        "found": found,
        "rows": [line(row) for row in found.rows],
        "waiting": [line(row) for row in found.waiting],
        "hidden": found.count - len(found.rows) - len(found.waiting),
        "everybody": everybody,
        "nobody": nobody,
        "tidy": tidiness(request.user, everybody=everybody),
    }
    return render(request, "sales/due.html", context, status=status)


def _company(kind, record) -> Company:
    if kind.key != Company.type_key:
        raise Http404
    return record


@require_POST
@acts_on("view")
def again(request, kind, record):
    """A draft order from the last one, or from the usual basket; it opens, to be looked at and confirmed."""
    company = _company(kind, record)
    if not request.user.can("create", "order"):
        raise PermissionDenied
    make = repeat.order_usual if request.POST.get("from") == "usual" else repeat.repeat_last
    made = make(company, by=request.user)
    messages.success(request, _said(made))
    return redirect(made.order)


def _said(made: repeat.Repeated) -> str:
    words = [_("Here is the draft at today's prices. Look at it, then confirm.")]
    if made.repriced:
        words.append(
            ngettext("%(count)s price is another one than then.", "%(count)s prices are other ones than then.",
                     made.repriced) % {"count": made.repriced}
        )  # fmt: skip
    if made.left_out:
        words.append(
            ngettext("%(count)s line was left out: it is not sold any more.",
                     "%(count)s lines were left out: they are not sold any more.", made.left_out)
            % {"count": made.left_out}
        )  # fmt: skip
    return " ".join(words)


@require_POST
@acts_on("edit")
def call(request, kind, record):
    """A call written down on the line, with the next step where one is agreed; the list opens again."""
    company = _company(kind, record)
    names = f"call{company.pk}_%s"
    activity = ActivityForm(request.POST, record=company, auto_id=names)
    step = StepForm(request.POST, user=request.user, is_optional=True, auto_id=names)
    if not keep_note(request, company, activity, step):
        return _shown(request, 422, {company.pk: {"activity": activity, "step": step}})
    messages.success(request, _("%(name)s: noted.") % {"name": company})
    return redirect("sales:due")
