"""The plan office's pages of accounts: everybody there is, and one person."""

from http import HTTPStatus

from django.contrib import messages
from django.db.models import Prefetch
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_safe

from imtplan.accounts.models import Membership, School, User
from imtplan.accounts.roles import Permission, demand
from imtplan.buttons import is_pressed
from imtplan.campaigns.terms.account_services import change_person, switch_account
from imtplan.campaigns.terms.people_forms import PersonForm
from imtplan.campaigns.terms.people_services import DelegationRefused


@never_cache
@require_safe
def accounts(request: HttpRequest) -> HttpResponse:
    """Shows everybody, with the roles they hold today, and where roles are given."""
    demand(request, Permission.MANAGE_PEOPLE)
    roles = Membership.objects.in_force().select_related("school")
    people = User.objects.prefetch_related(Prefetch("memberships", roles, to_attr="roles_today"))
    places = School.objects.places_seen_by(request.user)
    context = {
        "people": people,
        "schools": places.carrying_the_plan(),
        "institute": places.get(code=School.THE_INSTITUTE),
    }
    return render(request, "campaigns/accounts.html", context)


@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def account(request: HttpRequest, pk: int) -> HttpResponse:
    """Shows one person: their name and address, their roles, and whether they can sign in."""
    demand(request, Permission.MANAGE_PEOPLE)
    person = get_object_or_404(User, pk=pk)
    if is_pressed(request, "switch-off") or is_pressed(request, "switch-on"):
        return _switch(request, person, is_active="switch-on" in request.POST)
    if not is_pressed(request, "store"):
        return _page(request, person, PersonForm(initial=vars(person)))
    form = PersonForm(request.POST)
    if not form.is_valid():
        return _page(request, person, form)
    try:
        change_person(person, by=request.user, **form.cleaned_data)
    except DelegationRefused as refusal:
        form.add_error(refusal.field, str(refusal.message))
        return _page(request, person, form)
    messages.success(request, _("Stored: %(what)s.") % {"what": form.cleaned_data["name"]})
    return redirect("account", pk=pk)


def _switch(request: HttpRequest, person: User, *, is_active: bool) -> HttpResponse:
    try:
        switch_account(person, is_active=is_active, by=request.user)
    except DelegationRefused as refusal:
        messages.error(request, refusal.message)
    else:
        on, off = _("%(name)s can sign in again."), _("%(name)s can no longer sign in.")
        messages.success(request, (on if is_active else off) % {"name": person})
    return redirect("account", pk=person.pk)


def _page(request: HttpRequest, person: User, form: PersonForm) -> HttpResponse:
    roles = person.memberships.select_related("school")
    context = {
        "person": person,
        "form": form,
        "current": roles.in_force(),
        "to_come": roles.to_come(),
        "past": roles.past().order_by("-ended_at", "-ends_on"),
    }
    status = HTTPStatus.UNPROCESSABLE_ENTITY if form.errors else HTTPStatus.OK
    return render(request, "campaigns/account.html", context, status=status)
