"""Progress toward each target, year by year, as one SELECT.

Parameters, arrays of the same length: `indicators`, with the `firsts` of the years in which their
values may have moved, and whether the `wholes` of them are wanted (else the targets of the
institute, and of the schools in `touched_schools`, of which `touched_indicators` are the
indicators).

A target's rows begin with the first year that may have moved, and none is before its baseline's:
forecasts rest on all values up to their year, and a baseline that moved moves all years.

`inputs_hash` is the md5 of the text of a row of: the direction, the trajectory, the baseline and
the target with their years, the stated values, the band and its tolerance, the two thresholds, the
value and whether it is an estimate, whether the baseline is a point of the forecast, and the sums
of its points.
"""

from indicators.statements.shared import BOUNDS, VIEWS, counts, stored
from indicators.statements.values import YearRelation, running_sums

NUMBERS = (
    "value",
    "baseline",
    "target_value",
    "expected_value",
    "progress",
    "expected_progress",
    "pace",
    "gap",
    "needed_per_year",
    "needed_rate",
    "achieved_per_year",
    "achieved_rate",
    "forecast",
    "forecast_low",
    "forecast_high",
    "probability",
)


def progress_query(years: YearRelation, *, values: str = "indicators_institutevalue") -> str:
    """Columns: those of Progress but `id`, `formula_version` and `computed_at`.

    `values`: the table with the rows of `values_query`.
    """
    schools = _SCHOOLS_APART if years is YearRelation.APART else _SCHOOLS_SUMMED
    return (
        f"WITH {BOUNDS}, {VIEWS}, {_AIMS.format(condition=years.condition)}, {schools}, "
        f"{_SERIES.format(values=values)}, {_STEPS} {_ROWS}"
    )


_AIMS = """
    aims AS MATERIALIZED (
        SELECT t.id AS target_id, t.indicator_id, t.school_id, t.baseline_value AS published,
               t.baseline_year::integer AS y0, t.year::integer AS y1,
               t.value AS fixed, t.growth_percent, t.trajectory,
               i.aggregation, i.scale, i.direction, i.band_low, i.band_high, i.tolerance,
               plan.on_track_from, plan.at_risk_from,
               greatest(t.year, plan.last_year)::integer AS last_year,
               scope.first AS first_wanted,
               stated.years AS stated_years, stated.amounts AS stated_values
        FROM unnest(%(indicators)s::bigint[], %(firsts)s::integer[], %(wholes)s::boolean[])
            AS scope(indicator_id, first, whole)
        JOIN indicators_indicator AS i ON i.id = scope.indicator_id
        JOIN indicators_target AS t ON t.indicator_id = i.id
        JOIN objectives_strategicplan AS plan ON plan.id = t.plan_id
        CROSS JOIN LATERAL (
            SELECT array_agg(p.year::integer ORDER BY p.year) AS years,
                   array_agg(p.value ORDER BY p.year) AS amounts
            FROM indicators_trajectorypoint AS p WHERE p.target_id = t.id
        ) AS stated
        WHERE i.archived_at IS NULL AND t.archived_at IS NULL AND {condition}
        AND (scope.whole OR t.school_id IS NULL OR (t.indicator_id, t.school_id) IN (
            SELECT * FROM unnest(%(touched_indicators)s::bigint[], %(touched_schools)s::bigint[])
        ))
    )"""

# The numbers of the schools that have a target of their own.
_SCHOOLS_APART = f"""
    of_schools AS (
        SELECT a.target_id, v.view, f.year,
               imt_whole(a.aggregation, a.scale, 1, f.value, f.numerator, f.denominator) AS final,
               NULL::numeric AS estimate
        FROM aims AS a CROSS JOIN views AS v
        JOIN indicators_figure AS f
        ON f.indicator_id = a.indicator_id AND f.school_id = a.school_id
        WHERE {counts("f", "a.aggregation")}
    )"""

