from django.contrib import admin

from imtplan.accounts.reading_site import ReadOnlyAdmin
from indicators.models import Indicator, IndicatorLink, RecomputeRun, Target, TrajectoryPoint


class LinkInline(admin.TabularInline):
    model = IndicatorLink
    extra = 0


class PointInline(admin.TabularInline):
    model = TrajectoryPoint
    extra = 0


@admin.register(Indicator)
class IndicatorAdmin(ReadOnlyAdmin):
    list_display = ["code", "name_fr", "theme", "aggregation", "is_headline"]
    list_filter = ["theme", "aggregation"]
    search_fields = ["code", "name_fr", "name_en"]
    inlines = [LinkInline]


@admin.register(Target)
class TargetAdmin(ReadOnlyAdmin):
    list_display = ["code", "indicator", "school", "year", "value", "growth_percent"]
    list_filter = ["plan", "is_reference", "school"]
    inlines = [PointInline]


@admin.register(RecomputeRun)
class RecomputeRunAdmin(ReadOnlyAdmin):
    list_display = ["started_at", "finished_at", "marks", "indicators", "rows_changed", "error"]
