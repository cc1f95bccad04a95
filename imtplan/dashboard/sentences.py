"""The state of the plan, said in two sentences: will it be met, and what holds it back."""

from collections.abc import Sequence
from decimal import Decimal

from django.utils.translation import gettext as _
from django.utils.translation import ngettext, pgettext

from imtplan.dashboard.courses import Course, lateness
from imtplan.dashboard.outlook import chances
from imtplan.dashboard.queries import Element
from imtplan.dashboard.scope import Scope
from imtplan.dashboard.wording import language
from imtplan.numbers import format_percent
from indicators.models import ProgressStatus

GOOD = {ProgressStatus.ON_TRACK, ProgressStatus.ACHIEVED}
UNKNOWN = {ProgressStatus.NO_DATA, ProgressStatus.NOT_COMPUTABLE}

# From here on the odds are for it.
EVEN_ODDS = Decimal("0.5")


def outlook_of_the_plan(courses: Sequence[Course]) -> str:
    """Which of the headline targets will be met at this pace, and how sure that is.

    Empty in a target's own year, and while too few figures are known for odds to be stated.
    """
    odds = [(_odds(course), course) for course in courses]
    known = [(probability, course) for probability, course in odds if probability is not None]
    if not known:
        return ""
    met = [one for one in known if one[0] >= EVEN_ODDS]
    if not met:
        return _none_met(max(known, key=lambda one: one[0]), len(courses))
    said = ngettext(
        "At this pace, %(met)s of the %(total)s headline targets will be met: %(which)s.",
        "At this pace, %(met)s of the %(total)s headline targets will be met: %(which)s.",
        len(met),
    )
    met.sort(key=lambda one: -one[0])
    which = _(", ").join(_sure(*one) for one in met)
    return said % {"met": len(met), "total": len(courses), "which": which}


def _odds(course: Course) -> Decimal | None:
    return course.now.progress.probability if course.now.progress else None


def _none_met(likeliest: tuple[Decimal, Course], total: int) -> str:
    if total == 1:
        said = _("At this pace, the headline target will not be met: %(which)s.")
    else:
        said = _(
            "At this pace, none of the %(total)s headline targets will be met; "
            "the likeliest is %(which)s."
        )
    return said % {"total": total, "which": _sure(*likeliest)}


def _sure(probability: Decimal, course: Course) -> str:
    return _("“%(name)s” in %(year)s (%(chances)s)") % {
        "name": course.indicator.name,
        "year": course.target.year,
        "chances": chances(probability),
    }


def state_of_the_plan(year: int, courses: Sequence[Course], objectives: Sequence[Element]) -> str:
    """How many headline targets are on their path, which is furthest behind, the objectives."""
    if not courses:
        return ""
    clauses = [_headlines(year, courses), _furthest(courses), _objectives(objectives)]
    return _("; ").join(clause for clause in clauses if clause) + "."


def _headlines(year: int, courses: Sequence[Course]) -> str:
    known = [course for course in courses if course.status not in UNKNOWN]
    if not known:
        return _("In %(year)s, no headline target can be assessed: figures are missing") % {
            "year": year
        }
    good = sum(course.status in GOOD for course in known)
    numbers = {"year": year, "good": good, "total": len(courses)}
    if len(courses) == 1:
        return _one(good) % numbers
    if not good:
        said = _("In %(year)s, none of the %(total)s headline targets is on its path")
    else:
        said = ngettext(
            "In %(year)s, %(good)s of the %(total)s headline targets is on its path",
            "In %(year)s, %(good)s of the %(total)s headline targets are on their path",
            good,
        )
    return said % numbers


def _one(good: int) -> str:
    if good:
        return _("In %(year)s, the headline target is on its path")
    return _("In %(year)s, the headline target is not on its path")


def _furthest(courses: Sequence[Course]) -> str:
    """Which one holds the plan back most, if any does."""
    late = [
        course
        for course in courses
        if course.status not in UNKNOWN | GOOD | {ProgressStatus.NOT_STARTED}
    ]
    if not late:
        return ""
    worst = min(late, key=lateness)
    pace = worst.now.progress.pace if worst.now.progress else None
    if pace is None:
        return ""
    return _("the furthest behind is “%(name)s”, at %(pace)s of the expected pace") % {
        "name": worst.indicator.name,
        "pace": format_percent(pace, language=language(), decimals=0),
    }


def _behind(behind: int, total: int) -> str:
    if behind == total:
        return ngettext("the objective is behind", "all %(total)s objectives are behind", total)
    return ngettext(
        "%(count)s of the %(total)s objectives is behind",
        "%(count)s of the %(total)s objectives are behind",
        behind,
    )


def _objectives(objectives: Sequence[Element]) -> str:
    behind = sum(
        element.status not in UNKNOWN | GOOD | {ProgressStatus.NOT_STARTED}
        for element in objectives
    )
    without = sum(element.status in UNKNOWN for element in objectives)
    total = len(objectives)
    said = []
    if behind:
        said.append(_behind(behind, total) % {"count": behind, "total": total})
    if without:
        text = ngettext(
            "%(count)s objective lacks data",
            "%(count)s objectives lack data",
            without,
        )
        said.append(text % {"count": without})
    return _(", ").join(said)


def basis_of(scope: Scope, courses: Sequence[Course]) -> str:
    """How many schools the figures of the page's year come from; empty where none are expected."""
    years = [course.now for course in courses if course.now.expected_schools]
    if not years:
        return ""
    counts = sorted({year.reported or 0 for year in years})
    expected = max(year.expected_schools or 0 for year in years)
    known = {"fewest": counts[0], "most": counts[-1], "expected": expected, "year": scope.year}
    if len(counts) > 1:
        said = _("%(fewest)s to %(most)s schools of %(expected)s, figures of %(year)s, %(view)s")
    else:
        said = ngettext(
            "%(most)s school of %(expected)s, figures of %(year)s, %(view)s",
            "%(most)s schools of %(expected)s, figures of %(year)s, %(view)s",
            counts[-1],
        )
    view = (
        pgettext("figures", "not all validated yet")
        if scope.is_provisional
        else pgettext("figures", "validated")
    )
    return said % (known | {"view": view})
