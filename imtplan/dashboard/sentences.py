"""The state of the plan, said in a sentence."""

from collections.abc import Sequence

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from imtplan.dashboard.courses import Course, lateness
from imtplan.dashboard.queries import Element
from imtplan.dashboard.wording import language
from imtplan.numbers import format_percent
from indicators.models import ProgressStatus

GOOD = {ProgressStatus.ON_TRACK, ProgressStatus.ACHIEVED}
UNKNOWN = {ProgressStatus.NO_DATA, ProgressStatus.NOT_COMPUTABLE}


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
