"""Steps in the life of a plan, taken one after the other."""

from imtplan.accounts.models import User
from imtplan.planning.plan_life import PlanStep, take_step
from objectives.models import StrategicPlan

WHY = "Vote du conseil."


def walk(plan: StrategicPlan, by: User, *steps: PlanStep) -> StrategicPlan:
    for step in steps:
        plan = take_step(plan=plan, step=step, by=by, reason=WHY)
    return plan
