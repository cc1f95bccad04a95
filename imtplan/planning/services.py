"""The writes of the plan office to what no app of the plan owns: the schools that report.

They stand here because `imtplan.accounts`, whose rows they are, lies below the audit.
"""

from collections.abc import Iterator, Mapping
from datetime import date, timedelta
from typing import Any

from django.core.exceptions import ValidationError
from django.db.models import Max, Min
from django.utils.translation import gettext as _

from imtplan import clock
from imtplan.accounts.models import School, User
from imtplan.accounts.school_names import EarlierName, as_stored, earlier_names
from imtplan.audit.plan_edits import put
from indicators.models import CountedFigure, Figure, View

# A change of one of these needs a reason.
_WEIGHTY = {"name", "earlier_names", "kind", "first_year", "last_year", "merged_into"}
# These say in which years a school's figures are in the totals, and which school reports for it.
_TERM = ("kind", "first_year", "last_year", "merged_into")

Refusals = Iterator[tuple[str, str]]  # field, sentence


def store_school(*, school: School, by: User, reason: str = "", **values: Any) -> School:
    """Store a new school or a change of one, and return it.

    A new name keeps the one before it among the earlier names, until the day before `renamed_on`
    if that day is known. What a school reported stays its own: a merged school's earlier years are
    not moved. `ValidationError` where a part would go out of the totals, see `check_term`.
    """
    check_term(school, values)
    names = names_kept(school, values)
    values.pop("renamed_on", None)
    if names != school.earlier_names:
        values["earlier_names"] = names
    return put(school, values, by=by, reason=reason, weighty=_WEIGHTY)


def names_kept(school: School, values: Mapping[str, Any]) -> list[dict[str, str]]:
    """Returns the earlier names to store: those given and, where the name changes, the one before.

    `ValidationError`, by field, if the day of the new name is to come, stands beside no new name,
    or lies within the time of an earlier one.
    """
    since = values.get("renamed_on")
    given = earlier_names(values.get("earlier_names", school.earlier_names))
    is_new_name = school.pk is not None and values.get("name", school.name) != school.name
    if since and (refusal := _why_not_renamed(given, since, is_new_name=is_new_name)):
        raise ValidationError({"renamed_on": [refusal]})
    if is_new_name and school.name not in {row.name for row in given}:
        until = (since - timedelta(days=1)).isoformat() if since else ""
        given.append(EarlierName(school.name, until))
    return as_stored(given)


def _why_not_renamed(names: list[EarlierName], since: date, *, is_new_name: bool) -> str:
    if not is_new_name:
        return _("The name is the same: write the new one above, or leave this day empty.")
    if since > clock.today():
        return _("This day is to come: a new name is stored once the school bears it.")
    text = _("“%(name)s” was not over on that day: choose a later day, or correct it below.")
    later = [row for row in names if row.last_day and row.last_day >= since]
    return text % {"name": later[-1].name} if later else ""


def check_term(school: School, values: Mapping[str, Any]) -> None:
    """Raise `ValidationError`, by field, if a new kind, year or merger of a school would take
    figures out of the totals: those it has outside its years, or those of a school that merged
    into one that does not report for both."""
    if all(values.get(name, getattr(school, name)) == getattr(school, name) for name in _TERM):
        return
    term = School(pk=school.pk, name=values.get("name", school.name))
    for name in _TERM:
        setattr(term, name, values.get(name, getattr(school, name)))
    refusals = [*_of_its_successor(term), *_of_who_merged(term), *_of_its_figures(term)]
    if refusals:
        raise ValidationError({field: [sentence] for field, sentence in refusals})


def _merged_into(school: School) -> list[School]:
    """Returns the institute's own schools that merged into this one, which report no more."""
    merged = School.objects.carrying_the_plan().filter(last_year__isnull=False)
    return list(merged.filter(merged_into=school.pk)) if school.pk else []


def _of_its_figures(term: School) -> Refusals:
    if term.pk is None:
        return
    figures = CountedFigure.objects.in_view(View.VALIDATED).filter(school=term.pk)
    numbers = figures.filter(state=Figure.State.NUMBER)
    years = numbers.aggregate(earliest=Min("year"), latest=Max("year"))
    earliest, latest = years["earliest"], years["latest"]
    if earliest is None:
        return
    if not _is_own(term):
        if School.objects.carrying_the_plan().filter(pk=term.pk).exists():
            text = _(
                "The validated figures of %(school)s (%(earliest)s to %(latest)s) count among the "
                "institute’s own schools, and would count no more. If it leaves the institute, "
                "give it a last year."
            )
            yield "kind", text % {"school": term, "earliest": earliest, "latest": latest}
        return
    if term.first_year is not None and earliest < term.first_year:
        text = _(
            "%(school)s has validated figures of %(year)s: its first year is %(year)s or earlier."
        )
        yield "first_year", text % {"school": term, "year": earliest}
    if term.last_year is not None and latest > term.last_year:
        text = _(
            "%(school)s has validated figures of %(year)s: its last year is %(year)s or later."
        )
        yield "last_year", text % {"school": term, "year": latest}


def _of_its_successor(term: School) -> Refusals:
    successor = term.merged_into
    if successor is None:
        return
    if term.last_year is None:
        yield "last_year", _("Say the last year it reports for by itself.")
        return
    year = term.last_year + 1
    first, last = successor.first_year or year, successor.last_year or year
    if _is_own(term) and not _is_own(successor):
        text = _("%(school)s is none of the institute’s own schools: choose one that is.")
        yield "merged_into", text % {"school": successor}
    elif not first <= year <= last:
        text = _("%(school)s does not report for %(year)s: choose a school that does.")
        yield "merged_into", text % {"school": successor, "year": year}


def _of_who_merged(term: School) -> Refusals:
    for merged in _merged_into(term):
        last = merged.last_year or 0
        words = {"name": merged, "last": last, "year": last + 1}
        if not _is_own(term):
            text = _("%(name)s merged into this school: it stays one of the institute’s own.")
            yield "kind", text % words
        if term.first_year is not None and term.first_year > last + 1:
            text = _(
                "%(name)s merged into this school after %(last)s: its first year is %(year)s or "
                "earlier."
            )
            yield "first_year", text % words
        if term.last_year is not None and term.last_year < last + 1:
            text = _(
                "%(name)s merged into this school after %(last)s: its last year is %(year)s or "
                "later."
            )
            yield "last_year", text % words


def _is_own(school: School) -> bool:
    return school.kind == School.Affiliation.OWN
