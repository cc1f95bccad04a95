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
from imtplan.campaigns.access import demand
from imtplan.campaigns.forms_people import NameForm
from imtplan.campaigns.people import DelegationRefused, end_delegation, name_person

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


@require_POST
def end(request: HttpRequest, school: str, pk: int) -> HttpResponse:
    """A director's role, or another school's, is not to be ended here: 404."""
    found = _school(request, school)
    demand(request, Permission.DELEGATE, found)
    held = get_object_or_404(found.memberships.filter(role__in=DELEGABLE), pk=pk)
    end_delegation(held, by=request.user)
    words = {"name": held.user, "role": held.get_role_display()}
    messages.success(request, _("%(name)s no longer holds this role: %(role)s.") % words)
    return redirect("school_people", school=found.code)


def _page(request: HttpRequest, school: School, form: NameForm) -> HttpResponse:
    held = school.memberships.select_related("user", "given_by")
    context = {
        "school": school,
        "form": form,
        "current": _in_order(held.in_force()),
        "to_come": _in_order(held.to_come()),
        "past": held.past().order_by("-ended_at", "-ends_on", "pk"),
        "may_name": has_permission(request.user, Permission.DELEGATE, school=school),
        "delegable": DELEGABLE,
    }
    wrong = form.is_bound and form.errors
    status = HTTPStatus.UNPROCESSABLE_ENTITY if wrong else HTTPStatus.OK
    return render(request, "campaigns/people.html", context, status=status)


def _in_order(held: Iterable[Membership]) -> list[Membership]:
    """The director first, then the substitute, then by name."""
    return sorted(held, key=lambda one: (RANKS[one.role], one.user.name, one.pk))
