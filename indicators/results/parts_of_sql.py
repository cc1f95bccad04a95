"""The parts that several SQL statements share."""

from indicators.models import View

# The years that are computed: from the first to the last with a plan or a figure. A draft does not
# count. LEAST and GREATEST ignore NULL, which is meant here.
BOUNDS = """
    bounds AS (
        SELECT least(plans.first, figures.first) AS first,
               greatest(plans.last, figures.last) AS last
        FROM (SELECT min(baseline_year) AS first, max(last_year) AS last
              FROM objectives_strategicplan) AS plans,
             (SELECT min(year) AS first, max(year) AS last FROM indicators_figure
              WHERE status <> 'draft') AS figures
    )"""


def _views() -> str:
    rows = ", ".join(
        f"('{view}', ARRAY[{', '.join(repr(str(status)) for status in view.counted_statuses)}])"
        for view in View
    )
    return f"views(view, statuses) AS (VALUES {rows})"


# Each view with the statuses of the figures that count in it.
VIEWS = _views()


def counts(figure: str, aggregation: str) -> str:
    """Returns the condition that this figure is a number that counts in the view `v`; a ratio is a
    number only with its parts."""
    return f"""(
        {figure}.state = 'number' AND {figure}.status = ANY (v.statuses)
        AND CASE {aggregation} WHEN 'ratio' THEN {figure}.numerator IS NOT NULL
            ELSE {figure}.value IS NOT NULL END
    )"""
