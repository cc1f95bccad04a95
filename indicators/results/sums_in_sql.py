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

from collections.abc import Iterable
from enum import Enum

from indicators.results.parts_of_sql import (
    BOUNDS,
    IN_USE_IN,
    MERGERS,
    VIEWS,
    is_excused,
    is_excused_in,
    is_number,
)


class YearRelation(Enum):
    APART = "<>"
    SUMMED = "="

    @property
    def condition(self) -> str:
        return f"i.accumulation {self.value} 'cumulative'"


def sums_query(years: YearRelation) -> str:
    """Returns the SELECT, with the columns of `SummedYear` and one row for each pair and view."""
    parts = f"{_OWN}, {_APART}" if years is YearRelation.APART else _SUMMED
    return f"WITH RECURSIVE {_common(years)}, {parts}, {_TOTALS} {_ROWS}"


def last_figures_query() -> str:
    """Returns the SELECT of the figures that are carried for each school that is missing in these
    pairs, with the sums of the schools that reported both in their year and in the year itself."""
    common = _common(YearRelation.APART)
    return f"WITH RECURSIVE {common}, {_OWN}, {_APART}, {_STANDING_IN}, {_MOVED} {_LAST_FIGURES}"


def _common(years: YearRelation) -> str:
    return f"{BOUNDS}, {VIEWS}, {MERGERS}, {_pairs(years)}"


