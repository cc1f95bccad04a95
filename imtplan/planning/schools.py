"""Schools over the years: renamed, opened, closed, merged. Written here, for what a school is
comes before the journal of what is done to it."""

from typing import Any

from imtplan.accounts.models import School, User
from imtplan.audit.edits import put

WEIGHTY = {"name", "kind", "first_year", "last_year", "merged_into"}


def store_school(*, school: School, by: User, reason: str = "", **values: Any) -> School:
    """A new school, or another state of one. A new name keeps the one before it, unless another
    is given. What it reported stays its own: a merged school's years before are not moved."""
    name = values.get("name", school.name)
    if school.pk and name != school.name and values.get("former_name", "") == school.former_name:
        values["former_name"] = school.name
    return put(school, values, by=by, reason=reason, weighty=WEIGHTY)
