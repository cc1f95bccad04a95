"""What the entry page shows: each indicator's row, with the past and the path beside it."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import Any

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from imtplan.accounts.models import School, User
from imtplan.audit.models import Event
from imtplan.campaigns import access
from imtplan.campaigns.entry.checking.cells import CellFinding, FindingLevel, change_in_words, shown
from imtplan.campaigns.entry.checking.checks import problems
from imtplan.campaigns.entry.forms import FigureForm, as_posted, initial_of
from imtplan.campaigns.entry.kept_inputs import in_words as kept_in_words
from imtplan.campaigns.entry.last_year import number_of_last_year
from imtplan.campaigns.entry.merged_past import MergedPast
from imtplan.campaigns.entry.reading import YEARS_SHOWN, SchoolFigures, read
from imtplan.campaigns.entry.saving import SaveOutcome
from imtplan.campaigns.gate import REFUSALS
from imtplan.campaigns.models import Campaign, Extension, KeptInput, Remark, Submission
from indicators.models import Figure, Inapplicability, Indicator, Progress, Target, View
from indicators.questions.definition_versions import read_wordings, version_in

# In the session: the paste or the spreadsheet that can still be taken back.
UNDO = "undo_event"


@dataclass
class EntryRow:
    """One indicator on the page: its form, what was said before, and what is aimed at."""

    indicator: Indicator
    definition: Indicator  # the same, with the texts that hold in the campaign's year
    form: FigureForm
    figure: Figure | None
    past: list[tuple[int, Figure | None]]
    progress: Progress | None = None
    target: Target | None = None  # the school's own
    findings: list[CellFinding] = field(default_factory=list)
    kept: KeptInput | None = None
    conflict: Figure | None = None
    unseen: KeptInput | None = None  # kept meanwhile, in place of what was typed here
    last: Figure | None = None  # last year's figure where it is a number, to be taken over
    remark: Remark | None = None
    answer: str = ""  # to the remark, as stored or as just typed
    remark_before: str = ""  # the codes of the rows with a remark around it
    remark_after: str = ""
    year_label: str = ""
    change: str = ""
    ratio: str = ""
    total: str = ""

    @property
    def before(self) -> Figure | None:
        """Returns last year's figure."""
        return self.past[-1][1] if self.past else None

    @property
    def lacks_baseline(self) -> bool:
        """Says whether nothing says where the way to the school's target begins."""
        computed = self.progress.baseline if self.progress else None
        published = self.target.baseline_value if self.target else None
        return published is None and computed is None

    @property
    def is_wrong(self) -> bool:
        """Something stands in the cell that is not stored as it stands."""
        impossible = any(finding.level == FindingLevel.IMPOSSIBLE for finding in self.findings)
        return bool(self.kept or self.conflict or impossible or self.form.errors)

    @property
    def is_refused(self) -> bool:
        """Says whether what is stored cannot be submitted, by a rule of the plan office."""
        return any(finding.is_refusal for finding in self.findings)

    @property
    def is_to_correct(self) -> bool:
        return self.is_wrong or self.is_refused

    @property
    def unseen_text(self) -> str:
        return kept_in_words(self.unseen) if self.unseen else ""

    @property
    def stored_text(self) -> str:
        """Returns what is stored, in a few words, for the cell that shows something else."""
        return in_words(self.figure) if self.figure else ""

    @property
    def needs_answer(self) -> bool:
        return any(finding.asks for finding in self.findings)

    @property
    def is_filled(self) -> bool:
        return self.figure is not None and self.figure.state != Figure.State.NOT_ENTERED


