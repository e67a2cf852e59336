"""``groundwork blueprint export|plan|apply FILE`` and ``groundwork blueprint template NAME``: the firm's configuration
as one readable file."""

import sys
from pathlib import Path

from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from groundwork.access.people import asker
from groundwork.access.ready import text_of as text_of_template
from groundwork.blueprint import plan
from groundwork.blueprint.plan import Plan
from groundwork.blueprint.ready import KEYS, template
from groundwork.core.refusals import Refusal


def run(args) -> int:
    """0 done (also where there was nothing to do), 1 refused: every fault with its line on stderr, nothing changed."""
    if args.action == "template":
        return show_template(args.file)
    path = Path(args.file)
    if args.action == "export":
        return export(path)
    by, text = asker(args.user), text_of(path)
    if not by.can("configure", "settings"):
        raise Refusal(_("This person may not configure."))
    if args.action == "plan":
        return tell(plan.plan(text, by=by))
    applied = plan.apply(text, by=by, reason=args.reason, name=path.name)
    print(_("Nothing to do: the firm is as the file says.") if applied is None else told(len(applied.steps)))
    return 0


def show_template(key: str) -> int:
    """In the firm's language, to be kept as a file and planned like any other."""
    if key not in KEYS:
        raise Refusal(
            _("There is no template “%(name)s”. There are: %(names)s.") % {"name": key, "names": ", ".join(KEYS)}
        )
    sys.stdout.write(text_of_template(template(key)))
    return 0


def export(path: Path) -> int:
    if str(path) == "-":
        sys.stdout.write(plan.export())
        return tell_what_stays()
    if path.exists():
        raise Refusal(_("%(name)s exists already.") % {"name": path})
    path.write_text(plan.export(), encoding="utf-8")
    return tell_what_stays()


def tell_what_stays() -> int:
    for sentence in plan.what_stays():
        print(_("Not in the file: %(what)s") % {"what": sentence}, file=sys.stderr)
    return 0


def text_of(path: Path) -> str:
    try:
        return sys.stdin.read() if str(path) == "-" else path.read_text(encoding="utf-8-sig")
    except UnicodeDecodeError as fault:
        raise Refusal(_("The file is not UTF-8 text.")) from fault


def told(count: int) -> str:
    return ngettext("%(count)s thing was added or changed.", "%(count)s things were added or changed.", count) % {
        "count": count
    }


def tell(made: Plan) -> int:
    if made.faults:
        raise ValidationError(made.faults)
    for step in made.steps:
        print(f"{'+' if step.before is None else '~'} {step.section}: {step.name}")
        for fact, was, will in step.differences:
            print(f"    {fact}: {was or '–'} -> {will or '–'}")
    if not made.steps:
        print(_("Nothing to do: the firm is as the file says."))
    return 0
