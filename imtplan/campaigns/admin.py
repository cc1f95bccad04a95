from typing import Any

from django.contrib import admin
from django.forms import ModelForm
from django.http import HttpRequest

from imtplan.accounts.models import Membership, School, User
from imtplan.audit.admin import AuditedAdmin, PeopleAdmin, ReadOnlyAdmin
from imtplan.campaigns.models import Campaign, Receipt, Submission
from imtplan.campaigns.people import invite


class MembershipInline(admin.TabularInline):
    model = Membership
    fk_name = "user"
    fields = ["role", "school", "starts_on", "ends_on"]
    extra = 0


@admin.register(User)
class UserAdmin(PeopleAdmin):
    """People are made here without a password: a mail has a link with which they choose it."""

    list_display = ["email", "name", "language", "is_active"]
    search_fields = ["email", "name"]
    fields = ["email", "name", "language", "is_active"]
    inlines = [MembershipInline]

    def save_model(self, request: HttpRequest, obj: User, form: ModelForm, change: bool) -> None:
        if not change:
            obj.set_unusable_password()
        super().save_model(request, obj, form, change)

    def save_related(
        self, request: HttpRequest, form: ModelForm, formsets: Any, change: bool
    ) -> None:
        """The mail names the roles, which are stored here."""
        super().save_related(request, form, formsets, change)
        if not change and form.instance.is_active:
            invite(form.instance, by=request.user)


@admin.register(School)
class SchoolAdmin(AuditedAdmin):
    list_display = ["code", "name", "former_name", "kind", "first_year", "last_year"]
    list_filter = ["kind"]


@admin.register(Campaign)
class CampaignAdmin(ReadOnlyAdmin):
    """Campaigns are opened and changed on their own pages, by services that keep why."""

    list_display = ["year", "plan", "opens_at", "closes_at"]


@admin.register(Submission)
class SubmissionAdmin(ReadOnlyAdmin):
    """A submission moves by its services alone: here it is only seen."""

    list_display = ["campaign", "school", "state", "submitted_at", "submitted_by", "decided_at"]
    list_filter = ["campaign", "state"]


@admin.register(Receipt)
class ReceiptAdmin(ReadOnlyAdmin):
    list_display = ["number", "at", "by_name", "sha256"]
