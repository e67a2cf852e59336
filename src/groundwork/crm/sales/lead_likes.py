"""What a lead may be already: another lead, a company or a contact, by phone, e-mail or name."""

from typing import Any

from groundwork.crm.customers import duplicates
from groundwork.crm.customers.duplicates import Like
from groundwork.crm.customers.models import Company, Contact, MatchKey
from groundwork.crm.sales.leads import Lead
from groundwork.records.types import type_of
from groundwork.records.write import Follower, followers

SIGNS = ("company_name", "person", "phone", "email", "country", "archived_at")
LEAST = duplicates.LEAST


def signs_of(values: dict[str, Any]) -> set[tuple[str, str]]:
    """{(kind, value)}: its company's name, its person's, phone and e-mail in one way of writing."""
    company, contact = as_company(values), as_contact(values)
    region = duplicates.country_code(str(values.get("country") or "")) or duplicates.own_region()
    of_company = duplicates.signs_of(Company.type_key, company, region)
    return of_company | duplicates.signs_of(Contact.type_key, contact, region)


def as_company(values: dict[str, Any]) -> dict[str, Any]:
    return {name: values.get(name) for name in ("phone", "email", "country")} | {"name": values.get("company_name")}


def as_contact(values: dict[str, Any]) -> dict[str, Any]:
    return {name: values.get(name) for name in ("phone", "email", "country")} | {"name": values.get("person")}


def keep_signs(steps) -> None:
    """In the write's own transaction; an archived lead has none."""
    changed = [
        record for record, before, after in steps
        if after is None or before is None or any(before.get(name) != after.get(name) for name in SIGNS)
    ]  # fmt: skip
    gone = {record.pk for record, _before, after in steps if after is None}
    MatchKey.objects.filter(type=Lead.type_key, object_id__in=[record.pk for record in changed]).delete()
    MatchKey.objects.bulk_create(
        [
            MatchKey(type=Lead.type_key, object_id=record.pk, kind=kind, value=value[:120])
            for record in changed if not record.is_archived and record.pk not in gone
            for kind, value in sorted(signs_of(vars(record)))
        ],
        batch_size=1000,
    )  # fmt: skip


followers.add(Follower("duplicates of lead", Lead.type_key, keep_signs))


def like_leads(user, values: dict[str, Any], *, besides: int | None = None, limit: int = 3) -> list[Like]:
    """The visible leads that bear the same signs, the likeliest first. Two queries."""
    signs: dict[int, set[str]] = {}
    wanted = signs_of(values)
    if not wanted:
        return []
    rows = MatchKey.objects.filter(type=Lead.type_key, value__in=[value for _kind, value in wanted])
    for pk, kind, value in rows.exclude(object_id=besides or 0).values_list("object_id", "kind", "value")[:200]:
        if (kind, value) in wanted:
            signs.setdefault(pk, set()).add(kind)
    seen = Lead.objects.visible_to(user).current().filter(pk__in=list(signs))
    found = [Like(lead, duplicates.score_of(signs[lead.pk]), signs[lead.pk]) for lead in seen]
    return sorted((one for one in found if one.score >= LEAST), key=lambda one: (-one.score, one.record.pk))[:limit]


def likes(user, values: dict[str, Any], *, besides: int | None = None) -> list[Like]:
    """Of all three kinds. A field of a company or a contact that the person may not see confirms no guess."""
    found = like_leads(user, values, besides=besides)
    return found + like_companies(user, values) + like_contacts(user, values)


def like_companies(user, values: dict[str, Any]) -> list[Like]:
    return _like(user, Company, as_company(values))


def like_contacts(user, values: dict[str, Any]) -> list[Like]:
    return _like(user, Contact, as_contact(values))


def _like(user, model: Any, values: dict[str, Any]) -> list[Like]:
    if not user.can("view", model.type_key):
        return []
    open_names = {shown.name for shown in type_of(model).visible_fields(user, type_of(model).fields)}
    asked = {name: value for name, value in values.items() if name in open_names and value}
    return duplicates.similar(user, model.type_key, asked, limit=3) if asked.keys() - {"country"} else []