@dataclass
class EntryPage:
    campaign: Campaign
    school: School
    submission: Submission
    rows: list[EntryRow]
    past: MergedPast = field(default_factory=lambda: MergedPast(0))
    # What the campaign collects and does not ask of this school.
    excused: Sequence[Inapplicability] = ()

    @property
    def mergers(self) -> list[str]:
        """Returns a sentence for each school whose figures stand with this one's own in the years
        shown."""
        text = _(
            "%(name)s merged into this school: up to %(year)s its figures are added to those below."
        )
        return [
            text % {"year": school.last_year, "name": school.name}
            for school in self.past.merged_into(self.school)
            if any(school.is_member_in(year) for year in self.years_before)
        ]

    @property
    def state(self) -> Submission.State:
        return self.submission.state_of_now

    @property
    def closes_at(self) -> datetime:
        return self.campaign.closes_at_for(self.school)

    @property
    def extension(self) -> Extension | None:
        return self.campaign.extension_of(self.school)

    @property
    def is_open(self) -> bool:
        return self.campaign.is_open_for(self.school)

    @property
    def years_before(self) -> list[int]:
        return [self.campaign.year - back for back in range(YEARS_SHOWN, 0, -1)]

    @property
    def year_before(self) -> int:
        return self.campaign.year - 1

    @property
    def filled(self) -> int:
        """Returns how many indicators have a number or a word."""
        return sum(row.is_filled for row in self.rows)

    @property
    def missing(self) -> list[EntryRow]:
        return [row for row in self.rows if not row.is_filled]

    @property
    def to_correct(self) -> int:
        return sum(row.is_to_correct for row in self.rows)

    @property
    def unstored(self) -> int:
        """Returns how many rows hold something that is not stored as it stands."""
        return sum(row.is_wrong for row in self.rows)

    @property
    def to_explain(self) -> int:
        return sum(row.needs_answer for row in self.rows)

    @property
    def remarked(self) -> list[EntryRow]:
        """Returns the rows about which who decided asks something."""
        return [row for row in self.rows if row.remark]

    @property
    def unanswered(self) -> int:
        return sum(row.remark.state == Remark.State.OPEN for row in self.rows if row.remark)

    @property
    def can_be_taken_back(self) -> bool:
        """Says whether it is submitted, not yet looked at, and time is left to submit again."""
        submitted = self.state == Submission.State.SUBMITTED
        return submitted and self.submission.looked_at is None and self.is_open

    @property
    def themes(self) -> dict[str, list[EntryRow]]:
        """Returns the rows under the name of their theme, in the order of the indicators."""
        grouped: dict[str, list[EntryRow]] = {}
        for row in self.rows:
            grouped.setdefault(str(row.indicator.get_theme_display()), []).append(row)
        return grouped

    def why_read_only(self, user: User) -> str | Promise:
        """Returns the sentence that says why nothing can be changed; empty when it can."""
        if not self.state.is_open_for_entry:
            return REFUSALS[Event.Verb.FIGURES_SAVED]
        if not self.is_open:
            return _("This campaign is closed. Ask the plan office for more time.")
        if access.may_enter(user, self.campaign, self.school):
            return ""
        narrowed = self.campaign.entered_by == Campaign.EnteredBy.DIRECTORS
        if narrowed and not self.school.is_the_institute:
            return _("In this campaign the directors alone enter the figures.")
        return _("You may read these figures; others enter them.")


def read_page(
    campaign: Campaign,
    school: School,
    data: Mapping[str, Any] | None = None,
    outcome: SaveOutcome | None = None,
) -> EntryPage:
    """Returns the page of one school's entry, as stored; or as just typed (`data`), with what
    became of it (`outcome`).

    Each typed row then carries the version stored now: sending it again is a choice made with open
    eyes.
    """
    reading = outcome.reading if outcome else read(campaign, school)
    submission = _submission(campaign, school)
    remarks = _remarks(submission)
    read_wordings(reading.indicators)
    progress, targets = _progress(school, campaign), _targets(school, campaign)
    page = EntryPage(
        campaign=campaign,
        school=school,
        submission=submission,
        past=reading.past,
        excused=list(campaign.not_asked_of(school)),
        rows=[
            replace(
                _row(indicator, reading, data, outcome),
                progress=progress.get(indicator.pk),
                target=targets.get(indicator.pk),
                remark=remarks.get(indicator.pk),
            )
            for indicator in reading.indicators
        ],
    )
    if not page.state.is_open_for_entry:
        for row in page.rows:
            row.findings = [finding.once_handed_in() for finding in row.findings]
    _join_remarks(page.remarked, data or {})
    return page


def _join_remarks(rows: list[EntryRow], typed: Mapping[str, Any]) -> None:
    """Each row with a remark knows the ones around it, and what was just typed as its answer."""
    codes = ["", *(row.indicator.code for row in rows), ""]
    for row, before, after in zip(rows, codes, codes[2:], strict=False):
        remark = row.remark
        row.remark_before, row.remark_after = before, after
        row.answer = str(typed.get(f"answer-{remark.pk}", remark.answer)) if remark else ""


def _submission(campaign: Campaign, school: School) -> Submission:
    stored = Submission.objects.filter(campaign=campaign, school=school)
    return stored.select_related("submitted_by", "decided_by", "looked_by").first() or Submission(
        campaign=campaign, school=school, state=Submission.State.NOT_BEGUN
    )


def _remarks(submission: Submission) -> dict[int, Remark]:
    """Returns what is still asked, by indicator."""
    if submission.state != Submission.State.RETURNED:
        return {}
    return {remark.indicator_id: remark for remark in submission.remarks.unsettled()}


