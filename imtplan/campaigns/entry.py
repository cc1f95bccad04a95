"""What the entry page shows: each indicator's row, with the past and the path beside it."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from django.http import QueryDict
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from imtplan.accounts.models import School, User
from imtplan.accounts.roles import Permission, has_permission
from imtplan.audit.models import Event
from imtplan.campaigns.forms import FigureForm, rows
from imtplan.campaigns.models import Campaign, Submission
from imtplan.campaigns.services import REFUSALS, SaveOutcome
from indicators.models import Figure, Indicator, Progress, View


@dataclass
class Row:
    """One indicator on the page: its form, last year's figure, and what is aimed at."""

    indicator: Indicator
    form: FigureForm
    figure: Figure | None
    before: Figure | None
    progress: Progress | None
    problems: list[str | Promise] = field(default_factory=list)
    conflict: Figure | None = None


@dataclass
class EntryPage:
    campaign: Campaign
    school: School
    submission: Submission
    rows: list[Row]
    outcome: SaveOutcome | None = None

    @property
    def state(self) -> Submission.State:
        return self.submission.state_of_now

    @property
    def year_before(self) -> int:
        return self.campaign.year - 1

    @property
    def filled(self) -> int:
        """How many indicators have a number or a word."""
        return sum(
            row.figure is not None and row.figure.state != Figure.State.NOT_ENTERED
            for row in self.rows
        )

    @property
    def to_correct(self) -> int:
        return sum(bool(row.problems or row.conflict or row.form.errors) for row in self.rows)

    @property
    def themes(self) -> dict[str, list[Row]]:
        """The rows under the name of their theme, in the order of the indicators."""
        grouped: dict[str, list[Row]] = {}
        for row in self.rows:
            grouped.setdefault(str(row.indicator.get_theme_display()), []).append(row)
        return grouped

    def why_read_only(self, user: User) -> str | Promise:
        """The sentence that says why nothing can be changed; empty when it can."""
        if not self.state.is_open_for_entry:
            return REFUSALS[Event.Verb.FIGURES_SAVED]
        if not self.campaign.is_open():
            return _("This campaign is closed. Ask the plan office if it must be reopened.")
        if not has_permission(user, Permission.ENTER_FIGURES, school=self.school):
            return _("You may read these figures; the school's own people enter them.")
        return ""


def read_page(
    campaign: Campaign, school: School, data: Mapping[str, Any] | None = None
) -> EntryPage:
    """The page of one school's entry, as stored, or as just typed (`data`)."""
    indicators = list(campaign.indicators.all())
    figures = _figures(school, campaign.year - 1, campaign.year)
    now, before = figures[campaign.year], figures[campaign.year - 1]
    progress = _progress(school, campaign)
    submission = Submission.objects.filter(campaign=campaign, school=school).first()
    return EntryPage(
        campaign=campaign,
        school=school,
        submission=submission
        or Submission(campaign=campaign, school=school, state=Submission.State.NOT_BEGUN),
        rows=[
            Row(
                indicator=form.indicator,
                form=form,
                figure=now.get(form.indicator.pk),
                before=before.get(form.indicator.pk),
                progress=progress.get(form.indicator.pk),
            )
            for form in rows(indicators, now, data)
        ],
    )


def _figures(school: School, *years: int) -> dict[int, dict[int, Figure]]:
    """The school's figures by year and indicator."""
    found: dict[int, dict[int, Figure]] = {year: {} for year in years}
    rows = Figure.objects.filter(school=school, year__in=years)
    for figure in rows.select_related("indicator", "entered_by"):
        found[figure.year][figure.indicator_id] = figure
    return found


def _progress(school: School, campaign: Campaign) -> dict[int, Progress]:
    """The school's own targets and what their paths expect of the campaign's year."""
    found = Progress.objects.filter(
        target__school=school,
        target__plan=campaign.plan,
        year=campaign.year,
        view=View.VALIDATED,
    ).select_related("target")
    return {progress.target.indicator_id: progress for progress in found}


def read_again(page: EntryPage, typed: QueryDict, outcome: SaveOutcome) -> EntryPage:
    """The page after a save: as typed, with what was refused written on its rows.

    Each row carries the version stored now: sending it again is a choice made with open eyes.
    """
    data = typed.copy()
    year = page.campaign.year
    for figure in _figures(page.school, year)[year].values():
        data[f"{figure.indicator.code}-version"] = str(figure.version)
    again = read_page(page.campaign, page.school, data)
    again.outcome = outcome
    for row in again.rows:
        row.problems = [problem.message for problem in outcome.refused.get(row.indicator.code, [])]
        row.conflict = outcome.conflicts.get(row.indicator.code)
    return again
