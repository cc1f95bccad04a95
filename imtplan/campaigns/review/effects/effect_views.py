"""What a cell would change, asked while somebody types: an answer, and nothing stored."""

from typing import Any

from django.http import HttpRequest, JsonResponse
from django.shortcuts import get_object_or_404
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_POST

from imtplan.accounts.models import School
from imtplan.accounts.roles import Permission, demand
from imtplan.campaigns.access import place as place_of
from imtplan.campaigns.entry.checking.checks import problems
from imtplan.campaigns.entry.forms import FigureForm
from imtplan.campaigns.models import Campaign
from imtplan.campaigns.review.effects.cell_effects import sentences_of_cell
from indicators.models import Figure, Indicator


@never_cache
@require_POST  # it stores nothing, but what somebody is typing belongs in no address and no log
def effect_of_cell(
    request: HttpRequest, campaign: str, school: str, indicator: str
) -> JsonResponse:
    """Returns the sentences to show below the cell; none where what is typed cannot be stored."""
    place = place_of(request, campaign, school)
    demand(request, Permission.READ_SCHOOL, place["school"])
    form = FigureForm(request.POST, indicator=_indicator(indicator, **place))
    sentences = _sentences(request.user, place, form)
    return JsonResponse({"lead": _("Once submitted and validated:"), "sentences": sentences})


def _indicator(code: str, campaign: Campaign, school: School) -> Indicator:
    return get_object_or_404(Indicator.objects.reported_by(school), campaigns=campaign, code=code)


def _sentences(user: Any, place: dict[str, Any], form: FigureForm) -> list[str]:
    if not form.is_valid():
        return []
    cell = form.cell()
    if cell.state == Figure.State.NUMBER and problems(cell):
        return []
    return sentences_of_cell(user, **place, cell=cell)
