"""The one SELECT that adds up the schools' figures of each year in the database. The rules of the
sums are those of `indicators.formulas.adding_up`.

The years of one indicator relate in one of two ways, each with a SELECT of its own: a year stands
for itself (`YearRelation.APART`: levels and flows), or for all since the baseline
(`YearRelation.SUMMED`).

The parameters `pair_indicators` and `pair_years` are two arrays of the same length: the pairs to be
added up.

`fingerprint` is the sum of the 64-bit fingerprints of what each school brings: its key, the year of
its figure, its number or parts. A sum depends on no order.
"""

from enum import Enum

from indicators.results.parts_of_sql import BOUNDS, VIEWS, is_number


class YearRelation(Enum):
    APART = "<>"
    SUMMED = "="

    @property
    def condition(self) -> str:
        return f"i.accumulation {self.value} 'cumulative'"


def sums_query(years: YearRelation) -> str:
    """Returns the SELECT, with the columns of `SummedYear` and one row for each pair and view."""
    parts = _APART if years is YearRelation.APART else _SUMMED
    return f"WITH {BOUNDS}, {VIEWS}, {_pairs(years)}, {parts}, {_TOTALS} {_ROWS}"


def last_figures_query() -> str:
    """Returns the SELECT of the last figure of each school that is missing in these pairs, with the
    sums of the schools that reported both in its year and in the year itself."""
    apart = YearRelation.APART
    return f"WITH {BOUNDS}, {VIEWS}, {_pairs(apart)}, {_APART}, {_MOVED} {_LAST_FIGURES}"


def _pairs(years: YearRelation) -> str:
    return f"""
    pairs AS (
        SELECT i.id AS indicator_id, w.year, i.aggregation, i.accumulation, i.scale,
               {_SINCE if years is YearRelation.SUMMED else "NULL::integer"} AS since
        FROM unnest(%(pair_indicators)s::bigint[], %(pair_years)s::integer[])
            AS w(indicator_id, year)
        JOIN indicators_indicator AS i ON i.id = w.indicator_id
        CROSS JOIN bounds
        WHERE i.archived_at IS NULL AND {years.condition}
        AND w.year BETWEEN bounds.first AND bounds.last
    )"""


def _nested_hashes(school: str, year: str, *brought: str) -> str:
    """Returns the SQL of one 64-bit number for all of these: each is the seed of the next."""
    hashed = f"hashint8extended({school}, coalesce({year}, 0))"
    for number in brought:
        hashed = f"hash_numeric_extended(coalesce({number}, 'NaN'), {hashed})"
    return f"{hashed}::numeric"


# The numbers that a school brings to a year: the value, or the two parts.
_BROUGHT = ("value", "numerator", "denominator")

# A running sum begins with the first baseline of the indicator's targets; drafts of plans are asked
# only where there is no other.
_SINCE = """(
            SELECT coalesce(
                min(t.baseline_year) FILTER (WHERE p.state <> 'draft'), min(t.baseline_year)
            )
            FROM indicators_target AS t JOIN objectives_strategicplan AS p ON p.id = t.plan_id
            WHERE t.indicator_id = i.id AND t.archived_at IS NULL
        )"""

# The schools expected in a year, each with the figure that counts in each view: the institute's own
# schools that are members in the year, or the institute itself, which is written as school 0.
_DUE = """
    due AS (
        SELECT w.*, v.view, s.id AS school_id, s.code::text AS code,
               f.state, f.value, f.numerator, f.denominator
        FROM pairs AS w CROSS JOIN views AS v JOIN accounts_school AS s ON s.kind = 'own'
        AND coalesce(s.first_year <= w.year, true) AND coalesce(w.year <= s.last_year, true)
        LEFT JOIN indicators_countedfigure AS f ON f.indicator_id = w.indicator_id
        AND f.year = w.year AND f.view = v.view AND f.school_id = s.id
        WHERE w.aggregation <> 'none'
        UNION ALL
        SELECT w.*, v.view, 0, '', f.state, f.value, f.numerator, f.denominator
        FROM pairs AS w CROSS JOIN views AS v
        LEFT JOIN indicators_countedfigure AS f ON f.indicator_id = w.indicator_id
        AND f.year = w.year AND f.view = v.view AND f.school_id IS NULL
        WHERE w.aggregation = 'none'
    )"""

_FINGERPRINT = _nested_hashes("school_id", "source_year", *_BROUGHT)