# A school's running sum begins where the institute's does, whether it was a member or not.
_SCHOOLS_SUMMED = f"""
    {
    running_sums('''
    asked AS (
        SELECT DISTINCT ON (a.indicator_id, a.school_id, y.year)
               a.indicator_id, a.school_id AS series, y.year, a.aggregation, a.school_id,
               '' AS code, true AS member
        FROM aims AS a CROSS JOIN bounds
        CROSS JOIN LATERAL imt_years(
            (SELECT min(t.baseline_year)::integer FROM indicators_target AS t
             WHERE t.indicator_id = a.indicator_id AND t.archived_at IS NULL),
            bounds.last::integer
        ) AS y(year)
        WHERE a.school_id IS NOT NULL
    )''')
},
    of_schools AS (
        SELECT a.target_id, p.view, p.year,
               CASE WHEN p.counted THEN whole.it END AS final,
               CASE WHEN NOT p.counted AND p.present AND p.source_year IS NOT NULL
                   THEN whole.it END AS estimate
        FROM aims AS a
        JOIN parts AS p ON p.indicator_id = a.indicator_id AND p.series = a.school_id
        CROSS JOIN LATERAL (SELECT imt_whole(
            a.aggregation, a.scale, 1, p.value, p.numerator, p.denominator
        ) AS it) AS whole
    )"""

# Every year, whether asked for or not: the forecast rests on all that is recorded up to its year,
# from before the target's baseline too, so that one series has one forecast; and on a baseline that
# is published for a year before all others.
_SERIES = """
    series AS (
        SELECT a.*, v.view, y.year,
               CASE WHEN a.school_id IS NOT NULL THEN own.final
                   WHEN i.value IS NOT NULL THEN i.exact END AS final,
               CASE WHEN a.school_id IS NOT NULL THEN coalesce(own.final, own.estimate)
                   ELSE i.exact END AS shown
        FROM aims AS a CROSS JOIN views AS v CROSS JOIN bounds
        CROSS JOIN LATERAL imt_years(
            least(bounds.first, a.y0)::integer, least(a.last_year, bounds.last)::integer
        ) AS y(year)
        LEFT JOIN {values} AS i
        ON a.school_id IS NULL AND i.indicator_id = a.indicator_id AND i.year = y.year
        AND i.view = v.view AND i.indicator_id = ANY (%(indicators)s::bigint[])
        LEFT JOIN of_schools AS own
        ON own.target_id = a.target_id AND own.view = v.view AND own.year = y.year
    ),
    based AS (
        SELECT s.*, coalesce(published, max(final) FILTER (WHERE year = y0) OVER aim) AS baseline
        FROM series AS s
        WINDOW aim AS (PARTITION BY target_id, view)
    )"""

