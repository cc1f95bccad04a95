from typing import Any

from django.core.management import call_command
from django.core.management.base import BaseCommand
from django.db import transaction

from imtplan.audit.models import Event
from imtplan.audit.services import record
from indicators.recomputing.recompute import recompute_stale
from objectives.models import StrategicPlan

PLAN = "2018-2022"


class Command(BaseCommand):
    help = (
        "Load fixtures/plan.json: the plan 2018-2022 with its published facts. "
        "Does nothing where that plan is there already: what people changed is kept."
    )

    def handle(self, *args: Any, **options: Any) -> None:
        if StrategicPlan.objects.filter(code=PLAN).exists():
            self.stdout.write(f"The plan {PLAN} is there already: nothing was changed.")
            return
        with transaction.atomic():
            call_command("loaddata", "plan", verbosity=0)
            record(Event.Verb.DATA_LOADED, by=None, subject="fixtures/plan.json")
        recompute_stale()
        self.stdout.write(f"Loaded the plan {PLAN}.")
