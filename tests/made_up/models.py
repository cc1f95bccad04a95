import pghistory
from django.db import models

from indicators import past
from indicators.models import Indicator
from indicators.recomputing import stale_triggers


@pghistory.track()
class Footnote(models.Model):
    indicator = models.ForeignKey(Indicator, models.CASCADE)
    text = models.TextField()

    def __str__(self) -> str:
        return self.text


stale_triggers.STALE["made_up_footnote"] = (
    "SELECT DISTINCT indicator_id, NULL::bigint, NULL::smallint, false FROM rows"
)
past.VERSIONED["made_up"] = ["Footnote"]
