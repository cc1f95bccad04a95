"""The workbook of a plan: the file to download, and the page that loads it."""

from django.http import HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import get_object_or_404
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_safe

from imtplan.accounts.roles import Permission, demand
from imtplan.bilingual import reader_language
from imtplan.planning.act_pages import ActPage, follow
from imtplan.planning.workbook.load_form import LoadForm
from imtplan.planning.workbook.load_progress import progress_of
from imtplan.planning.workbook.writing import file_name, workbook_of
from imtplan.spreadsheets.books import BookFormat
from objectives.models import StrategicPlan


@require_safe
def workbook(
    request: HttpRequest, code: str = "", book: BookFormat = BookFormat.XLSX
) -> HttpResponse:
    """Returns the workbook of a stored plan; without a code, an empty one for a new plan."""
    demand(request, Permission.EDIT_PLAN)
    plan = _plan(request, code)
    return book.response(workbook_of(plan, reader_language(), book), file_name(plan))


@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def load(request: HttpRequest, code: str = "") -> HttpResponse:
    """Loads a workbook; shows first what it would change, and every number that moves."""
    demand(request, Permission.EDIT_PLAN)
    plan = _plan(request, code)
    page = ActPage(
        template="planning/load.html",
        title=_("Load from a workbook"),
        back=reverse("plan", args=[plan.code]) if plan else reverse("plans"),
        done=_("The workbook is loaded."),
        extra={"plan": plan},
    )
    files = request.FILES or None
    return follow(
        request,
        lambda data: LoadForm(data, files, plan=plan),
        page,
        after=lambda stored: reverse("plan", args=[stored.code]),
    )


@never_cache
@require_safe
def load_progress(request: HttpRequest, token: str) -> JsonResponse:
    """Returns how many lines of a load are through, of how many; nothing while that is unknown."""
    demand(request, Permission.EDIT_PLAN)
    counts = progress_of(token)
    return JsonResponse({"done": counts[0], "total": counts[1]} if counts else {})


def _plan(request: HttpRequest, code: str) -> StrategicPlan | None:
    rows = StrategicPlan.objects.visible_to(request.user)
    return get_object_or_404(rows, code=code) if code else None
