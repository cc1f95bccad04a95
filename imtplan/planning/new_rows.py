"""What the form of a new row is filled in with, so that nobody types what follows from the plan."""

import re
from collections.abc import Iterable
from typing import Any

from django.db.models import Max
from django.utils.text import slugify

from indicators.models import FollowedIndicator, Indicator, Target
from objectives.models import StrategicPlan

# The code of the first of its kind in a plan; later ones count on from what is there.
FIRST_CODES = {"objectifs": "O1", "leviers": "L1", "projets": "P01"}
LONGEST_MADE_CODE = 40


def proposed_for(
    slug: str, rows: Any, plan: StrategicPlan | None, indicator: Indicator | None
) -> dict[str, Any]:
    """Returns the values that a new row of this kind is proposed with, by the names of its fields.
    `rows` are all rows of its kind."""
    if plan is None:
        return {}
    if slug in FIRST_CODES:
        own = rows.filter(plan=plan).order_by()
        codes = own.values_list("code", flat=True)
        return {"code": next_code(codes, FIRST_CODES[slug]), "rank": _next_rank(own)}
    if slug == "indicateurs":
        return {"rank": _next_rank(FollowedIndicator.objects.filter(plan=plan).order_by())}
    if slug == "cibles":
        return _proposed_target(plan, indicator)
    return {}


def next_code(codes: Iterable[str], first: str) -> str:
    """Returns the code after the highest: "O3" after "O1" and "O2", "P10" after "P09"; `first` if
    there is none, and nothing where none ends in a number."""
    numbered = [re.fullmatch(r"(.*?)(\d+)", code) for code in codes]
    if not numbered:
        return first
    highest = max((match for match in numbered if match), key=lambda m: int(m[2]), default=None)
    return f"{highest[1]}{int(highest[2]) + 1:0{len(highest[2])}d}" if highest else ""


def _next_rank(rows: Any) -> int:
    return (rows.aggregate(Max("rank"))["rank__max"] or 0) + 1


def _proposed_target(plan: StrategicPlan, indicator: Indicator | None) -> dict[str, Any]:
    """Returns the indicator of the address, else the first of the plan without a reference target;
    a first target is the reference."""
    with_reference = Target.objects.in_use().reference().filter(plan=plan).order_by()
    done = with_reference.values("indicator")
    if indicator is None:
        indicator = Indicator.objects.in_use_in(plan).exclude(pk__in=done).first()
    if indicator is None:
        return {}
    has_one = with_reference.filter(indicator=indicator).exists()
    return {"indicator": indicator.pk, "is_reference": not has_one}


def made_code(text: str, taken: Any) -> str:
    """Returns a code made of a text, with a number after it where it is taken: "doctorants-2"."""
    base = slugify(text)[:LONGEST_MADE_CODE].strip("-")
    code, number = base, 1
    while code and taken.filter(code=code).exists():
        number += 1
        code = f"{base}-{number}"
    return code
