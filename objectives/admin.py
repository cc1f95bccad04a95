from django.contrib import admin

from imtplan.accounts.reading_site import ReadOnlyAdmin
from objectives.models import Objective, StrategicPlan


@admin.register(StrategicPlan)
class StrategicPlanAdmin(ReadOnlyAdmin):
    list_display = ["code", "name_fr", "baseline_year", "first_year", "last_year"]


class PlanElementAdmin(ReadOnlyAdmin):
    list_display = ["code", "title_fr", "title_en", "weight", "plan"]
    list_display_links = ["code", "title_fr"]
    list_filter = ["plan"]
    search_fields = ["code", "title_fr", "title_en"]


admin.site.register(Objective, PlanElementAdmin)
