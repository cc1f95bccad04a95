"""What several statements begin with."""

from indicators.models import View

# The years of which anything is said: from the first to the last of a plan's or a figure's. A draft
# says nothing yet. LEAST and GREATEST ignore NULL, which is meant here.
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
    """Is this figure a number that counts in the view? A ratio is one only with its parts."""
    return f"""(
        {figure}.state = 'number' AND {figure}.status = ANY (v.statuses)
        AND CASE {aggregation} WHEN 'ratio' THEN {figure}.numerator IS NOT NULL
            ELSE {figure}.value IS NOT NULL END
    )"""
