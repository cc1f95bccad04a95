"""The levers of success: shown beside the objectives, never mixed into the plan's progress."""

import pghistory
from django.db import models
from django.utils.translation import gettext_lazy as _

from objectives.models import PlanElement


class LeverKind(models.TextChoices):
    STRUCTURAL = "structural", _("structural")
    FINANCIAL = "financial", _("financial")
    MANAGERIAL = "managerial", _("managerial")
    PROMOTIONAL = "promotional", _("promotional")


@pghistory.track()
class Lever(PlanElement):
    kind = models.CharField(_("kind"), max_length=12, choices=LeverKind)

    class Meta(PlanElement.Meta):
        verbose_name = _("lever")
        verbose_name_plural = _("levers")
