from django.contrib import admin

from imtplan.accounts.reading_site import ReadOnlyAdmin
from imtplan.campaigns.models import Campaign, Receipt, Submission


@admin.register(Campaign)
class CampaignAdmin(ReadOnlyAdmin):
    list_display = ["code", "name", "year", "plan", "opens_at", "closes_at"]


@admin.register(Submission)
class SubmissionAdmin(ReadOnlyAdmin):
    list_display = ["campaign", "school", "state", "submitted_at", "submitted_by", "decided_at"]
    list_filter = ["campaign", "state"]


@admin.register(Receipt)
class ReceiptAdmin(ReadOnlyAdmin):
    list_display = ["number", "at", "by_name", "sha256"]
