from django.contrib import admin

from imtplan.accounts.reading_site import ReadOnlyAdmin
from imtplan.audit.models import Event


@admin.register(Event)
class EventAdmin(ReadOnlyAdmin):
    list_display = ["at", "actor_name", "verb", "school", "subject"]
    list_filter = ["verb", "school"]
    search_fields = ["subject", "actor_name"]
    date_hierarchy = "at"
