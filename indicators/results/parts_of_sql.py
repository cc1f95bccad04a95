"""The parts that several SQL statements share."""

from indicators.models import View

# The years that are computed: from the first to the last with a plan or a figure that counts. LEAST
# and GREATEST ignore NULL, which is meant here.
BOUNDS = """
    bounds AS (
        SELECT least(plans.first, figures.first) AS first,
               greatest(plans.last, figures.last) AS last
        FROM (SELECT min(baseline_year) AS first, max(last_year) AS last
              FROM objectives_strategicplan) AS plans,
             (SELECT min(year) AS first, max(year) AS last
              FROM indicators_countedfigure) AS figures
    )"""

_ROWS = ", ".join(f"('{view}')" for view in View)
VIEWS = f"views(view) AS (VALUES {_ROWS})"

# Each of the institute's own schools that merged, with every school it is part of since, through
# several mergers too, and the last year before it was; `indicators.formulas.mergers` has the same.
MERGERS = """
    mergers AS (
        SELECT q.id AS school_id, q.code::text AS code, q.first_year, q.last_year,
               d.id AS into_id, d.last_year AS into_last_year, d.merged_into_id AS next_id,
               q.last_year AS since, ARRAY[q.id, d.id] AS way
        FROM accounts_school AS q JOIN accounts_school AS d ON d.id = q.merged_into_id
        WHERE q.kind = 'own' AND d.kind = 'own' AND q.last_year IS NOT NULL AND q.id <> d.id
        UNION ALL
        SELECT m.school_id, m.code, m.first_year, m.last_year,
               d.id, d.last_year, d.merged_into_id,
               greatest(m.since, m.into_last_year), m.way || d.id
        FROM mergers AS m JOIN accounts_school AS d ON d.id = m.next_id
        WHERE d.kind = 'own' AND m.into_last_year IS NOT NULL AND d.id <> ALL (m.way)
    )"""

# An indicator `i` that was put aside has results up to the last year in which a plan followed it.
FOLLOWED_TO = """(
        SELECT max(last_year) FROM indicators_followedindicator AS followed
        WHERE followed.indicator_id = i.id
    )"""
IN_USE_IN = f"(i.archived_at IS NULL OR {{year}} <= {FOLLOWED_TO})"


def is_number(figure: str, aggregation: str) -> str:
    """Returns the condition that this figure is a number; a ratio is one only with its parts."""
    return f"""(
        {figure}.state = 'number' AND CASE {aggregation}
            WHEN 'ratio' THEN {figure}.numerator IS NOT NULL ELSE {figure}.value IS NOT NULL END
    )"""


def _is_declared(indicator: str, school: str, year: str) -> str:
    """Returns the condition that the plan office says it does not apply to this school and year."""
    return f"""EXISTS (
        SELECT FROM indicators_inapplicability AS declared
        WHERE declared.indicator_id = {indicator} AND declared.school_id = {school}
        AND declared.archived_at IS NULL AND declared.first_year <= {year}
        AND coalesce({year} <= declared.last_year, true)
    )"""


def is_excused(state: str, indicator: str, school: str, year: str) -> str:
    """Returns the condition that nothing is due here: the school's word, which stands in `state`,
    is "not applicable", or the plan office says so and there is no number."""
    return f"""(
        {state} IS NOT DISTINCT FROM 'not_applicable'
        OR {state} IS DISTINCT FROM 'number' AND {_is_declared(indicator, school, year)}
    )"""


def is_excused_in(view: str, indicator: str, school: str, year: str) -> str:
    """Returns the condition of `is_excused` for the figure that counts in a view, if any does."""
    excused = is_excused("word.state", indicator, school, year)
    return f"""EXISTS (
        SELECT FROM (SELECT) AS cell LEFT JOIN indicators_countedfigure AS word
        ON word.indicator_id = {indicator} AND word.school_id = {school}
        AND word.view = {view} AND word.year = {year}
        WHERE {excused}
    )"""
