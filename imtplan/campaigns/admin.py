from django.contrib import admin

from imtplan.accounts.models import Membership, School, User
from imtplan.audit.admin import PeopleAdmin, ReadOnlyAdmin
from imtplan.campaigns.models import Campaign, Receipt, Submission


class MembershipInline(admin.TabularInline):
    model = Membership
    fk_name = "user"
    fields = ["role", "school", "starts_on", "ends_on", "ended_at", "ended_by"]
    readonly_fields = ["ended_at", "ended_by"]
    extra = 0


@admin.register(User)
class UserAdmin(PeopleAdmin):
    list_display = ["email", "name", "language", "is_active"]
    search_fields = ["email", "name"]
    fields = ["email", "name", "language", "is_active"]
    inlines = [MembershipInline]


@admin.register(School)
class SchoolAdmin(ReadOnlyAdmin):
    list_display = ["code", "name", "former_name", "kind", "first_year", "last_year"]
    list_filter = ["kind"]


@admin.register(Campaign)
class CampaignAdmin(ReadOnlyAdmin):
    list_display = ["year", "plan", "opens_at", "closes_at"]


@admin.register(Submission)
class SubmissionAdmin(ReadOnlyAdmin):
    list_display = ["campaign", "school", "state", "submitted_at", "submitted_by", "decided_at"]
    list_filter = ["campaign", "state"]


@admin.register(Receipt)
class ReceiptAdmin(ReadOnlyAdmin):
    list_display = ["number", "at", "by_name", "sha256"]
