"""What is stored of indicators that cannot be computed: every row they have, and no number."""

from indicators.statements.progress import NUMBERS
from indicators.statements.shared import BOUNDS, VIEWS

_SCOPE = "i.id = ANY (%(wholes_only)s::bigint[]) AND i.archived_at IS NULL"

FAILED_VALUES = f"""
    WITH {BOUNDS}, {VIEWS}
    SELECT i.id AS indicator_id, y.year::smallint AS year, v.view,
           NULL::numeric AS value, NULL::numeric AS estimate,
           0::smallint AS expected, 0::smallint AS reported,
           '{{}}'::varchar(50)[] AS missing, '{{}}'::jsonb AS carried,
           NULL::numeric AS low, NULL::numeric AS high, NULL::numeric AS exact,
           '' AS inputs_hash
    FROM indicators_indicator AS i CROSS JOIN views AS v CROSS JOIN bounds
    CROSS JOIN LATERAL imt_years(bounds.first, bounds.last) AS y(year)
    WHERE {_SCOPE}"""

FAILED_PROGRESS = f"""
    WITH {BOUNDS}, {VIEWS}
    SELECT t.id AS target_id, y.year::smallint AS year, v.view, false AS is_estimate,
           {", ".join(f"NULL::numeric AS {number}" for number in NUMBERS)},
           'not_computable' AS status, '' AS would_be, 'computation_failed' AS reason,
           0::smallint AS forecast_points, false AS forecast_from_baseline,
           NULL::numeric AS exact_progress, NULL::numeric AS exact_expected, '' AS inputs_hash
    FROM indicators_indicator AS i
    JOIN indicators_target AS t ON t.indicator_id = i.id AND t.archived_at IS NULL
    JOIN objectives_strategicplan AS p ON p.id = t.plan_id
    CROSS JOIN views AS v CROSS JOIN bounds
    CROSS JOIN LATERAL imt_years(
        greatest(t.baseline_year, bounds.first)::integer,
        least(greatest(t.year, p.last_year), bounds.last)::integer
    ) AS y(year)
    WHERE {_SCOPE}"""
