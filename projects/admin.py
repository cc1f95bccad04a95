from django.contrib import admin

from objectives.admin import PlanElementAdmin
from projects.models import FlagshipProject, Milestone, Serves, StatusReport


class ServesInline(admin.TabularInline):
    model = Serves
    extra = 0


class MilestoneInline(admin.TabularInline):
    model = Milestone
    extra = 0


class StatusReportInline(admin.TabularInline):
    model = StatusReport
    extra = 0


@admin.register(FlagshipProject)
class FlagshipProjectAdmin(PlanElementAdmin):
    inlines = [ServesInline, MilestoneInline, StatusReportInline]