def _row(
    indicator: Indicator,
    reading: SchoolFigures,
    data: Mapping[str, Any] | None,
    outcome: SaveOutcome | None,
) -> EntryRow:
    figure, kept = reading.figure(indicator), reading.kept.get(indicator.pk)
    row = EntryRow(
        indicator=indicator,
        definition=version_in(indicator, reading.campaign.year).indicator,
        form=_form(indicator, figure, kept, data),
        figure=figure,
        past=_past(indicator, reading),
        kept=kept,
        conflict=outcome.conflicts.get(indicator.code) if outcome else None,
        unseen=outcome.unseen.get(indicator.code) if outcome else None,
        last=number_of_last_year(indicator, reading),
        year_label=indicator.year_label(reading.campaign.year),
        **comparisons(indicator, reading),
    )
    row.findings = _findings(row, reading)
    if outcome:  # what the row alone does not show: a tick that contradicts its number
        refused = outcome.refused.get(indicator.code, [])
        codes = {finding.code for finding in row.findings}
        row.findings += [finding for finding in refused if finding.code not in codes]
    return row


def _form(
    indicator: Indicator,
    figure: Figure | None,
    kept: KeptInput | None,
    data: Mapping[str, Any] | None,
) -> FigureForm:
    """Returns the form as stored; with a kept text, as that was typed; after a save, as sent."""
    typed = data or (as_posted(indicator, kept.typed) if kept else None)
    if typed is not None:
        seen = {"version": figure.version if figure else "", "kept": kept.pk if kept else ""}
        typed = {**_plain(typed), **as_posted(indicator, seen)}
    return FigureForm(typed, indicator=indicator, initial=initial_of(figure))


def _plain(data: Mapping[str, Any]) -> dict[str, Any]:
    """A QueryDict unpacks to lists: the last value of each name is meant."""
    return {name: data[name] for name in data}


def _past(indicator: Indicator, reading: SchoolFigures) -> list[tuple[int, Figure | None]]:
    year, figures = reading.campaign.year, reading.figures.get(indicator.pk, {})
    return [(past_year, figures.get(past_year)) for past_year in range(year - YEARS_SHOWN, year)]


def _findings(row: EntryRow, reading: SchoolFigures) -> list[CellFinding]:
    """Returns why what stands in the cell cannot be stored; else what surprises in it."""
    if not row.form.is_bound:
        return reading.findings(row.indicator)
    if not row.form.is_valid():
        return []
    cell = row.form.cell()
    impossible = [] if cell.state == Figure.State.NOT_ENTERED else problems(cell)
    return impossible or reading.findings(row.indicator)


def in_words(figure: Figure) -> str:
    """Returns a stored figure on one line: its number as the indicator shows it, or its word."""
    if figure.number is None:
        return str(Figure.State(figure.state).label)
    return shown(figure.number, figure.indicator)


def comparisons(indicator: Indicator, reading: SchoolFigures) -> dict[str, str]:
    """Returns the change from last year, the quotient of a ratio, and the total of parts."""
    figure = reading.figure(indicator)
    number = figure.number if figure else None
    return {
        "change": _change(indicator, number, reading),
        "ratio": shown(number, indicator) if number is not None and indicator.is_ratio else "",
        "total": total_of_parts(indicator, reading),
    }


def _change(indicator: Indicator, number: Any, reading: SchoolFigures) -> str:
    before = reading.around.before(indicator)
    last = before.number if before else None
    if number is None or last is None or reading.around.begins_anew(indicator):
        return ""
    return change_in_words(number, last, indicator)


def total_of_parts(indicator: Indicator, reading: SchoolFigures) -> str:
    """Returns what the parts of an indicator add up to, beside what it says itself: "12,5 / 14"."""
    now = reading.around.now
    given = [now[part.pk] for part in reading.around.parts_of(indicator) if part.pk in now]
    if not given:
        return ""
    whole = now.get(indicator.pk)
    return f"{shown(sum(given))} / {shown(whole) if whole is not None else '…'} {indicator.unit}"


def _progress(school: School, campaign: Campaign) -> dict[int, Progress]:
    """Returns the school's own targets and what their paths expect of the campaign's year."""
    targets = Target.objects.held_by(school).filter(plan__in=campaign.plans)
    progress_rows = Progress.objects.filter(
        target__in=targets, year=campaign.year, view=View.VALIDATED
    ).select_related("target")
    in_order = sorted(progress_rows, key=lambda row: _own_plan_last(row.target, campaign))
    return {progress.target.indicator_id: progress for progress in in_order}


def _targets(school: School, campaign: Campaign) -> dict[int, Target]:
    """Returns the school's own targets by indicator: they stand there before anything is
    computed. Of two plans that have one, that of the campaign's own plan is shown."""
    targets = Target.objects.in_use().counting_in(campaign.year).held_by(school)
    targets = targets.filter(plan__in=campaign.plans)
    in_order = sorted(targets, key=lambda target: _own_plan_last(target, campaign))
    return {target.indicator_id: target for target in in_order}


def _own_plan_last(target: Target, campaign: Campaign) -> tuple[bool, int, int]:
    return (target.plan_id == campaign.plan_id, target.year, target.pk)


def forms_of(indicators: Iterable[Indicator], data: Mapping[str, Any]) -> list[FigureForm]:
    """Returns the rows of a posted form."""
    return [FigureForm(data, indicator=indicator) for indicator in indicators]
