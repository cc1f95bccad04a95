"""Who holds which role in a school or in the institute: the page that names and ends."""

from http import HTTPStatus
from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_POST

from imtplan.accounts.models import Membership, School
from imtplan.accounts.roles import Permission, demand, has_permission, roles_given_by
from imtplan.buttons import demand_button, is_pressed
from imtplan.campaigns.terms.people_forms import NameForm
from imtplan.campaigns.terms.people_services import (
    DelegationRefused,
    can_be_undone,
    end_delegation,
    is_over,
    name_person,
    undo_end,
)


def _school(request: HttpRequest, code: str) -> School | None:
    """Returns the school of the address; None for the institute, the plan office's alone."""
    if code:
        return get_object_or_404(School.objects.places_seen_by(request.user), code=code)
    demand(request, Permission.MANAGE_PEOPLE)
    return None


def _address(school: School | None) -> str:
    return reverse("school_people", args=[school.code]) if school else reverse("institute_people")


def _memberships(school: School | None) -> Any:
    return Membership.objects.filter(school=school)


@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def people(request: HttpRequest, school: str = "") -> HttpResponse:
    """Shows who holds a role in the school or in the institute, and the form that names."""
    place = _school(request, school)
    roles = roles_given_by(request.user, place)
    if request.method != "POST":
        return _page(request, place, NameForm(roles=roles))
    _demand_naming(request, place)
    form = NameForm(request.POST, roles=roles)
    if not form.is_valid():
        return _page(request, place, form)
    try:
        held = name_person(school=place, by=request.user, **form.cleaned_data)
    except DelegationRefused as refusal:
        form.add_error(refusal.field, str(refusal.message))
        return _page(request, place, form)
    words = {"name": held.user, "role": held.get_role_display()}
    messages.success(request, _("%(name)s is named. Role: %(role)s.") % words)
    return redirect(_address(place))


@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def end(request: HttpRequest, pk: int, school: str = "") -> HttpResponse:
    """Ask, then end. A role of another place, or not this person's to end: 404."""
    place, held = _held(request, school, pk)
    here = _address(place)
    context = {"school": place, "held": held, "here": here}
    if not is_pressed(request, "end"):
        return (
            redirect(here)
            if is_over(held)
            else render(request, "campaigns/people_end.html", context)
        )
    try:
        end_delegation(held, by=request.user)
    except DelegationRefused as refusal:
        messages.error(request, refusal.message)
    # The page says what was ended, beside the button that takes it back.
    return redirect(here)


@require_POST
def undo(request: HttpRequest, pk: int, school: str = "") -> HttpResponse:
    """Take back the end of a role: for ten minutes, by who ended it."""
    place, held = _held(request, school, pk)
    demand_button(request, "undo")
    words = {"name": held.user, "role": held.get_role_display()}
    try:
        undo_end(held, by=request.user)
    except DelegationRefused as refusal:
        messages.error(request, refusal.message)
    else:
        messages.success(request, _("%(name)s holds this role again: %(role)s.") % words)
    return redirect(_address(place))


def _demand_naming(request: HttpRequest, school: School | None) -> None:
    if school is not None:
        demand(request, Permission.DELEGATE, school)


def _held(request: HttpRequest, code: str, pk: int) -> tuple[School | None, Membership]:
    school = _school(request, code)
    _demand_naming(request, school)
    roles = roles_given_by(request.user, school)
    held = _memberships(school).filter(role__in=roles).select_related("user", "school")
    return school, get_object_or_404(held, pk=pk)


def _page(request: HttpRequest, school: School | None, form: NameForm) -> HttpResponse:
    held = _memberships(school).select_related("user", "given_by")
    past = list(held.past().order_by("-ended_at", "-ends_on", "pk"))
    roles = roles_given_by(request.user, school)
    context = {
        "school": school,
        "here": _address(school),
        "form": form,
        "current": held.in_force().by_rank(),
        "to_come": held.to_come().by_rank(),
        "past": past,
        "undoable": [
            ended for ended in past if ended.ended_by_id == request.user.pk and can_be_undone(ended)
        ],
        "may_name": bool(roles),
        "may_manage": has_permission(request.user, Permission.MANAGE_PEOPLE),
        "roles": roles,
    }
    wrong = form.is_bound and form.errors
    status = HTTPStatus.UNPROCESSABLE_ENTITY if wrong else HTTPStatus.OK
    return render(request, "campaigns/people.html", context, status=status)
