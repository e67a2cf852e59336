"""``groundwork report NAME [--by DIM ...] [--from D --to D] [--as-of D] [--json|--csv]``."""

import json
import sys

from django.utils.translation import gettext as _

from groundwork.access.models import User
from groundwork.core.refusals import Refusal
from groundwork.crm.insight import output
from groundwork.crm.insight.reports import reports
from groundwork.crm.insight.sections import Section, sections
from groundwork.crm.trade.profit import last_day
from groundwork.records import use


def run(args) -> int:
    if (section := sections.get(args.name)) is not None:
        return run_section(section, args)
    report = reports.get(args.name)
    if report is None:
        raise Refusal(
            _("There is no report “%(name)s”. There are: %(known)s.")
            % known(args.name, (item.key for item in (*reports, *sections)))
        )
    dimensions = list(dict.fromkeys(name for given in args.by for name in given.split(",") if name))
    for name in dimensions:
        if name not in report.dimensions:
            raise Refusal(
                _("The report is not grouped by “%(name)s”, but by: %(known)s.") % known(name, report.dimensions)
            )
    start = given(args, "from_day", "from_")
    end = given(args, "to_day", "to")
    if start and end and start > end:
        raise Refusal(_("The first day is after the last one."))
    user = reader(given(args, "user"))
    as_of = args.as_of or last_day(user)
    rows = report.run(dimensions, start=start, end=end, as_of=as_of, user=user, parts=args.parts)
    names = output.columns(dimensions, args.parts)
    show(args, user, report.element, names, output.records(rows, dimensions, args.parts))
    return 0


def run_section(section: Section, args) -> int:
    """A report that is not grouped and knows no period, only a day."""
    if args.by or given(args, "from_day") or given(args, "to_day"):
        raise Refusal(_("This report takes a day only: --as-of."))
    user = reader(given(args, "user"))
    if user is not None and not section.may(user):
        raise Refusal(_("%(name)s may not read this report.") % {"name": user})
    names, found = section.rows(user, args.as_of)
    show(args, user, section.element, names, found)
    return 0


def show(args, user, element: str, names: list[str], found: list[dict]) -> None:
    """Print the rows as they were asked for; what a person reads is noted."""
    if user is not None:
        use.note_use(user, "report", element)
        use.flush()
    if args.json:
        print(json.dumps({"columns": names, "rows": found}, ensure_ascii=False))
    elif args.csv:
        sys.stdout.write(output.as_csv(found, names))
    else:
        print_table(names, found)


def known(name, names) -> dict:
    return {"name": name, "known": ", ".join(names)}


def given(args, *names):
    return next((value for name in names if (value := getattr(args, name, None)) is not None), None)


def reader(email):
    """Whose rights the report has; None is the firm's own, who sees everything."""
    if not email:
        return None
    user = User.objects.filter(email__iexact=email, is_active=True).first()
    if user is None:
        raise Refusal(_("Nobody here has the address %(email)s.") % {"email": email})
    if not user.can("view", "reports"):
        raise Refusal(_("%(name)s may not read reports.") % {"name": user})
    return user


def print_table(names, found) -> None:
    words = [[("–" if record[name] is None else str(record[name])) for name in names] for record in found]
    widths = [max([len(name), *(len(row[place]) for row in words)]) for place, name in enumerate(names)]
    for row in [list(names), *words]:
        cells = (
            text.ljust(width) if name in output.WORDS else text.rjust(width)
            for name, text, width in zip(names, row, widths, strict=True)
        )
        print("  ".join(cells).rstrip())
