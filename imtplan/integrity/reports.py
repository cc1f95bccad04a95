"""Make a report, and write the plan office what is new in it.

To ask for a report writes a row, which the worker takes up. So the report is made even if the
message is lost, and two people who ask at once get one.
"""

from datetime import datetime, timedelta
from typing import Any

from django.db import IntegrityError, connection, transaction
from django.utils import timezone
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from imtplan.accounts.models import User
from imtplan.accounts.plan_office_mails import tell_plan_office
from imtplan.integrity.checks import CHECKS, Check, CheckFinding, chosen_indicators, run
from imtplan.integrity.models import Report
from indicators.models import Indicator, RecomputeRun, StaleMark

KEPT = timedelta(days=400)
FAULTS_SUBJECT = _("IMT Plan: the check found something")
WELL_SUBJECT = _("IMT Plan: all is well again")
# One report at a time: two would mail everybody twice.
LOCK = 0x1C0FFEE
# A figure that was just saved is no fault: its results follow, within seconds as a rule.
FOLLOWS_WITHIN = timedelta(minutes=10)
PATIENCE = timedelta(hours=1)


def ask(*, by: User | None) -> bool:
    """Ask for a report. Returns False if one was asked for already, and is not finished."""
    try:
        with transaction.atomic():
            Report.objects.create(asked_by=by)
    except IntegrityError:
        return False
    return True


@transaction.atomic
def make() -> Report | None:
    """Make the report that was asked for, and return it.

    Returns None if there is none to make, if another worker makes it, or if results moved meanwhile
    and the faults may only be results on their way: then it is made a minute later.
    """
    if not _locked():
        return None
    report = Report.objects.to_make().first()
    if report is None:
        return None
    report.began_at = timezone.now()
    last_run = _last_run()
    with transaction.atomic():
        findings = [finding for _check, finding in run(CHECKS) if finding]
        compared, indicators = len(chosen_indicators()), Indicator.objects.computed().count()
        transaction.set_rollback(True)  # takes back the settings that the checks make
    if findings and _results_moved(report, last_run):
        return None
    report.checks, report.compared, report.indicators = len(CHECKS), compared, indicators
    report.findings = [_plain(finding) for finding in findings]
    report.finished_at = timezone.now()
    before = Report.objects.made().first()
    report.save()
    _tell(report, before)
    return report


def _locked() -> bool:
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_try_advisory_xact_lock(%s)", [LOCK])
        return bool(cursor.fetchone()[0])


def _results_moved(report: Report, last_run: int) -> bool:
    """Whether results changed while they were read, or wait to; no longer asked after an hour."""
    now = timezone.now()
    if now - report.asked_at > PATIENCE:
        return False
    waiting = StaleMark.objects.filter(marked_at__gt=now - FOLLOWS_WITHIN)
    return waiting.exists() or _last_run() > last_run


def _last_run() -> int:
    """Returns the number of the last run; its time may be a minute old when it is stored."""
    newest = RecomputeRun.objects.order_by("-pk").values_list("pk", flat=True).first()
    return newest or 0


def _plain(finding: CheckFinding) -> dict[str, Any]:
    return {
        "check": finding.check.name,
        "level": finding.check.level.value,
        "count": finding.count,
        "shown": finding.shown,
    }


def forget_old(*, now: datetime | None = None) -> int:
    """Delete reports without findings after some thirteen months; return how many."""
    long_ago = (now or timezone.now()) - KEPT
    return Report.objects.filter(finished_at__lt=long_ago, findings=[]).delete()[0]


# --- The mails ------------------------------------------------------------------------------------


def _tell(report: Report, before: Report | None) -> None:
    """Write a mail when something new is found, and one when all is well again."""
    known = before.failing if before else set()
    if new := report.failing - known:
        checks = [check for check in CHECKS if check.name in new]
        _write(report, FAULTS_SUBJECT, "mail/integrity_found.txt", checks)
    elif known and not report.failing:
        _write(report, WELL_SUBJECT, "mail/integrity_well.txt", [])


def _write(report: Report, subject: Promise, template: str, checks: list[Check]) -> None:
    tell_plan_office(
        kind="integrity",
        key=str(report.pk),
        subject=subject,
        template=template,
        context={"report": report, "checks": checks},
        page="integrity",
    )
