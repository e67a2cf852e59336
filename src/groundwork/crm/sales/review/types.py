"""What makes reviews visible: their list, and the page of their history. Their own pages plan and hold them."""

from django.utils.translation import gettext_lazy as _

from groundwork.crm.sales.review.models import Review
from groundwork.records.types import RecordType, types

review = types.add(
    RecordType(
        model=Review,
        label=_("Board review"),
        plural=_("Board reviews"),
        icon="presentation",
        prefix="BR",
        group="customers",
        fields=("name", "planned_at", "minutes", "state", "began_at", "ended_at"),
        columns=("name", "planned_at", "state", "owner"),
        sorts=("-planned_at", "-updated_at"),
        filters=("state", "planned_at", "owner", "department"),
        section="",
        typed=False,
        explain=_("The weekly meeting at the open board, one person at a time. It is planned on its own page."),
    )  # fmt: skip
)