# One row for each expected school whose figure is not "not applicable", with what it brings: its
# figure, or the last one before that counts.
_APART = f"""
    {_DUE},
    parts AS (
        SELECT own.indicator_id, own.year, own.view, own.school_id, own.code, own.counted,
               own.counted AS present,
               CASE WHEN own.counted THEN own.year ELSE earlier.year END AS source_year,
               CASE WHEN own.counted THEN NULL ELSE earlier.year END AS carried_year,
               CASE WHEN own.counted THEN own.value ELSE earlier.value END AS value,
               CASE WHEN own.counted THEN own.numerator ELSE earlier.numerator END AS numerator,
               CASE WHEN own.counted THEN own.denominator ELSE earlier.denominator END
                   AS denominator
        FROM (
            SELECT a.*, a.state = 'not_applicable' AS excused,
                   coalesce({is_number("a", "a.aggregation")}, false) AS counted
            FROM due AS a
        ) AS own
        LEFT JOIN LATERAL (
            SELECT f.year, f.value, f.numerator, f.denominator
            FROM indicators_countedfigure AS f
            WHERE NOT own.counted AND f.indicator_id = own.indicator_id
            AND f.school_id = own.school_id AND f.view = own.view AND f.year < own.year
            AND {is_number("f", "own.aggregation")}
            ORDER BY f.year DESC LIMIT 1
        ) AS earlier ON true
        WHERE own.excused IS NOT TRUE
    )"""

# For running sums: every school in every year since the baseline, whether it was a member or not.
_DUE_SINCE = """
    series AS (
        SELECT indicator_id, aggregation, since, max(year) AS last FROM pairs
        GROUP BY indicator_id, aggregation, since
    ),
    due AS (
        SELECT i.indicator_id, y.year, i.aggregation, s.id AS school_id,
               s.code::text AS code,
               coalesce(s.first_year <= y.year, true) AND coalesce(y.year <= s.last_year, true)
                   AS member
        FROM series AS i CROSS JOIN LATERAL imt_years(i.since, i.last) AS y(year)
        JOIN accounts_school AS s ON s.kind = 'own' AND i.aggregation <> 'none'
        UNION ALL
        SELECT i.indicator_id, y.year, i.aggregation, 0, '', true
        FROM series AS i CROSS JOIN LATERAL imt_years(i.since, i.last) AS y(year)
        WHERE i.aggregation = 'none'
    )"""


# A school is expected as soon as a figure of one year is due; it reported when none of those is
# missing. A missing year carries the last number before it. `present` says that the school has a
# number for the latest year that is due of any school.
_SUMMED = f"""
    {_DUE_SINCE},
    own AS (
        SELECT a.*, v.view, counted.it AS counted,
               a.member AND (f.state = 'not_applicable') IS NOT TRUE AS needed,
               CASE WHEN counted.it THEN a.year ELSE earlier.year END AS source_year,
               CASE WHEN counted.it THEN f.value ELSE earlier.value END AS value,
               CASE WHEN counted.it THEN f.numerator ELSE earlier.numerator END AS numerator,
               CASE WHEN counted.it THEN f.denominator ELSE earlier.denominator END AS denominator
        FROM due AS a CROSS JOIN views AS v
        LEFT JOIN LATERAL (
            SELECT * FROM indicators_countedfigure
            WHERE indicator_id = a.indicator_id AND school_id = a.school_id AND view = v.view
            AND year = a.year
            UNION ALL
            SELECT * FROM indicators_countedfigure
            WHERE indicator_id = a.indicator_id AND school_id IS NULL AND view = v.view
            AND year = a.year AND a.school_id = 0
        ) AS f ON true
        CROSS JOIN LATERAL (
            SELECT coalesce({is_number("f", "a.aggregation")}, false) AS it
        ) AS counted
        LEFT JOIN LATERAL (
            SELECT f.* FROM (
                SELECT * FROM indicators_countedfigure
                WHERE indicator_id = a.indicator_id AND school_id = a.school_id
                AND view = v.view AND year < a.year
                UNION ALL
                SELECT * FROM indicators_countedfigure
                WHERE indicator_id = a.indicator_id AND school_id IS NULL
                AND view = v.view AND year < a.year AND a.school_id = 0
            ) AS f
            WHERE NOT counted.it AND {is_number("f", "a.aggregation")}
            ORDER BY f.year DESC LIMIT 1
        ) AS earlier ON true
    ),
    running AS (
        SELECT indicator_id, view, year, school_id, code,
               count(*) FILTER (WHERE needed) OVER so_far AS due_years,
               count(*) FILTER (WHERE needed AND NOT counted) OVER so_far = 0 AS counted,
               count(*) FILTER (WHERE needed AND source_year IS NULL) OVER so_far = 0 AS sourced,
               max(year) FILTER (WHERE needed) OVER so_far AS last_due,
               array_agg(year) FILTER (WHERE counted) OVER so_far AS counted_years,
               max(source_year) FILTER (WHERE needed AND NOT counted) OVER so_far AS carried_year,
               sum(value) FILTER (WHERE needed) OVER so_far AS value,
               sum(numerator) FILTER (WHERE needed) OVER so_far AS numerator,
               sum(denominator) FILTER (WHERE needed) OVER so_far AS denominator
        FROM own
        WINDOW so_far AS (PARTITION BY indicator_id, view, school_id ORDER BY year)
    ),
    parts AS (
        SELECT indicator_id, view, year, school_id, code, counted, carried_year, value,
               numerator, denominator,
               CASE WHEN sourced THEN last_due END AS source_year,
               coalesce(max(last_due) OVER (PARTITION BY indicator_id, view, year)
                   = ANY (counted_years), false) AS present
        FROM running WHERE due_years > 0
    )"""

