"""What every page of the reading room says of its plan: a draft, closed, corrected since."""

from datetime import datetime
from typing import Any

from django import template

from indicators.models import Snapshot
from indicators.questions.snapshots import is_corrected_since
from objectives.models import StrategicPlan

register = template.Library()


@register.inclusion_tag("dashboard/parts/plan_standing.html", takes_context=True)
def plan_standing(
    context: Any, plan: StrategicPlan, moment: datetime | None = None
) -> dict[str, Any]:
    """Returns the notice of a plan that is a draft or closed. A page of an earlier `moment` does
    not compare: it shows what was known then."""
    edition = None
    if plan.life.is_over:
        edition = Snapshot.objects.visible_to(context["request"].user).final_edition(plan)
    is_corrected = edition is not None and moment is None and is_corrected_since(edition)
    return {"plan": plan, "edition": edition, "is_corrected": is_corrected}
