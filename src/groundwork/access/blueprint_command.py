"""``groundwork blueprint export|plan|apply FILE``: the firm's configuration as one readable file."""

import sys
from pathlib import Path

from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from groundwork.access.models import User
from groundwork.blueprint import plan
from groundwork.blueprint.plan import Plan
from groundwork.core.refusals import Refusal


def run(args) -> int:
    """0 done (also where there was nothing to do), 1 refused: every fault with its line on stderr, nothing changed."""
    path = Path(args.file)
    if args.action == "export":
        return export(path)
    by, text = administrator(args.user), text_of(path)
    if args.action == "plan":
        return tell(plan.plan(text, by=by))
    applied = plan.apply(text, by=by, reason=args.reason, name=path.name)
    print(_("Nothing to do: the firm is as the file says.") if applied is None else told(len(applied.steps)))
    return 0


def export(path: Path) -> int:
    if str(path) == "-":
        sys.stdout.write(plan.export())
        return 0
    if path.exists():
        raise Refusal(_("%(name)s exists already.") % {"name": path})
    path.write_text(plan.export(), encoding="utf-8")
    return 0


def text_of(path: Path) -> str:
    try:
        return sys.stdin.read() if str(path) == "-" else path.read_text(encoding="utf-8-sig")
    except UnicodeDecodeError as fault:
        raise Refusal(_("The file is not UTF-8 text.")) from fault


def administrator(email: str | None) -> User:
    people = User.objects.filter(is_active=True)
    by = (
        people.filter(email__iexact=email).first()
        if email
        else people.filter(roles__key="administrator").order_by("pk").first()
    )
    if by is None:
        raise Refusal(_("There is no such person.") if email else _("There is no administrator yet."))
    if not by.can("configure", "settings"):
        raise Refusal(_("This person may not configure."))
    return by


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
