"""What a bar alone would hide: beyond the target, behind the baseline, a promise kept or lost."""

from decimal import Decimal

from django.db import models
from django.utils.translation import gettext_lazy as _

from indicators.formulas.progress import Direction


class ProgressMark(models.TextChoices):
    BEYOND = "beyond", _("beyond the target")
    BEHIND_BASELINE = "behind_baseline", _("behind the baseline")
    KEPT = "kept", _("kept")
    LOST = "lost", _("lost")

    @classmethod
    def of(
        cls, direction: str, progress: Decimal | None, *, is_estimate: bool = False
    ) -> "ProgressMark | None":
        """Of a progress that is not clamped; None where a bar tells everything.

        Kept and lost, too, are said of a full count only.
        """
        if progress is None:
            return None
        if direction == Direction.KEEP:
            if is_estimate:
                return None
            return cls.KEPT if progress >= 1 else cls.LOST
        if progress > 1:
            return cls.BEYOND
        return cls.BEHIND_BASELINE if progress < 0 else None
