"""The page on which a rule is tried on past figures, and switched on or off."""

from http import HTTPStatus
from typing import cast

from django.contrib import messages
from django.core.exceptions import ValidationError
from django.db import transaction
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods

from imtplan.accounts.models import User
from imtplan.accounts.roles import Permission, demand
from imtplan.audit.plan_edits import ReasonNeeded, wait_for_other_changes
from imtplan.buttons import demand_button, is_pressed
from imtplan.planning.rules.rule_trial import RuleTrial, try_rule
from indicators.models import FigureRule
from indicators.services_plan import switch_figure_rule


@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
@transaction.atomic
def trial(request: HttpRequest, pk: int) -> HttpResponse:
    """Shows which stored figures the rule would stop or mark, and switches it on or off."""
    demand(request, Permission.EDIT_PLAN)
    rules = FigureRule.objects.visible_to(request.user).with_indicators()
    if request.method == "POST":
        demand_button(request, "on", "off")
        wait_for_other_changes()
        rules = rules.select_for_update(of=("self",))
    rule = get_object_or_404(rules, pk=pk)
    tried = try_rule(rule, request.user)
    problem = ""
    if request.method == "POST":
        problem = _switch(request, rule, tried)
        if not problem:
            return redirect("plan_edit", "indicateurs", rule.indicator_id)
    context = {
        "rule": rule,
        "trial": tried,
        "problem": problem,
        "reason": request.POST.get("reason", ""),
    }
    status = HTTPStatus.UNPROCESSABLE_ENTITY if problem else HTTPStatus.OK
    return render(request, "planning/rule_trial.html", context, status=status)


def _switch(request: HttpRequest, rule: FigureRule, tried: RuleTrial) -> str:
    """Switches the rule and returns nothing; or returns why it was not."""
    on = is_pressed(request, "on")
    if on and request.POST.get("seen") != tried.mark:
        return _("This changed since you looked. Here is what the rule finds now.")
    try:
        switch_figure_rule(
            rule=rule, on=on, by=cast("User", request.user), reason=request.POST.get("reason", "")
        )
    except ReasonNeeded:
        return _("Say why you switch this rule off.")
    except ValidationError as refusal:
        return " ".join(refusal.messages)
    done = _("Switched on: %(what)s.") if on else _("Switched off: %(what)s.")
    messages.success(request, done % {"what": rule})
    return ""
