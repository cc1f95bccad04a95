"""What becomes of a cell of a paste or a file: its word, and whether it waits for somebody."""

from django.db import models
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _


class CellOutcome(models.TextChoices):
    NEW = "new", _("new")
    CHANGED = "changed", _("changed")
    EMPTIED = "emptied", _("emptied")
    SAME = "same", _("as it was")
    UNDECIDED = "undecided", _("to decide")
    CONFLICT = "conflict", _("changed meanwhile")
    REFUSED = "refused", _("refused")

    @property
    def symbol(self) -> str:
        """Returns the name of its icon: an outcome is never told by colour alone."""
        return {
            CellOutcome.NEW: "plus-lg",
            CellOutcome.CHANGED: "pencil",
            CellOutcome.EMPTIED: "dash-circle-dotted",
            CellOutcome.SAME: "check-lg",
            CellOutcome.UNDECIDED: "question-circle",
            CellOutcome.CONFLICT: "people",
            CellOutcome.REFUSED: "x-circle-fill",
        }[self]

    @property
    def why_left_out(self) -> str | Promise:
        """Returns what is said of a cell that was not stored."""
        return {
            CellOutcome.EMPTIED: _("not emptied"),
            CellOutcome.UNDECIDED: _("none chosen"),
            CellOutcome.CONFLICT: _("changed meanwhile: theirs is kept"),
        }.get(self, self.label)

    @property
    def is_applied(self) -> bool:
        """Says whether it is applied without a further word from the person."""
        return self in (CellOutcome.NEW, CellOutcome.CHANGED)
