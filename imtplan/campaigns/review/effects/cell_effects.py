"""What figures would change once submitted and validated, in sentences.

The institute's people get the numbers as they would be stored (`indicators.questions.what_if`). A
school's people get their own school's, and of the institute no more than
`indicators.questions.contribution` tells.
"""

from collections.abc import Iterable
from decimal import Decimal
from typing import Any

from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from imtplan.accounts.models import School
from imtplan.accounts.roles import Permission, has_permission
from imtplan.bilingual import reader_language
from imtplan.campaigns.entry.checking.cells import EnteredCell, shown
from imtplan.campaigns.models import Campaign
from imtplan.numbers import format_percent
from imtplan.percentages import in_points
from indicators.models import Figure, Indicator
from indicators.questions.contribution import ContributionDirection, OwnMove, own_moves
from indicators.questions.what_if import (
    Effect,
    ElementMove,
    IndicatorMove,
    effect,
)
from indicators.results.series import reading_of
from levers.models import Lever
from objectives.models import Objective


def may_see_the_institute(user: Any) -> bool:
    return has_permission(user, Permission.READ_INSTITUTE)


# --- One cell, while somebody types --------------------------------------------------------------


def sentences_of_cell(
    user: Any, campaign: Campaign, school: School, cell: EnteredCell
) -> list[str]:
    """Returns what the cell would change, were it alone submitted and validated now."""
    about = about_of(campaign, school, [cell])
    full = may_see_the_institute(user)
    name = str(school) if full or school.is_the_institute else _("your school")
    sentences = []
    for move in own_moves(**about):
        sentences.append(own_sentence(move, name))
        sentences += [] if full else share_sentences(move)
    if full:
        sentences += institute_sentences(effect(**about))
    return [sentence for sentence in sentences if sentence]


def about_of(
    campaign: Campaign, school: School, cells: Iterable[EnteredCell | Figure]
) -> dict[str, Any]:
    """Returns what `effect` and `own_moves` are asked: these cells or figures of its year."""
    readings = {cell.indicator.pk: reading_of(cell) for cell in cells}
    return {"plan": campaign.plan, "school": school, "year": campaign.year, "readings": readings}


def own_sentence(move: OwnMove, name: str) -> str:
    """Says how far the school is toward its own target, and since the year before."""
    if move.progress is None or move.progress.progress is None:
        return ""
    words = {"name": name, "share": percent(move.progress.progress)}
    if move.change is None or move.before is None:
        return _("%(name)s: %(share)s of the way") % words
    since = {"points": points(move.change), "year": move.before.year}
    return _("%(name)s: %(share)s of the way (%(points)s since %(year)s)") % (words | since)


def share_sentences(move: OwnMove) -> list[str]:
    """Returns the school's part in the institute's move, and which way it moves the objectives."""
    if move.share is None:
        return []
    lines = [_("institute: %(what)s") % {"what": share_in_words(move)}]
    if move.share.way in WAYS:
        way = WAYS[move.share.way]
        codes = [objective.code for objective in move.objectives]
        lines += [_("objective %(code)s: %(way)s") % {"code": code, "way": way} for code in codes]
    return lines


# The words for a move whose size is not told.
WAYS: dict[ContributionDirection, str | Promise] = {
    ContributionDirection.UP: gettext_lazy("up"),
    ContributionDirection.DOWN: gettext_lazy("down"),
}
DIRECTIONS: dict[ContributionDirection, str | Promise] = {
    **WAYS,
    ContributionDirection.SAME: gettext_lazy("no change"),
    ContributionDirection.OPEN: gettext_lazy(
        "counted; the other schools’ figures decide which way it moves"
    ),
    ContributionDirection.FIRST: gettext_lazy("counted for the first time"),
    ContributionDirection.MISSING: gettext_lazy("incomplete without this figure"),
    ContributionDirection.OUTSIDE: gettext_lazy("this school is not expected"),
}


def share_in_words(move: OwnMove) -> str:
    """Returns the school's part in points where that can be told, else which way it goes."""
    share = move.share
    if share is None:
        return ""
    if share.way not in WAYS or share.points is None:
        return str(DIRECTIONS[share.way])
    if move.indicator.accumulation == Indicator.Accumulation.CUMULATIVE:
        return _("%(points)s of progress") % {"points": points(share.points)}
    if move.merged:
        figures = ", ".join(f"{name} ({year})" for name, year in move.merged)
        text = _("%(points)s of progress, against the last figures before the merger: %(figures)s")
        return text % {"points": points(share.points), "figures": figures}
    words = {"points": points(share.points), "year": move.since}
    return _("%(points)s of progress, against your figure of %(year)s") % words


# --- The institute's people: as it would be stored -----------------------------------------------


def institute_sentences(effects: Effect) -> list[str]:
    sentences = [_("institute: %(what)s") % {"what": _after(move)} for move in effects.indicators]
    for move in effects.elements:
        if isinstance(move.element, Lever) or move.after.progress is None:
            continue
        words = {"name": element_name(move), "share": percent(move.after.progress)}
        change = "" if move.change is None else f" ({points(move.change)})"
        sentences.append(_("%(name)s: %(share)s") % words + change)
    return sentences


def element_name(move: ElementMove) -> str:
    if isinstance(move.element, Objective):
        return _("objective %(code)s") % {"code": move.element.code}
    return _("plan")


def _after(move: IndicatorMove) -> str:
    """Returns the value, its basis, and the way done: "950 (7 of 8 schools), 41 % (+1 point)"."""
    after = move.after
    value = _("no value") if after.value is None else shown(after.value, move.indicator)
    text = f"{value} ({rests})" if (rests := basis(move)) else value
    if after.share is not None:
        text += ", " + _("%(share)s of the way") % {"share": percent(after.share)}
    return text if move.change is None else f"{text} ({points(move.change)})"


def basis(move: IndicatorMove) -> str:
    """Says on how many schools a value rests, and how many an estimate is without; nothing of what
    the institute alone reports."""
    if move.indicator.aggregation == Indicator.Aggregation.NONE:
        return ""
    total = move.after.total
    text = ngettext(
        "%(reported)s of %(expected)s schools",
        "%(reported)s of %(expected)s schools",
        total.reported,
    )
    if move.after.is_estimate:
        text = ngettext(
            "estimate, %(reported)s of %(expected)s schools",
            "estimate, %(reported)s of %(expected)s schools",
            total.reported,
        )
    if total.left_out:
        text += ", " + ngettext(
            "%(count)s left out in its first year",
            "%(count)s left out in their first year",
            len(total.left_out),
        )
    counts = {"reported": total.reported, "expected": total.expected}
    return text % {**counts, "count": len(total.left_out)}


# --- Numbers --------------------------------------------------------------------------------------


def percent(share: Decimal) -> str:
    return format_percent(share, language=reader_language(), decimals=1)


def points(change: Decimal) -> str:
    """Writes a difference of two shares: 0.031 is "+3.1 points"."""
    return in_points(change * 100)