_TOTALS = f"""
    totals AS (
        SELECT indicator_id, view, year,
               count(*) AS expected,
               count(*) FILTER (WHERE counted) AS reported,
               bool_or(present) AND count(source_year) = count(*) AS whole,
               array_agg(code) FILTER (WHERE NOT counted) AS missing,
               jsonb_object_agg(code, carried_year) FILTER (WHERE carried_year IS NOT NULL
                   AND NOT counted) AS carried,
               sum(value) AS value, sum(numerator) AS numerator, sum(denominator) AS denominator,
               sum(value) FILTER (WHERE counted) AS counted_value,
               sum(numerator) FILTER (WHERE counted) AS counted_numerator,
               sum(denominator) FILTER (WHERE counted) AS counted_denominator,
               sum({_FINGERPRINT}) AS fingerprint
        FROM parts GROUP BY indicator_id, view, year
    )"""

_ROWS = """
    SELECT w.indicator_id, w.year::integer, v.view,
           coalesce(t.expected, 0), coalesce(t.reported, 0), coalesce(t.whole, false),
           ARRAY(SELECT code FROM unnest(t.missing) AS code ORDER BY code COLLATE "C"),
           coalesce(t.carried, '{}'),
           t.value, t.numerator, t.denominator, t.counted_value,
           t.counted_numerator, t.counted_denominator, t.fingerprint
    FROM pairs AS w CROSS JOIN views AS v
    LEFT JOIN totals AS t
    ON t.indicator_id = w.indicator_id AND t.year = w.year AND t.view = v.view"""


# How the schools that reported moved since each year from which a missing school is carried.
_MOVED = f"""
    moved AS (
        SELECT m.indicator_id, m.year, m.view, m.carried_year,
               sum(f.value) AS value_then, sum(f.numerator) AS numerator_then,
               sum(f.denominator) AS denominator_then, sum(p.value) AS value,
               sum(p.numerator) AS numerator, sum(p.denominator) AS denominator
        FROM (
            SELECT DISTINCT indicator_id, year, view, carried_year FROM parts
            WHERE NOT counted AND carried_year IS NOT NULL
        ) AS m
        JOIN indicators_indicator AS i ON i.id = m.indicator_id
        JOIN parts AS p
        ON p.indicator_id = m.indicator_id AND p.year = m.year AND p.view = m.view AND p.counted
        JOIN indicators_countedfigure AS f ON f.indicator_id = m.indicator_id
        AND f.school_id = p.school_id AND f.view = m.view AND f.year = m.carried_year
        WHERE {is_number("f", "i.aggregation")}
        GROUP BY m.indicator_id, m.year, m.view, m.carried_year
    )"""

_LAST_FIGURES = """
    SELECT p.indicator_id, p.year::integer, p.view, p.code, p.carried_year::integer,
           p.value, p.numerator, p.denominator,
           m.value_then, m.numerator_then, m.denominator_then, m.value, m.numerator, m.denominator
    FROM parts AS p JOIN moved AS m
    ON m.indicator_id = p.indicator_id AND m.year = p.year AND m.view = p.view
    AND m.carried_year = p.carried_year
    WHERE NOT p.counted"""
