"""What companies owe us, as of a day. Where the firm keeps no payments, debts are unknown: not all that was sold."""

from typing import Any

from groundwork.blueprint.elements import config_version
from groundwork.crm.trade.models import Payment


def payments_are_kept() -> bool:
    """Is there any payment at all? Read once a configuration; the first payment raises it (``documents``)."""
    version = config_version()
    if _kept.get("version") != version:
        _kept.update(version=version, kept=Payment.objects.current().exists())
    return _kept["kept"]


_kept: dict[str, Any] = {}
