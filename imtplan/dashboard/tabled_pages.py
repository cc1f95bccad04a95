"""A page with its tables: how it is read, and the lines that say of what its files speak."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.http import Http404
from django.utils.translation import gettext as _

from imtplan.campaigns.models import Campaign
from imtplan.dashboard.freshness import Freshness
from imtplan.dashboard.scope import Scope
from imtplan.dashboard.wording import moment_in_words
from imtplan.page_tables import AboutLines, PageTable
from indicators.models import View


def about_numbers(scope: Scope, freshness: Freshness) -> AboutLines:
    """Returns plan, year, view and moment: what the address of the page asked for, in words."""
    views = {View.VALIDATED: _("Validated"), View.PROVISIONAL: _("Provisional")}
    lines = [
        (_("Plan"), scope.plan_name),
        (_("Year"), str(scope.year)),
        (_("Figures that count"), views[View(scope.view)]),
        (_("Computed on"), moment_in_words(moment_of(scope, freshness))),
    ]
    if scope.moment:
        lines.append((_("As known on"), moment_in_words(scope.moment)))
    return [*lines, *demonstration_warning()]


def moment_of(scope: Scope, freshness: Freshness) -> datetime | None:
    """Returns the moment whose numbers are shown; None: nothing was computed yet."""
    return scope.moment or freshness.computed_at


def is_demonstration() -> bool:
    return Campaign.objects.filter(is_demo=True).exists()


def demonstration_warning() -> AboutLines:
    if not is_demonstration():
        return []
    return [(_("Warning"), _("Demonstration data, fictitious figures"))]


@dataclass(frozen=True)
class TabledPage:
    """A page with its tables.

    `read` makes it of a person, an address, the freshness, and the codes that the address names;
    None where it is not there. `stem` begins the names of its files.
    """

    read: Callable[..., Any]
    tables: Sequence[PageTable]
    stem: str = ""
    about: Callable[[Any], AboutLines] = lambda page: about_numbers(page.scope, page.freshness)
    year: Callable[[Any], int | str] = lambda page: page.scope.year

    def table(self, slug: str) -> PageTable:
        """Raises 404 for a table that the page does not have."""
        for table in self.tables:
            if table.slug == slug:
                return table
        raise Http404

    def page(self, user: Any, parameters: Mapping[str, str], **codes: str) -> Any:
        """Raises 404 where the page is not there."""
        page = self.read(user, parameters=parameters, freshness=Freshness.read(), **codes)
        if page is None:
            raise Http404
        return page

    def file_name(self, slug: str, page: Any, code: str = "") -> str:
        parts = ("imtplan", self.stem, code, slug, str(self.year(page)))
        return "-".join(part for part in parts if part)
