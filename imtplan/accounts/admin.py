from django.contrib import admin

from imtplan.accounts.models import Membership, School, User
from imtplan.accounts.reading_site import PeopleAdmin, ReadOnlyAdmin


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
    list_display = ["code", "name", "kind", "first_year", "last_year"]
    list_filter = ["kind"]
