"""The triggers that write stale marks: their tables, and the marks that each of them writes.

They stand in the database so that every way of writing (a form, an import, the admin, a shell,
psql) marks what it made stale, in its own transaction. One statement leaves one mark for each
indicator it touched, however many rows those are.

Migrations make them, with the SQL of their day. A test holds the database against this list and
prints the SQL that a migration lacks.
"""

# The mark names the school and the year if all the figures are of one; figures of several years
# make the whole indicator stale. What does not count makes nothing stale.
_FIGURES = """
    SELECT indicator_id,
           CASE WHEN min(year) = max(year) AND min(school_id) = max(school_id)
               AND count(school_id) = count(*) THEN min(school_id) END,
           CASE WHEN min(year) = max(year) THEN min(year) END,
           false
    FROM rows GROUP BY indicator_id
"""
_WHOLE_INDICATOR = "SELECT DISTINCT {column}, NULL::bigint, NULL::smallint, false FROM rows"
# A target deleted in the same transaction gives no indicator: then everything is stale.
_OF_THE_TARGET = """
    SELECT DISTINCT target.indicator_id, NULL::bigint, NULL::smallint, false
    FROM rows LEFT JOIN indicators_target AS target ON target.id = rows.target_id
"""
_EVERYTHING = "SELECT DISTINCT NULL::bigint, NULL::bigint, NULL::smallint, false FROM rows"
# What judges every target: the years and the thresholds; and whether it is a draft, which moves no
# published sum. An update gives each plan twice, as it was and as it is; a name or another step in
# its life moves no number.
_TERMS_OF_PLANS = """
    SELECT DISTINCT NULL::bigint, NULL::bigint, NULL::smallint, false FROM rows
    GROUP BY id HAVING count(*) = 1 OR count(DISTINCT (
        baseline_year, first_year, last_year, on_track_from, at_risk_from, verdict_from,
        state = 'draft'
    )) > 1
"""
# The years in which a plan follows an indicator, not its place on a page: to be followed in all of
# the plan's years moves nothing. An update gives each row twice, as it was and as it is.
_FOLLOWED = """
    SELECT DISTINCT indicator_id, NULL::bigint, NULL::smallint, false FROM rows
    GROUP BY id, indicator_id
    HAVING count(DISTINCT (plan_id, first_year, last_year, archived_at IS NULL)) > 1
    OR count(*) = 1 AND bool_or(num_nonnulls(first_year, last_year, archived_at) > 0)
"""
_ROLL_UPS = "SELECT DISTINCT NULL::bigint, NULL::bigint, NULL::smallint, true FROM rows"

# The marks for the `rows` of each table that a statement wrote.
STALE = {
    "indicators_countedfigure": _FIGURES,
    "indicators_target": _WHOLE_INDICATOR.format(column="indicator_id"),
    "indicators_followedindicator": _FOLLOWED,
    "indicators_seriesbreak": _WHOLE_INDICATOR.format(column="indicator_id"),
    "indicators_inapplicability": _WHOLE_INDICATOR.format(column="indicator_id"),
    "indicators_indicator": _WHOLE_INDICATOR.format(column="id"),
    "indicators_trajectorypoint": _OF_THE_TARGET,
    "indicators_indicatorlink": _ROLL_UPS,
    "projects_flagshipproject": _ROLL_UPS,
    "projects_serves": _ROLL_UPS,
    "projects_milestone": _ROLL_UPS,
    "levers_lever": _ROLL_UPS,
    "objectives_objective": _ROLL_UPS,
    "objectives_strategicplan": _TERMS_OF_PLANS,
    "accounts_school": _EVERYTHING,
}

OPERATIONS = ("INSERT", "UPDATE", "DELETE")


def function_name(table: str, operation: str) -> str:
    return f"mark_stale_{table}_{operation.lower()}"
