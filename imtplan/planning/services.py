"""The writes of the plan office to what no app of the plan owns: the schools that report.

They stand here because `imtplan.accounts`, whose rows they are, lies below the audit.
"""

from typing import Any

from imtplan.accounts.models import School, User
from imtplan.audit.plan_edits import put

# A change of one of these needs a reason.
_WEIGHTY = {"name", "kind", "first_year", "last_year", "merged_into"}


def store_school(*, school: School, by: User, reason: str = "", **values: Any) -> School:
    """Store a new school or a change of one, and return it.

    A new name keeps the one before it as the former name, unless another is given. What a school
    reported stays its own: a merged school's earlier years are not moved.
    """
    name = values.get("name", school.name)
    if school.pk and name != school.name and values.get("former_name", "") == school.former_name:
        values["former_name"] = school.name
    return put(school, values, by=by, reason=reason, weighty=_WEIGHTY)
