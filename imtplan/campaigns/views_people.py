"""Who may enter and submit a school's figures: the page where a director names and ends."""

from collections.abc import Iterable
from http import HTTPStatus

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_POST

from imtplan.accounts.models import Membership, School
from imtplan.accounts.roles import DELEGABLE, Permission, Role, has_permission
from imtplan.buttons import demand_button, is_pressed
from imtplan.campaigns.access import demand
from imtplan.campaigns.forms_people import NameForm
from imtplan.campaigns.people import (
    DelegationRefused,
    can_be_undone,
    end_delegation,
    is_over,
    name_person,
    undo_end,
)

RANKS = {role.value: rank for rank, role in enumerate(Role)}


def _school(request: HttpRequest, code: str) -> School:
    return get_object_or_404(School.objects.visible_to(request.user), code=code)


@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def people(request: HttpRequest, school: str) -> HttpResponse:
    """Everybody who holds a role in the school; the director and the plan office may name."""
    found = _school(request, school)
    if request.method != "POST":
        return _page(request, found, NameForm())
    demand(request, Permission.DELEGATE, found)
    form = NameForm(request.POST)
    if not form.is_valid():
        return _page(request, found, form)
    try:
        held = name_person(school=found, by=request.user, **form.cleaned_data)
    except DelegationRefused as refusal:
        form.add_error(refusal.field, str(refusal.message))
        return _page(request, found, form)
    words = {"name": held.user, "role": held.get_role_display()}
    messages.success(request, _("%(name)s is named. Role: %(role)s.") % words)
    return redirect("school_people", school=found.code)


@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def end(request: HttpRequest, school: str, pk: int) -> HttpResponse:
    """Ask, then end. A director's role, or another school's, is not to be ended here: 404."""
    found, held = _held(request, school, pk)
    if not is_pressed(request, "end"):
        if is_over(held):
            return redirect("school_people", school=found.code)
        return render(request, "campaigns/people_end.html", {"school": found, "held": held})
    end_delegation(held, by=request.user)
    # The page says it, beside the button that takes it back.
    return redirect("school_people", school=found.code)


@require_POST
def undo(request: HttpRequest, school: str, pk: int) -> HttpResponse:
    """Take back the end of a role: for ten minutes, by who ended it."""
    found, held = _held(request, school, pk)
    demand_button(request, "undo")
    words = {"name": held.user, "role": held.get_role_display()}
    try:
        undo_end(held, by=request.user)
    except DelegationRefused as refusal:
        messages.error(request, refusal.message)
    else:
        messages.success(request, _("%(name)s holds this role again: %(role)s.") % words)
    return redirect("school_people", school=found.code)


def _held(request: HttpRequest, code: str, pk: int) -> tuple[School, Membership]:
    school = _school(request, code)
    demand(request, Permission.DELEGATE, school)
    held = school.memberships.filter(role__in=DELEGABLE).select_related("user")
    return school, get_object_or_404(held, pk=pk)


def _page(request: HttpRequest, school: School, form: NameForm) -> HttpResponse:
    held = school.memberships.select_related("user", "given_by")
    past = list(held.past().order_by("-ended_at", "-ends_on", "pk"))
    context = {
        "school": school,
        "form": form,
        "current": _in_order(held.in_force()),
        "to_come": _in_order(held.to_come()),
        "past": past,
        "undoable": [
            one for one in past if one.ended_by_id == request.user.pk and can_be_undone(one)
        ],
        "may_name": has_permission(request.user, Permission.DELEGATE, school=school),
        "delegable": DELEGABLE,
    }
    wrong = form.is_bound and form.errors
    status = HTTPStatus.UNPROCESSABLE_ENTITY if wrong else HTTPStatus.OK
    return render(request, "campaigns/people.html", context, status=status)


def _in_order(held: Iterable[Membership]) -> list[Membership]:
    """The director first, then the substitute, then by name."""
    return sorted(held, key=lambda one: (RANKS[one.role], one.user.name, one.pk))
