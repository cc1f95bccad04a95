"""What the plan follows no more: since when, why, who put it aside, and at which status."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db.models import CharField, F, OuterRef, QuerySet, Subquery, Value
from django.urls import reverse
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from imtplan.bilingual import Bilingual
from imtplan.dashboard.scope import Scope
from indicators.models import FollowedIndicator, Progress, ProgressStatus, RollUp, VerdictInWords
from levers.models import Lever
from objectives.followed_years import EndReason
from objectives.models import Objective
from projects.models import FlagshipProject

ELEMENTS: dict[str, type[Any]] = {
    "objective": Objective,
    "lever": Lever,
    "project": FlagshipProject,
}
KINDS = {
    "indicator": _("Indicator"),
    "objective": _("Objective"),
    "lever": _("Lever"),
    "project": _("Flagship project"),
}
COLUMNS = (
    *("shown_kind", "shown_code", "fr", "en", "last_year", "archived_at", "who", "end_reason"),
    *("end_sentence", "successor_fr", "successor_en", "status", "pace", "would_be"),
)


@dataclass(frozen=True)
class PutAside:
    """Something that the plan follows no more, as readers see it."""

    kind: str
    code: str
    name_fr: str
    name_en: str
    last_year: int | None  # None: it counts in no year, put aside before ends were kept
    at: datetime
    who: str
    reason: EndReason | None
    sentence: str
    successor_fr: str
    successor_en: str
    verdict: VerdictInWords | None  # of its last year; None where nothing was computed

    name = Bilingual("name", marked=True)
    successor = Bilingual("successor", marked=True)

    @classmethod
    def read(cls, row: dict[str, Any]) -> "PutAside":
        status = row["status"]
        return cls(
            kind=row["shown_kind"],
            code=row["shown_code"],
            name_fr=row["fr"],
            name_en=row["en"],
            last_year=row["last_year"],
            at=row["archived_at"],
            who=row["who"] or "",
            reason=EndReason(row["end_reason"]) if row["end_reason"] else None,
            sentence=row["end_sentence"],
            successor_fr=row["successor_fr"] or "",
            successor_en=row["successor_en"] or "",
            verdict=VerdictInWords(ProgressStatus(status), row["would_be"] or "", row["pace"])
            if status
            else None,
        )

    @property
    def title(self) -> str:
        """Returns what people call it: an element has its code before its title."""
        return self.name if self.kind == "indicator" else f"{self.code} {self.name}".strip()

    @property
    def why(self) -> str:
        """Returns the reason, what it was replaced by, and the sentence, in one line."""
        reason = str(self.reason.label) if self.reason else ""
        if self.reason == EndReason.REPLACED and self.successor:
            reason = _("replaced by “%(name)s”") % {"name": self.successor}
        return gettext(": ").join(filter(None, (reason, self.sentence)))

    @property
    def kind_label(self) -> str:
        return str(KINDS[self.kind])

    @property
    def address(self) -> str:
        return reverse(self.kind, args=[self.code])


def put_aside(user: Any, scope: Scope) -> list[PutAside]:
    """Returns what the plan put aside, the latest first."""
    rows = _indicators(user, scope).union(*(_elements(user, scope, kind) for kind in ELEMENTS))
    ended = [PutAside.read(row) for row in rows]
    return sorted(ended, key=lambda row: (row.at, row.code), reverse=True)


def _indicators(user: Any, scope: Scope) -> QuerySet[Any]:
    reached = Progress.objects.visible_to(user).filter(
        target__plan=OuterRef("plan"),
        target__indicator=OuterRef("indicator"),
        target__is_reference=True,
    )
    rows = FollowedIndicator.objects.visible_to(user).annotate(
        fr=F("indicator__name_fr"),
        en=F("indicator__name_en"),
        successor_fr=F("replaced_by__name_fr"),
        successor_en=F("replaced_by__name_en"),
    )
    return _as_columns(rows, "indicator", F("indicator__code"), reached, scope)


def _elements(user: Any, scope: Scope, kind: str) -> QuerySet[Any]:
    reached = RollUp.objects.visible_to(user).filter(**{kind: OuterRef("pk")})
    nothing = Value("", output_field=CharField())
    rows = (
        ELEMENTS[kind]
        .objects.visible_to(user)
        .annotate(fr=F("title_fr"), en=F("title_en"), successor_fr=nothing, successor_en=nothing)
    )
    return _as_columns(rows, kind, F("code"), reached, scope)


def _as_columns(
    rows: QuerySet[Any], kind: str, code: F, reached: QuerySet[Any], scope: Scope
) -> QuerySet[Any]:
    """Returns one kind as plain columns, with the result of the last year: all kinds are one
    query."""
    last = reached.filter(view=scope.view, year=OuterRef("last_year")).order_by()
    columns: QuerySet[Any] = (
        rows.filter(plan=scope.plan, archived_at__isnull=False)
        .order_by()
        .annotate(
            shown_kind=Value(kind, output_field=CharField()),
            shown_code=code,
            who=F("archived_by__name"),
            **{name: Subquery(last.values(name)[:1]) for name in ("status", "pace", "would_be")},
        )
        .values(*COLUMNS)
    )
    return columns
