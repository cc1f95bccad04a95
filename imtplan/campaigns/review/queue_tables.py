"""The tables of the queue's page as files: the schools of a campaign, how their figures came in."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, pgettext, pgettext_lazy

from imtplan.campaigns.models import Campaign
from imtplan.campaigns.review.completeness import SchoolRow, total
from imtplan.campaigns.review.figure_arrivals import arrivals
from imtplan.campaigns.review.submission_queue import campaign_asked, queue_of
from imtplan.page_tables import AboutLines, PageTable, day, number, text


@dataclass(frozen=True)
class CampaignTables:
    """A campaign with its schools, and the state to which the page was narrowed."""

    campaign: Campaign
    schools: list[SchoolRow]
    state: str

    @property
    def chosen(self) -> list[SchoolRow]:
        return [row for row in self.schools if self.state in ("", row.state)]

    @property
    def days(self) -> list[Any]:
        """The days are those of all schools."""
        expected = total(row.completeness for row in self.schools).expected
        schools = [row.school.pk for row in self.schools]
        return list(arrivals(self.campaign, schools, expected).days)

    @property
    def about(self) -> AboutLines:
        return [
            (_("Plan"), self.campaign.plan.name),
            (pgettext("a heading", "Campaign"), self.campaign.label),
        ]


def campaign_tables(user: Any, parameters: Mapping[str, str]) -> CampaignTables | None:
    """Returns None where there is no campaign yet."""
    visible = Campaign.objects.visible_to(user).select_related("plan").order_by("-year", "-pk")
    campaigns = list(visible)
    if not campaigns:
        return None
    campaign = campaign_asked(campaigns, parameters)
    return CampaignTables(campaign, queue_of(campaign), parameters.get("state", ""))


SCHOOLS = [
    text("school_code", gettext_lazy("School code"), "school.code"),
    text("school", gettext_lazy("School"), "school.name"),
    text("state", pgettext_lazy("of a submission", "State"), "state.label"),
    number("expected", gettext_lazy("Figures asked for"), "completeness.expected"),
    number("numbers", gettext_lazy("Numbers given"), "completeness.numbers"),
    number("words", gettext_lazy("Words given"), "completeness.words"),
    number("missing", gettext_lazy("Figures missing"), "completeness.missing"),
    text("is_late", pgettext_lazy("school", "late"), lambda row: _("yes") if row.is_late else ""),
    day("submitted_at", gettext_lazy("Submitted"), "submission.submitted_at"),
    day("decided_at", gettext_lazy("Validated or returned"), "submission.decided_at"),
]
DAYS = [
    day("day", gettext_lazy("Day")),
    number("added", gettext_lazy("Figures that came in")),
    number("there", gettext_lazy("Figures there at its end")),
]
TABLES = [
    PageTable("ecoles", gettext_lazy("Schools"), SCHOOLS, lambda page: page.chosen),
    PageTable("jours", gettext_lazy("Day by day"), DAYS, lambda page: page.days),
]