_STEPS = """
    pointed AS (
        SELECT b.*, CASE WHEN growth_percent IS NULL THEN fixed
                   ELSE imt_target_from_growth(baseline, growth_percent) END AS target,
               coalesce(final, CASE WHEN year = y0 THEN baseline END) AS point, year - y0 AS x,
               year = y0 AND final IS NULL AND baseline IS NOT NULL AS is_stand_in
        FROM based AS b
    ),
    fitted AS (
        SELECT p.*, count(point) OVER so_far AS n,
               bool_or(is_stand_in) OVER so_far AS has_stand_in,
               max(year) FILTER (WHERE point IS NOT NULL) OVER so_far AS last_point,
               sum(x) FILTER (WHERE point IS NOT NULL) OVER so_far AS sum_x,
               sum(point) OVER so_far AS sum_v,
               sum(x * x) FILTER (WHERE point IS NOT NULL) OVER so_far AS sum_xx,
               sum(x * point) OVER so_far AS sum_xv,
               sum(point * point) OVER so_far AS sum_vv
        FROM pointed AS p
        WINDOW so_far AS (PARTITION BY target_id, view ORDER BY year)
    ),
    expected AS MATERIALIZED (
        SELECT f.*,
               imt_expected_value(direction, trajectory, baseline, y0, target, y1, stated_years,
                                  stated_values, year) AS expected_value,
               imt_lacking(direction, baseline, target, band_low, band_high, tolerance) AS lacking
        FROM fitted AS f CROSS JOIN bounds
        WHERE f.year >= greatest(f.first_wanted, bounds.first, f.y0)
    ),
    reached AS MATERIALIZED (
        SELECT e.*,
               imt_progress(direction, baseline, target, band_low, band_high, tolerance, shown)
                   AS progress,
               CASE WHEN direction <> 'keep'
                   THEN imt_progress(direction, baseline, target, NULL, NULL, NULL, expected_value)
                   WHEN band_low IS NOT NULL OR band_high IS NOT NULL THEN 1
               END AS expected_progress
        FROM expected AS e
    ),
    judged AS MATERIALIZED (
        SELECT r.*, CASE WHEN year > y0 THEN imt_pace(progress, expected_progress) END AS pace,
               CASE WHEN n >= 2 AND last_point < y1 THEN n ELSE 0 END AS points
        FROM reached AS r
    ),
    weighed AS MATERIALIZED (
        SELECT j.*, imt_status(lacking, y0, y1, year, progress, expected_progress, pace,
                               on_track_from, at_risk_from) AS would_be
        FROM judged AS j
    ),
    complete AS (
        SELECT j.target_id, j.year::smallint AS year, j.view, j.shown AS value,
               j.final IS NULL AND j.shown IS NOT NULL AS is_estimate,
               j.baseline, j.target AS target_value, j.expected_value, j.progress,
               j.expected_progress, j.pace,
               imt_gap(direction, band_low, band_high, expected_value, shown) AS gap,
               verdict.status, CASE verdict.status WHEN 'pending' THEN j.would_be ELSE '' END
                   AS would_be,
               coalesce(lacking, CASE trajectory WHEN 'compound' THEN 'compound_needs_positive'
                   ELSE 'trajectory_incomplete' END) AS reason,
               CASE WHEN direction <> 'keep'
                   THEN imt_change_per_year(shown, target, y1 - year) END AS needed_per_year,
               CASE WHEN direction <> 'keep'
                   THEN imt_change_rate(shown, target, y1 - year) END AS needed_rate,
               imt_change_per_year(baseline, shown, year - y0) AS achieved_per_year,
               imt_change_rate(baseline, shown, year - y0) AS achieved_rate,
               outlook.forecast, outlook.low AS forecast_low, outlook.high AS forecast_high,
               outlook.probability,
               points::smallint AS forecast_points,
               points > 0 AND has_stand_in AS forecast_from_baseline,
               j.progress AS exact_progress, j.expected_progress AS exact_expected,
               md5(ROW(
                   direction, trajectory, baseline, y0, target, y1, stated_years, stated_values,
                   band_low, band_high, tolerance, on_track_from, at_risk_from, shown,
                   final IS NULL, has_stand_in, n, last_point, sum_x, sum_v, sum_xx, sum_xv, sum_vv
               )::text) AS inputs_hash
        FROM weighed AS j
        CROSS JOIN LATERAL (SELECT imt_until_counted(
            j.would_be, j.final IS NULL, year >= y1, false
        ) AS status) AS verdict
        CROSS JOIN LATERAL imt_forecast(
            points, sum_x, sum_v, sum_xx, sum_xv, sum_vv, y1 - y0,
            CASE direction WHEN 'keep' THEN band_low WHEN 'increase' THEN target END,
            CASE direction WHEN 'keep' THEN band_high WHEN 'decrease' THEN target END
        ) AS outlook
    )"""

_ROWS = f"""
    SELECT target_id, year, view, is_estimate,
           {", ".join(f"{stored(number)} AS {number}" for number in NUMBERS)},
           status::varchar(14) AS status, would_be::varchar(14) AS would_be,
           CASE WHEN status = 'not_computable' THEN reason ELSE '' END::varchar(30) AS reason,
           forecast_points, forecast_from_baseline, exact_progress, exact_expected, inputs_hash
    FROM complete"""
