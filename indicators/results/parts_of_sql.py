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


def is_number(figure: str, aggregation: str) -> str:
    """Returns the condition that this figure is a number; a ratio is one only with its parts."""
    return f"""(
        {figure}.state = 'number' AND CASE {aggregation}
            WHEN 'ratio' THEN {figure}.numerator IS NOT NULL ELSE {figure}.value IS NOT NULL END
    )"""
