"""The plan office's page of the checks: which hold, which do not, and what to do."""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property
from typing import Any

from django.contrib import messages
from django.core.paginator import Paginator
from django.db import models, transaction
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_POST, require_safe

from imtplan.accounts.roles import Permission, demand
from imtplan.buttons import demand_button
from imtplan.dashboard.freshness import Freshness, follow
from imtplan.integrity import reports
from imtplan.integrity.checks import CHECKS, Check
from imtplan.integrity.models import Report
from imtplan.integrity.tasks import look
from indicators.models import Indicator
from projects.models import FlagshipProject

ON_A_PAGE = 30
_WORDS = re.compile(r"[^\s·:→,]+")


class CheckVerdict(models.TextChoices):
    ERROR = "bad", gettext_lazy("does not hold")
    WARNING = "warn", gettext_lazy("to be looked at")
    HOLDS = "good", gettext_lazy("holds")

    @property
    def symbol(self) -> str:
        return {
            CheckVerdict.ERROR: "x-circle-fill",
            CheckVerdict.WARNING: "exclamation-triangle-fill",
            CheckVerdict.HOLDS: "check-circle-fill",
        }[self]


@dataclass(frozen=True)
class FindingCase:
    """The text of a fault, with a link to the first indicator or project that it names."""

    before: str
    code: str = ""
    address: str = ""
    after: str = ""

    @classmethod
    def read(cls, text: str, addresses: dict[str, str]) -> "FindingCase":
        for word in _WORDS.finditer(text):
            if address := addresses.get(word.group()):
                return cls(text[: word.start()], word.group(), address, text[word.end() :])
        return cls(text)


@dataclass(frozen=True)
class CheckLine:
    """A check with its finding in one report."""

    check: Check
    finding: dict[str, Any] | None
    addresses: dict[str, str]

    @property
    def verdict(self) -> CheckVerdict:
        if self.finding is None:
            return CheckVerdict.HOLDS
        return CheckVerdict.WARNING if self.finding["level"] == "warning" else CheckVerdict.ERROR

    @property
    def more(self) -> int:
        return self.finding["count"] - len(self.finding["shown"]) if self.finding else 0

    @property
    def cases(self) -> "list[FindingCase]":
        shown = self.finding["shown"] if self.finding else []
        return [FindingCase.read(text, self.addresses) for text in shown]


@dataclass(frozen=True)
class ReportPage:
    user: Any
    report: Report | None
    under_way: Report | None
    earlier: Any  # a page of reports
    freshness: Freshness

    @property
    def lines(self) -> list[CheckLine]:
        return sorted(self._lines(), key=lambda line: list(CheckVerdict).index(line.verdict))

    def _lines(self) -> Iterator[CheckLine]:
        stored = self.report.findings if self.report else []
        findings = {finding["check"]: finding for finding in stored}
        return (CheckLine(check, findings.get(check.name), self._addresses) for check in CHECKS)

    @cached_property
    def _addresses(self) -> dict[str, str]:
        """Returns the address of every indicator and project whose code is in a case."""
        shown = [case for finding in self.report.findings for case in finding["shown"]]  # type: ignore[union-attr]
        words = {word for case in shown for word in _WORDS.findall(case)}
        if not words:
            return {}
        indicators = Indicator.objects.visible_to(self.user).in_use()
        projects = FlagshipProject.objects.visible_to(self.user).filter(archived_at=None)
        return {
            code: reverse(name, args=[code])
            for name, rows in (("project", projects), ("indicator", indicators))
            for code in rows.filter(code__in=words).values_list("code", flat=True)
        }

    @property
    def faults(self) -> int:
        return len(self.report.findings) if self.report else 0


@never_cache
@require_safe
def report(request: HttpRequest) -> HttpResponse:
    demand(request, Permission.EDIT_PLAN)
    freshness = Freshness.read()
    under_way = Report.objects.to_make().first()
    made = Report.objects.made().select_related("asked_by")
    last = made.first()

    def page(etag: str) -> HttpResponse:
        earlier = Paginator(made, ON_A_PAGE).get_page(request.GET.get("page"))
        shown = ReportPage(request.user, last, under_way, earlier, freshness)
        return render(request, "integrity/report.html", {"page": shown, "etag": etag})

    return follow(request, freshness, page, last and last.pk, under_way and under_way.pk)


@require_POST
def check_now(request: HttpRequest) -> HttpResponse:
    demand(request, Permission.EDIT_PLAN)
    demand_button(request, "check")
    if reports.ask(by=request.user):  # type: ignore[arg-type]
        transaction.on_commit(look)
        messages.success(request, _("The check begins within a minute; this page will show it."))
    else:
        messages.info(request, _("A check is under way already."))
    return redirect("integrity")
