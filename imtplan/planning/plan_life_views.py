"""The pages of a plan's life: a step on or back, the readers of a draft, a draft deleted."""

from http import HTTPStatus
from typing import Any, cast

from django.contrib import messages
from django.db import transaction
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_POST

from imtplan.accounts.models import User
from imtplan.accounts.roles import Permission, demand
from imtplan.audit.plan_edits import ReasonNeeded
from imtplan.buttons import demand_button
from imtplan.planning.plan_life import (
    PlanStep,
    StepRefused,
    delete_draft,
    invite_reader,
    obstacle_to_deleting,
    take_step,
    withdraw_reader,
)
from imtplan.planning.plan_life_page import DraftDeletionPage, PlanStepPage
from indicators.tasks import poke
from objectives.models import StrategicPlan


@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def step(request: HttpRequest, code: str, word: str) -> HttpResponse:
    """Shows what a step of the plan means, and takes it."""
    plan = _plan(request, code)
    if word not in PlanStep:
        raise Http404
    chosen, reason, problem = PlanStep(word), request.POST.get("reason", ""), ""
    if request.method == "POST":
        demand_button(request, "confirm")
        try:
            stored = take_step(plan=plan, step=chosen, by=_office(request), reason=reason)
        except ReasonNeeded:
            problem = _("Say why: whoever reads the history will want to know.")
        except StepRefused as refusal:
            problem = str(refusal)
        else:
            words = {"plan": stored, "state": stored.get_state_display()}
            messages.success(request, _("%(plan)s: %(state)s.") % words)
            return redirect("plan", code)
    page = PlanStepPage(plan, chosen, _office(request))
    context = {"plan": plan, "page": page, "step": chosen, "reason": reason, "problem": problem}
    return _shown(request, "planning/plan_step.html", context)


@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def delete(request: HttpRequest, code: str) -> HttpResponse:
    """Lists what goes with a draft, and deletes it."""
    plan = _plan(request, code)
    problem = ""
    if request.method == "POST":
        demand_button(request, "confirm")
        name = str(plan)
        try:
            delete_draft(plan=plan, by=_office(request))
        except StepRefused as refusal:
            problem = str(refusal)
        else:
            transaction.on_commit(poke)
            messages.success(request, _("Deleted: %(what)s.") % {"what": name})
            return redirect("plans")
    context = {
        "plan": plan,
        "page": DraftDeletionPage(plan),
        "obstacle": obstacle_to_deleting(plan),
        "problem": problem,
    }
    return _shown(request, "planning/delete_draft.html", context)


@require_POST
def invite(request: HttpRequest, code: str) -> HttpResponse:
    plan = _plan(request, code)
    demand_button(request, "invite")
    key = request.POST.get("user", "")
    person = User.objects.filter(pk=int(key) if key.isdecimal() and len(key) < 18 else 0).first()
    if person is None:
        messages.error(request, _("Choose a person."))
        return _to_readers(code)
    try:
        invite_reader(plan=plan, user=person, by=_office(request))
    except StepRefused as refusal:
        messages.error(request, str(refusal))
    else:
        messages.success(request, _("%(who)s can read the draft.") % {"who": person})
    return _to_readers(code)


@require_POST
def withdraw(request: HttpRequest, code: str, pk: int) -> HttpResponse:
    plan = _plan(request, code)
    demand_button(request, "withdraw")
    reader = get_object_or_404(plan.readers.select_related("user"), pk=pk)
    try:
        withdraw_reader(reader=reader, by=_office(request))
    except StepRefused as refusal:
        messages.error(request, str(refusal))
    else:
        messages.success(request, _("%(who)s no longer reads the draft.") % {"who": reader.user})
    return _to_readers(code)


def _office(request: HttpRequest) -> User:
    """Returns the person, who is signed in where `_plan` let them pass."""
    return cast("User", request.user)


def _plan(request: HttpRequest, code: str) -> StrategicPlan:
    demand(request, Permission.EDIT_PLAN)
    rows = StrategicPlan.objects.visible_to(request.user).select_related("supersedes")
    return get_object_or_404(rows, code=code)


def _shown(request: HttpRequest, template: str, context: dict[str, Any]) -> HttpResponse:
    status = HTTPStatus.UNPROCESSABLE_ENTITY if context["problem"] else HTTPStatus.OK
    return render(request, template, context, status=status)


def _to_readers(code: str) -> HttpResponse:
    response = redirect("plan", code)
    response["Location"] += "#readers"
    return response
