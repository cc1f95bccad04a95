"""What becomes of a cell of a paste or a file: its word, and whether it waits for somebody."""

from django.db import models
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _


class Outcome(models.TextChoices):
    NEW = "new", _("new")
    CHANGED = "changed", _("changed")
    EMPTIED = "emptied", _("emptied")
    SAME = "same", _("as it was")
    UNDECIDED = "undecided", _("to decide")
    CONFLICT = "conflict", _("changed meanwhile")
    REFUSED = "refused", _("refused")

    @property
    def symbol(self) -> str:
        """The name of its icon: an outcome is never told by colour alone."""
        return {
            Outcome.NEW: "plus-lg",
            Outcome.CHANGED: "pencil",
            Outcome.EMPTIED: "dash-circle-dotted",
            Outcome.SAME: "check-lg",
            Outcome.UNDECIDED: "question-circle",
            Outcome.CONFLICT: "people",
            Outcome.REFUSED: "x-circle-fill",
        }[self]

    @property
    def why_left_out(self) -> str | Promise:
        """What is said of a cell that was not stored."""
        return {
            Outcome.EMPTIED: _("not emptied"),
            Outcome.UNDECIDED: _("none chosen"),
            Outcome.CONFLICT: _("changed meanwhile: theirs is kept"),
        }.get(self, self.label)

    @property
    def is_applied(self) -> bool:
        """Without a further word from the person."""
        return self in (Outcome.NEW, Outcome.CHANGED)
