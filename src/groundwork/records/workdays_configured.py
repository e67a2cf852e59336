"""Days of the firm's own in a configuration file: ``2026-12-24: {worked: no, reason: …}``."""

from datetime import date

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from groundwork.access.configured import is_yes
from groundwork.blueprint.plan import Act, Facts, Section, sections
from groundwork.core.refusals import Refusal
from groundwork.records.added.configured import in_use_of, reasons_of, travels
from groundwork.records.workdays import OwnDay, set_day


def read() -> dict[str, Facts]:
    reasons = reasons_of(OwnDay.KIND)
    return {
        row.on.isoformat(): {
            "reason": reasons.get(row.element_key, ""), "in_use": in_use_of(row),
            "worked": "yes" if row.is_worked else "no",
        }
        for row in OwnDay.objects.all()
    }  # fmt: skip


def write(name: str, facts: Facts, act: Act) -> None:
    reason = facts.get("reason") or act.reason
    try:
        on = date.fromisoformat(name)
    except ValueError as error:
        raise Refusal(_("Write the day like 2026-12-24.")) from error
    row = OwnDay.objects.filter(on=on).first()
    if is_yes(facts, "in_use", "yes") or row is None:
        row = set_day(on, is_worked=is_yes(facts, "worked", "no"), by=act.by, reason=reason)
    if not is_yes(facts, "in_use", "yes"):
        row.retire(by=act.by, reason=reason)


sections.add(
    Section(
        key="working_days", label=gettext_lazy("Working days"), order=15, read=read, write=write, travels=travels,
        facts=frozenset({"reason", "in_use", "worked"}), element=lambda name: f"workday:{name}", gone={"in_use": "no"},
    )
)  # fmt: skip
