"""Mails to the plan office: an indicator cannot be computed, or can be computed again."""

from collections.abc import Collection

from django.utils.translation import gettext_lazy as _

from imtplan.accounts.plan_office_mails import tell_plan_office
from indicators.models import Indicator, RecomputeRun

FAILED = _("IMT Plan: an indicator cannot be computed")
RECOVERED = _("IMT Plan: computed again")


def tell_failed(indicators: Collection[int]) -> None:
    """Send one mail for all that began to fail in one run; later failures of these send none."""
    runs = list(
        RecomputeRun.objects.unresolved()
        .filter(indicator__in=indicators)
        .select_related("indicator")
        .order_by("pk")
    )
    if runs:
        tell_plan_office(
            kind="computation-failed",
            key=str(runs[0].pk),
            subject=FAILED,
            template="mail/computation_failed.txt",
            context={"runs": runs},
            page="runs",
        )


def tell_recovered(indicators: Collection[int]) -> None:
    last = RecomputeRun.objects.failed().filter(indicator__in=indicators).first()
    if last is not None:
        tell_plan_office(
            kind="computation-recovered",
            key=str(last.pk),
            subject=RECOVERED,
            template="mail/computation_recovered.txt",
            context={"indicators": Indicator.objects.filter(pk__in=indicators)},
            page="runs",
        )
