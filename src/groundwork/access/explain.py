"""Why can she see this? One sentence for every role that lets a person see a record."""

from django.utils.translation import gettext as _

from groundwork.access.models import Department, Grant, Reach, Verb


def explains(user, record, verb: str = Verb.VIEW) -> str:
    """Which roles of ``user`` reach ``record``, and why; "" where none does."""
    grants = (
        Grant.objects.filter(role__people=user, type=record.type_key, verb=verb).select_related("role").order_by("pk")
    )
    return " ".join(sentence for grant in grants if (sentence := reason(grant, user, record)))


def reason(grant: Grant, user, record) -> str:
    who = {"name": user, "role": grant.role, "department": record.department or ""}
    if grant.reach == Reach.ALL:
        return _("%(name)s has the role “%(role)s”, which reaches all records of this type.") % who
    if record.owner_id == user.pk:
        return _("%(name)s has the role “%(role)s” and owns this record.") % who
    if grant.reach == Reach.OWN or not record.department_id or not user.department_id:
        return ""
    if record.department_id == user.department_id:
        return _("%(name)s has the role “%(role)s”; the record belongs to the own department, %(department)s.") % who
    above = f"/{user.department_id}/"
    if grant.reach == Reach.TREE and Department.objects.filter(pk=record.department_id, path__contains=above).exists():
        return (
            _("%(name)s has the role “%(role)s”; the record belongs to %(department)s, below the own department.") % who
        )
    return ""
