from django.contrib import admin

from levers.models import Lever
from objectives.admin import PlanElementAdmin

admin.site.register(Lever, PlanElementAdmin)
