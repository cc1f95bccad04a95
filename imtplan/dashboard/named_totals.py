"""What the schools add up to, with the names of the schools that an estimate rests on or leaves
out."""

from collections.abc import Iterable, Mapping
from typing import Any

from django.contrib.postgres.expressions import ArraySubquery
from django.db.models import BooleanField, Case, F, Func, OuterRef, Q, When
from django.db.models.functions import JSONObject

from imtplan.accounts.models import School
from imtplan.accounts.school_names import earlier_names, name_of_year
from indicators.models import Indicator, InstituteValue

# By indicator, view and year.
Totals = Mapping[tuple[int, str, int], InstituteValue]


def totals_of(user: Any, indicators: Iterable[Indicator]) -> Totals:
    """Returns what the schools add up to, by indicator, view and year, with the names of the
    schools that are carried or left out."""
    left_out = Func(OuterRef("left_out"), function="to_jsonb")
    is_named = _has_key(OuterRef("carried")) | _has_key(left_out)
    schools = School.objects.visible_to(user).filter(is_named)
    names = schools.values(
        as_json=JSONObject(
            code="code", name="name", earlier_names="earlier_names", first_year="first_year"
        )
    )
    values = (
        InstituteValue.objects.visible_to(user)
        .filter(indicator__in=list(indicators))
        .annotate(
            schools_named=Case(When(~Q(carried={}) | ~Q(left_out=[]), then=ArraySubquery(names))),
            added_up=~Q(indicator__aggregation=Indicator.Aggregation.NONE),
        )
    )
    return {(value.indicator_id, value.view, value.year): value for value in values}


def _has_key(codes: Any) -> Any:
    return Q(Func(codes, F("code"), function="jsonb_exists", output_field=BooleanField()))


def carried_names(total: InstituteValue) -> list[tuple[str, int]]:
    """Returns the names of the schools whose older figure stands in, with its year."""
    schools = _named(total)
    return [
        (schools[code]["name"] if code in schools else code, year)
        for code, year in total.carried.items()
    ]


def listed_with_years(names: Iterable[tuple[str, int]]) -> str:
    """Writes schools with a year each: "IMT Mines Albi (2020), IMT Mines Alès (2020)"."""
    return ", ".join(f"{name} ({year})" for name, year in names)


def left_out_names(total: InstituteValue) -> list[tuple[str, int]]:
    """Returns the names of the schools that the estimate leaves out, with their first year."""
    schools = _named(total)
    return [
        (schools[code]["name"], schools[code]["first_year"])
        for code in total.left_out
        if code in schools
    ]


def _named(total: Any) -> dict[str, dict[str, Any]]:
    """Returns the schools by code, each under the name of the total's year."""
    return {
        school["code"]: school | {"name": _name_of(school, total.year)}
        for school in total.schools_named or ()
    }


def _name_of(school: Mapping[str, Any], year: int) -> str:
    return name_of_year(earlier_names(school["earlier_names"]), school["name"], year)