def _pairs(years: YearRelation) -> str:
    return f"""
    pairs AS (
        SELECT i.id AS indicator_id, w.year, i.aggregation, i.accumulation, i.scale,
               {_SINCE if years is YearRelation.SUMMED else "NULL::integer"} AS since
        FROM unnest(%(pair_indicators)s::bigint[], %(pair_years)s::integer[])
            AS w(indicator_id, year)
        JOIN indicators_indicator AS i ON i.id = w.indicator_id
        CROSS JOIN bounds
        WHERE {IN_USE_IN.format(year="w.year")} AND {years.condition}
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

# Who reports an indicator: the institute's own schools, or the institute by its own row.
_KIND = "CASE i.aggregation WHEN 'none' THEN 'institute' ELSE 'own' END"

# The schools expected in a year, or the institute, each with the figure that counts in each view.
_DUE = f"""
    due AS (
        SELECT i.*, v.view, s.id AS school_id, s.code::text AS code, s.first_year,
               f.state, f.value, f.numerator, f.denominator
        FROM pairs AS i CROSS JOIN views AS v JOIN accounts_school AS s ON s.kind = {_KIND}
        AND coalesce(s.first_year <= i.year, true) AND coalesce(i.year <= s.last_year, true)
        LEFT JOIN indicators_countedfigure AS f ON f.indicator_id = i.indicator_id
        AND f.year = i.year AND f.view = v.view AND f.school_id = s.id
    )"""

# Of the schools that are not excused: by "not applicable", their own word or the plan office's.
_OWN = f"""
    {_DUE},
    own AS (
        SELECT a.*, coalesce({is_number("a", "a.aggregation")}, false) AS counted, true AS needed
        FROM due AS a WHERE NOT {is_excused("a.state", "a.indicator_id", "a.school_id", "a.year")}
    )"""

_EXCUSED_IN_ITS_YEAR = is_excused("f.state", "a.indicator_id", "a.school_id", "a.year")
_EXCUSED_ON_THE_WAY = is_excused_in(
    "own.view", "own.indicator_id", "way.into_id", "way.into_last_year"
)


def _carried() -> str:
    """Returns the SELECT of what is carried for the school of `own` where its figure is missing, as
    `indicators.formulas.mergers` has it: a row for itself, and one for each school that merged into
    it and for which no later figure speaks. `stands` says that the row is a number, `is_known` that
    it is one or that there is nothing to bring."""
    return f"""
        SELECT q.id, q.code, f.year, f.value, f.numerator, f.denominator,
               coalesce(f.state = 'number', false) AS stands,
               f.year IS NOT NULL OR (q.first_year = q.at) IS TRUE OR EXISTS (
                   SELECT FROM (
                       SELECT min(m.since) AS since FROM mergers AS m
                       WHERE m.into_id = q.id AND m.since < q.at
                   ) AS earliest
                   WHERE q.first_year > earliest.since
                   OR {is_excused_in("own.view", "own.indicator_id", "q.id", "earliest.since")}
               ) AS is_known
        FROM (
            SELECT own.school_id AS id, own.code, own.first_year, own.year::integer AS at
            UNION ALL
            SELECT m.school_id, m.code, m.first_year, m.last_year FROM mergers AS m
            WHERE m.into_id = own.school_id AND m.since < own.year AND NOT EXISTS (
                SELECT FROM mergers AS way JOIN indicators_countedfigure AS later
                ON later.indicator_id = own.indicator_id AND later.school_id = way.into_id
                AND later.view = own.view AND later.year > way.since
                WHERE way.school_id = m.school_id AND CASE
                    WHEN way.into_id = own.school_id
                    THEN later.year <= own.year AND {is_number("later", "own.aggregation")}
                    ELSE later.year <= way.into_last_year AND EXISTS (
                        SELECT FROM mergers AS further
                        WHERE further.school_id = way.into_id AND further.into_id = own.school_id
                    ) AND {is_number("later", "own.aggregation")}
                END
            ) AND NOT EXISTS (
                SELECT FROM mergers AS way JOIN mergers AS further
                ON further.school_id = way.into_id AND further.into_id = own.school_id
                WHERE way.school_id = m.school_id AND way.into_last_year > way.since
                AND {_EXCUSED_ON_THE_WAY}
            )
        ) AS q
        LEFT JOIN LATERAL (
            SELECT f.year, f.state, f.value, f.numerator, f.denominator
            FROM indicators_countedfigure AS f
            WHERE f.indicator_id = own.indicator_id AND f.view = own.view AND f.year <= q.at
            AND f.school_id = q.id AND {is_number("f", "own.aggregation")}
            UNION ALL
            SELECT q.at, 'not_applicable', NULL, NULL, NULL
            WHERE {is_excused_in("own.view", "own.indicator_id", "q.id", "q.at")}
            ORDER BY year DESC LIMIT 1
        ) AS f ON true
        WHERE own.needed AND NOT own.counted"""


def _stand_in() -> str:
    """Returns the row of what is carried for the school of `own`, added up."""
    sums = ", ".join(f"sum(c.{name}) FILTER (WHERE c.stands) AS {name}" for name in _BROUGHT)
    return f"""
        SELECT {sums}, bool_and(c.is_known) AS is_known,
               count(*) FILTER (WHERE c.stands) AS figures,
               bool_or(c.stands AND c.id = own.school_id) AS has_own,
               jsonb_object_agg(c.code, c.year) FILTER (WHERE c.stands) AS carried,
               sum({_nested_hashes("c.id", "c.year", *_prefixed("c", _BROUGHT))}) AS fingerprint
        FROM ({_carried()}) AS c"""


def _prefixed(alias: str, names: Iterable[str]) -> list[str]:
    return [f"{alias}.{name}" for name in names]


# What a school brings: its figure, or what is carried in its place; nothing, if it is left out
# because it begins with the year.
_EITHER = ", ".join(
    f"CASE WHEN own.counted THEN own.{name} ELSE stand_in.{name} END AS {name}" for name in _BROUGHT
)
_IS_KNOWN = """own.counted OR (
                   stand_in.is_known AND (
                       stand_in.figures > 0 OR (own.first_year = own.year) IS TRUE
                   )
               )"""

# One row for each expected school that is not excused, with what it brings.
_APART = f"""
    parts AS (
        SELECT own.indicator_id, own.year, own.view, own.school_id, own.code, own.counted,
               own.counted AS present, {_EITHER}, {_IS_KNOWN} AS is_known,
               NOT own.counted AND stand_in.is_known AND stand_in.figures = 0 AS left_out,
               jsonb_build_array(stand_in.carried) AS carried,
               CASE WHEN own.counted THEN 1 ELSE stand_in.figures END AS figures,
               CASE WHEN own.counted THEN
                   {_nested_hashes("own.school_id", "own.year", *_prefixed("own", _BROUGHT))}
                   ELSE stand_in.fingerprint END AS fingerprint
        FROM own LEFT JOIN LATERAL ({_stand_in()}) AS stand_in ON true
    )"""

# For running sums: every school in every year since the baseline, whether it was a member or not.
_DUE_SINCE = f"""
    series AS (
        SELECT indicator_id, aggregation, since, max(year) AS last FROM pairs
        GROUP BY indicator_id, aggregation, since
    ),
    due AS (
        SELECT i.indicator_id, y.year, i.aggregation, s.id AS school_id,
               s.code::text AS code, s.first_year,
               coalesce(s.first_year <= y.year, true) AND coalesce(y.year <= s.last_year, true)
                   AS member
        FROM series AS i CROSS JOIN LATERAL imt_years(i.since, i.last) AS y(year)
        JOIN accounts_school AS s ON s.kind = {_KIND}
    )"""


# A school is expected as soon as a figure of one year is due; it reported when none of those is
# missing. For a missing year its last number stands in, and those of the schools that merged into
# it. `present` says that the school has a number for the latest year that is due of any school.
_SUMMED = f"""
    {_DUE_SINCE},
    own AS (
        SELECT a.*, v.view, counted.it AS counted,
               a.member AND NOT {_EXCUSED_IN_ITS_YEAR} AS needed,
               f.value, f.numerator, f.denominator
        FROM due AS a CROSS JOIN views AS v
        LEFT JOIN indicators_countedfigure AS f ON f.indicator_id = a.indicator_id
        AND f.school_id = a.school_id AND f.view = v.view AND f.year = a.year
        CROSS JOIN LATERAL (
            SELECT coalesce({is_number("f", "a.aggregation")}, false) AS it
        ) AS counted
    ),
    brought AS (
        SELECT own.indicator_id, own.view, own.year, own.school_id, own.code, own.needed,
               own.counted, {_EITHER}, {_IS_KNOWN} AS is_known, stand_in.carried,
               NOT own.counted AND stand_in.is_known AND stand_in.figures = 0 AS left_out,
               own.counted OR stand_in.has_own AS has_own
        FROM own LEFT JOIN LATERAL ({_stand_in()}) AS stand_in ON true
    ),
    running AS (
        SELECT indicator_id, view, year, school_id, code,
               count(*) FILTER (WHERE needed) OVER so_far AS due_years,
               count(*) FILTER (WHERE needed AND NOT counted) OVER so_far = 0 AS counted,
               count(*) FILTER (WHERE needed AND is_known IS NOT TRUE) OVER so_far = 0 AS is_known,
               count(*) FILTER (WHERE needed AND left_out) OVER so_far > 0 AS left_out,
               count(*) FILTER (WHERE needed AND has_own) OVER so_far > 0 AS has_own,
               max(year) FILTER (WHERE needed) OVER so_far AS last_due,
               array_agg(year) FILTER (WHERE counted) OVER so_far AS counted_years,
               jsonb_agg(carried) FILTER (WHERE carried IS NOT NULL) OVER so_far AS carried,
               sum(value) FILTER (WHERE needed) OVER so_far AS value,
               sum(numerator) FILTER (WHERE needed) OVER so_far AS numerator,
               sum(denominator) FILTER (WHERE needed) OVER so_far AS denominator
        FROM brought
        WINDOW so_far AS (PARTITION BY indicator_id, view, school_id ORDER BY year)
    ),
    parts AS (
        SELECT indicator_id, view, year, school_id, code, counted, is_known, left_out, carried,
               has_own::integer AS figures, value, numerator, denominator,
               coalesce(max(last_due) OVER (PARTITION BY indicator_id, view, year)
                   = ANY (counted_years), false) AS present,
               {_nested_hashes("school_id", "CASE WHEN is_known THEN last_due END", *_BROUGHT)}
                   AS fingerprint
        FROM running WHERE due_years > 0
    )"""

_TOTALS = """
    totals AS (
        SELECT indicator_id, view, year,
               count(*) AS expected,
               count(*) FILTER (WHERE counted) AS reported,
               bool_or(present) AND count(*) FILTER (WHERE is_known) = count(*) AS whole,
               sum(figures) AS figures,
               array_agg(code) FILTER (WHERE NOT counted) AS missing,
               array_agg(code) FILTER (WHERE left_out) AS left_out,
               jsonb_agg(carried) FILTER (WHERE NOT counted) AS carried,
               sum(value) AS value, sum(numerator) AS numerator, sum(denominator) AS denominator,
               sum(value) FILTER (WHERE counted) AS counted_value,
               sum(numerator) FILTER (WHERE counted) AS counted_numerator,
               sum(denominator) FILTER (WHERE counted) AS counted_denominator,
               sum(fingerprint) AS fingerprint
        FROM parts GROUP BY indicator_id, view, year
    )"""

_ROWS = """
    SELECT w.indicator_id, w.year::integer, v.view,
           coalesce(t.expected, 0), coalesce(t.reported, 0), coalesce(t.whole, false),
           coalesce(t.figures, 0),
           ARRAY(SELECT code FROM unnest(t.missing) AS code ORDER BY code COLLATE "C"),
           ARRAY(SELECT code FROM unnest(t.left_out) AS code ORDER BY code COLLATE "C"),
           coalesce(t.carried, '[]'),
           t.value, t.numerator, t.denominator, t.counted_value,
           t.counted_numerator, t.counted_denominator, t.fingerprint
    FROM pairs AS w CROSS JOIN views AS v
    LEFT JOIN totals AS t
    ON t.indicator_id = w.indicator_id AND t.year = w.year AND t.view = v.view"""


# Of the missing schools of which nothing is unknown.
_STANDING_IN = f"""
    standing_in AS (
        SELECT own.indicator_id, own.year, own.view, own.code AS missing, c.code,
               c.year AS carried_year, c.value, c.numerator, c.denominator
        FROM own JOIN parts AS p ON p.indicator_id = own.indicator_id AND p.year = own.year
        AND p.view = own.view AND p.school_id = own.school_id AND p.is_known
        CROSS JOIN LATERAL ({_carried()}) AS c
        WHERE c.stands
    )"""

# How the schools that reported moved since each year from which a figure is carried, without those
# into which others merged in between.
_MOVED = f"""
    moved AS (
        SELECT m.indicator_id, m.year, m.view, m.carried_year,
               sum(f.value) AS value_then, sum(f.numerator) AS numerator_then,
               sum(f.denominator) AS denominator_then, sum(p.value) AS value,
               sum(p.numerator) AS numerator, sum(p.denominator) AS denominator
        FROM (
            SELECT DISTINCT indicator_id, year, view, carried_year FROM standing_in
        ) AS m
        JOIN indicators_indicator AS i ON i.id = m.indicator_id
        JOIN parts AS p
        ON p.indicator_id = m.indicator_id AND p.year = m.year AND p.view = m.view AND p.counted
        JOIN indicators_countedfigure AS f ON f.indicator_id = m.indicator_id
        AND f.school_id = p.school_id AND f.view = m.view AND f.year = m.carried_year
        WHERE {is_number("f", "i.aggregation")} AND NOT EXISTS (
            SELECT FROM mergers WHERE mergers.into_id = p.school_id
            AND mergers.since >= m.carried_year AND mergers.since < m.year
        )
        GROUP BY m.indicator_id, m.year, m.view, m.carried_year
    )"""

_LAST_FIGURES = """
    SELECT c.indicator_id, c.year::integer, c.view, c.missing, c.code, c.carried_year::integer,
           c.value, c.numerator, c.denominator,
           m.value_then, m.numerator_then, m.denominator_then, m.value, m.numerator, m.denominator
    FROM standing_in AS c LEFT JOIN moved AS m
    ON m.indicator_id = c.indicator_id AND m.year = c.year AND m.view = c.view
    AND m.carried_year = c.carried_year"""
