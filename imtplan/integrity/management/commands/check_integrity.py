import json
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.db import transaction
from django.utils import translation

from imtplan.integrity.checks import CHECKS, CheckFinding, CheckLevel, run


class Command(BaseCommand):
    help = (
        "Check that what is stored holds together: results, versions, submissions, the plan and "
        "the database itself. Changes nothing. Exit code 1 where something is wrong."
    )

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--only", metavar="NAME", action="append", help="this check alone")
        parser.add_argument("--json", action="store_true", help="for programs")
        parser.add_argument("--list", action="store_true", help="the checks, and what each is for")

    def handle(self, *args: Any, **options: Any) -> None:
        with translation.override("en"):
            self._check(options)

    def _check(self, options: dict[str, Any]) -> None:
        chosen = [check for check in CHECKS if not options["only"] or check.name in options["only"]]
        if unknown := set(options["only"] or ()) - {check.name for check in chosen}:
            raise CommandError(f"There is no check {', '.join(sorted(unknown))}; see --list.")
        if options["list"]:
            for check in chosen:
                self.stdout.write(f"{check.name} ({check.level}): {check.must}")
            return
        with transaction.atomic():
            results = list(run(chosen))
            transaction.set_rollback(True)
        findings = [finding for _check, finding in results if finding]
        if options["json"]:
            self.stdout.write(json.dumps([_plain(finding) for finding in findings], indent=2))
        else:
            for check, finding in results:
                self.stdout.write(_line(check.name, check.level, finding))
        if any(finding.check.level is CheckLevel.ERROR for finding in findings):
            raise SystemExit(1)


def _line(name: str, level: CheckLevel, finding: CheckFinding | None) -> str:
    if finding is None:
        return f"✓ {name}"
    sign = "✗" if level is CheckLevel.ERROR else "!"
    more = finding.count - len(finding.shown)
    lines = [f"{sign} {name}: {finding.count}, though {finding.check.must}"]
    lines += [f"    {line}" for line in finding.shown]
    lines += [f"    and {more} more"] if more else []
    return "\n".join([*lines, f"  → {finding.check.advice}"])


def _plain(finding: CheckFinding) -> dict[str, Any]:
    return {
        "check": finding.check.name,
        "level": finding.check.level.value,
        "must": str(finding.check.must),
        "advice": str(finding.check.advice),
        "count": finding.count,
        "shown": finding.shown,
    }
