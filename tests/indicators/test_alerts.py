"""Mails about an indicator that cannot be computed: one when it begins, one when it is over."""

from datetime import timedelta
from typing import Any

import pytest
from django.utils import timezone

from imtplan.accounts.models import School, User
from imtplan.outbox.models import Mail
from indicators.models import Figure, RecomputeRun, Target
from indicators.recomputing.recompute import retry
from indicators.tasks import forget_old_runs
from tests import factories

pytestmark = pytest.mark.django_db


@pytest.fixture
def poison(albi: School, paul: User, recomputed: Any) -> Target:
    target = factories.target_beyond_computing(albi)
    recomputed()
    return target


def test_a_failure_is_told_once_and_its_end_once(poison: Target, recomputed: Any) -> None:
    mail = Mail.objects.get()
    assert mail.subject == "IMT Plan : un indicateur ne peut pas être calculé"
    assert poison.indicator.name_fr in mail.body
    assert "/controle/calculs/" in mail.body

    retry(RecomputeRun.objects.unresolved().get())
    recomputed()  # fails again
    assert Mail.objects.count() == 1

    Figure.objects.filter(indicator=poison.indicator).update(numerator=10**17)
    recomputed()
    over = Mail.objects.exclude(pk=mail.pk).get()
    assert over.subject == "IMT Plan : le calcul a repris"
    assert poison.indicator.name_fr in over.body


def test_only_the_plan_office_is_told_in_its_language(
    albi: School, paul: User, diane: User, alice: User, recomputed: Any
) -> None:
    paul.language = "en"
    paul.save()
    factories.target_beyond_computing(albi)
    recomputed()

    mail = Mail.objects.get()
    assert mail.address == paul.email
    assert mail.subject == "IMT Plan: an indicator cannot be computed"


def test_old_runs_are_forgotten_but_for_failures_that_stand(poison: Target) -> None:
    now = timezone.now()
    standing = RecomputeRun.objects.unresolved().get()
    kept = {standing.pk, RecomputeRun.objects.failed().first().pk}
    RecomputeRun.objects.update(finished_at=now - timedelta(days=500), rows_changed=0)
    common = {"started_at": now, "marks": 1, "indicators": 1}
    for days, rows in ((29, 0), (31, 0), (399, 5), (401, 5)):
        run = RecomputeRun.objects.create(
            **common, rows_changed=rows, finished_at=now - timedelta(days=days)
        )
        if days in (29, 399):
            kept.add(run.pk)

    forget_old_runs()

    assert set(RecomputeRun.objects.values_list("pk", flat=True)) == kept
