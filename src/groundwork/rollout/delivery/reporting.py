"""A fault that somebody meets in daily work, told from any page."""

from django.utils.translation import gettext as _

from groundwork.access.models import Grant, User
from groundwork.blueprint.models import ElementRevision
from groundwork.records.write import creating
from groundwork.rollout.delivery.defects import Defect
from groundwork.rollout.discovery.places import Place


def report(statement: str, *, by, place: Place) -> str:
    """Keeps the fault and says who has it now."""
    defect = Defect(what=statement, found_by=by, found_in=Defect.FoundIn.WORK, owner=who_mends_at(place), **place.kept)
    made = creating(defect, by=by)
    return _("Heard. %(who)s sees to it; you will be asked to try it again.") % {"who": made.owner or _("Somebody")}


def who_mends_at(place: Place) -> User | None:
    """Whoever changed that field last; else whoever keeps what is configured, the highest role first."""
    if place.kind is not None and place.field:
        key = f"field:{place.kind.key}.{place.field}"
        last = ElementRevision.objects.filter(element__key=key, by__is_active=True).order_by("-at", "-pk")
        if found := last.select_related("by").first():
            return found.by
    keepers = Grant.objects.filter(type="requirement", verb="configure").values("role")
    return User.objects.filter(is_active=True, roles__in=keepers).order_by("-roles__rank", "pk").first()
