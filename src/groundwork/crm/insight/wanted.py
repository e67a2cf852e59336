"""For what a report is made: a thing of an upper room, to which it belongs as soon as it is kept."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from django.http import Http404

from groundwork.core.registry import Registry
from groundwork.crm.insight.models import BuiltReport


@dataclass(frozen=True)
class Wanter:
    """``words(pk, user)`` says what wants the report; None: it is not there, or not the person's to change.
    ``bind(report, pk, by)`` gives it the report and says where to go on."""

    key: str
    words: Callable[[int, Any], str | None]
    bind: Callable[[BuiltReport, int, Any], str]


wanters: Registry[Wanter] = Registry(lambda item: item.key)


@dataclass(frozen=True)
class Wanted:
    """``step-12`` of an address: for which step, in words."""

    wanter: Wanter
    pk: int
    words: str

    @classmethod
    def asked(cls, said: str, user) -> "Wanted | None":
        """404 for what is not there."""
        if not said:
            return None
        key, _dash, pk = said.partition("-")
        wanter = wanters.get(key)
        words = wanter.words(int(pk), user) if wanter and pk.isdecimal() and len(pk) < 18 else None
        if wanter is None or words is None:
            raise Http404
        return cls(wanter, int(pk), words)

    @property
    def said(self) -> str:
        return f"{self.wanter.key}-{self.pk}"

    def bind(self, report: BuiltReport, *, by) -> str:
        return self.wanter.bind(report, self.pk, by)
