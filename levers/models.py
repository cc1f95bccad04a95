"""The levers of success: shown beside the objectives, never mixed into the plan's progress."""

import pghistory
from django.db import models
from django.utils.translation import gettext_lazy as _

from imtplan.bilingual import Bilingual
from objectives.models import PlanElement


@pghistory.track()
class Lever(PlanElement):
    """What carries the plan. The plan names its kinds itself, as "financial"."""

    kind_fr = models.CharField(
        _("kind (French)"),
        max_length=60,
        blank=True,
        help_text=_("In the plan’s own words, such as financial. Empty: it is of no kind."),
    )
    kind_en = models.CharField(
        _("kind (English)"),
        max_length=60,
        blank=True,
        help_text=_("Empty: the French one stands in."),
    )

    kind = Bilingual("kind")
    is_lever = True

    class Meta(PlanElement.Meta):
        verbose_name = _("lever")
        verbose_name_plural = _("levers")
