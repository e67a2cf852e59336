"""What is made in the browser with a reason: made, changed, retired and restored in one way, its element with it."""

from typing import Any, ClassVar, Self

from django.db import models, transaction
from django.utils.translation import gettext as _

from groundwork.blueprint import elements
from groundwork.core.clock import now
from groundwork.core.refusals import NotAllowed


class Configured(models.Model):
    """A row of the firm's configuration. Retiring it hides it everywhere; nothing that hangs on it is lost.

    ``refuse_what_cannot_be`` is asked before every save, with the reason given, and raises a ``Refusal``.
    """

    KIND: ClassVar[str]  # of its element
    FACTS: ClassVar[tuple[str, ...]]  # what history compares

    retired_at = models.DateTimeField(null=True, editable=False)

    class Meta:
        abstract = True

    @property
    def element_key(self) -> str:
        raise NotImplementedError

    @property
    def called(self) -> str:
        """The name its element has."""
        raise NotImplementedError

    def refuse_what_cannot_be(self, reason: str) -> None:
        raise NotImplementedError

    @property
    def facts(self) -> dict[str, Any]:
        return {name: getattr(self, name) for name in self.FACTS}

    @transaction.atomic
    def make(self, *, by, reason: str, asked_by=None) -> Self:
        self.refuse_what_cannot_be(reason)
        self.save()
        self._revise({"made": [None, self.facts]}, by, reason, asked_by)
        return self

    @transaction.atomic
    def change(self, facts: dict[str, Any], *, by, reason: str, asked_by=None) -> tuple[Self, dict[str, list]]:
        """The row as it is now, and what changed: {name: [before, after]}."""
        row = self._locked()
        before = row.facts
        for name, value in facts.items():
            setattr(row, name, value)
        row.refuse_what_cannot_be(reason)
        difference = {name: [before[name], after] for name, after in row.facts.items() if before[name] != after}
        if difference:
            row.save()
            row._revise(difference, by, reason, asked_by)
        return row, difference

    def retire(self, *, by, reason: str) -> None:
        self._switch(off=True, by=by, reason=reason)

    def restore(self, *, by, reason: str) -> None:
        self._switch(off=False, by=by, reason=reason)

    @transaction.atomic
    def _switch(self, *, off: bool, by, reason: str) -> None:
        refuse_unless_configurator(by)
        row = self._locked()
        if bool(row.retired_at) == off:
            return
        row.retired_at = now() if off else None
        row.refuse_what_cannot_be(reason)
        row.save()
        elements.switch(row.element_key, on=not off, by=by, reason=reason, keeps_reason=True)

    def _locked(self) -> Self:
        return type(self)._default_manager.select_for_update().get(pk=self.pk)

    def _revise(self, difference: dict[str, list], by, reason: str, asked_by) -> None:
        elements.revise(
            self.element_key, kind=self.KIND, by=by, difference=difference, cause=reason.strip(), name=self.called,
            asked_by=asked_by, keeps_reason="made" not in difference,
        )  # fmt: skip


def refuse_unless_configurator(by) -> None:
    if not by.can("configure", "settings"):
        raise NotAllowed(_("Only those who configure settings change fields."))
