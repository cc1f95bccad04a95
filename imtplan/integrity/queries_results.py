"""The checks of stored results that are one query; see `queries`."""

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

Query = tuple[str, str, Promise, Promise, str]

RECOMPUTE = _("Ask for a recomputation of everything.")

RESULTS: list[Query] = [
    (
        "sums_are_the_schools_figures",
        "error",
        _("a complete sum is the sum of the figures that count"),
        RECOMPUTE,
        """
        SELECT i.code || ' · ' || v.year || ' · ' || v.view || ': ' || trim_scale(v.value)
            || ' is stored, the figures add up to ' || trim_scale(total.value)
        FROM indicators_institutevalue AS v
        JOIN indicators_indicator AS i ON i.id = v.indicator_id
        JOIN LATERAL (
            SELECT sum(f.value) AS value FROM indicators_countedfigure AS f
            JOIN accounts_school AS s ON s.id = f.school_id AND s.kind = 'own'
            AND coalesce(s.first_year, 0) <= v.year AND coalesce(s.last_year, 9999) >= v.year
            WHERE f.indicator_id = v.indicator_id AND f.year = v.year AND f.state = 'number'
            AND f.view = v.view
        ) AS total ON true
        WHERE i.aggregation = 'sum' AND i.accumulation <> 'cumulative' AND v.value IS NOT NULL
        AND v.value IS DISTINCT FROM total.value ORDER BY 1""",
    ),
    (
        "coverage_counts_the_missing",
        "error",
        _("schools expected, less those that reported, are those that are missing"),
        RECOMPUTE,
        """
        SELECT i.code || ' · ' || v.year || ' · ' || v.view
        FROM indicators_institutevalue AS v JOIN indicators_indicator AS i ON i.id = v.indicator_id
        WHERE v.reported + cardinality(v.missing) <> v.expected
        OR (v.value IS NOT NULL AND v.reported < v.expected) ORDER BY 1""",
    ),
    (
        "progress_is_of_the_institutes_value",
        "error",
        _("the value held against an institute's target is the institute's value"),
        RECOMPUTE,
        """
        SELECT t.code || ' · ' || p.year || ' · ' || p.view
        FROM indicators_progress AS p
        JOIN indicators_target AS t ON t.id = p.target_id AND t.school_id IS NULL
        LEFT JOIN indicators_institutevalue AS v
        ON v.indicator_id = t.indicator_id AND v.year = p.year AND v.view = p.view
        WHERE p.value IS DISTINCT FROM coalesce(v.value, v.estimate) ORDER BY 1""",
    ),
    (
        "the_last_word_is_of_a_full_count",
        "error",
        _("achieved and missed are said of a full count only"),
        RECOMPUTE,
        """
        SELECT t.code || ' · ' || p.year || ' · ' || p.view || ': ' || p.status
        FROM indicators_progress AS p JOIN indicators_target AS t ON t.id = p.target_id
        WHERE (p.is_estimate AND p.status IN ('achieved', 'missed'))
        OR (p.status = 'pending') <> (p.would_be <> '') ORDER BY 1""",
    ),
    (
        "one_formula_version",
        "error",
        _("all results are of one version of the formulas"),
        RECOMPUTE,
        """
        SELECT 'version ' || formula_version || ': ' || count(*) || ' results' FROM (
            SELECT formula_version FROM indicators_institutevalue
            UNION ALL SELECT formula_version FROM indicators_progress
            UNION ALL SELECT formula_version FROM indicators_rollup
        ) AS results
        GROUP BY formula_version
        HAVING formula_version <> (
            SELECT max(formula_version) FROM indicators_progress
        ) ORDER BY 1""",
    ),
    (
        "nothing_waits_for_long",
        "error",
        _("what is stale is recomputed within ten minutes"),
        _("Is the worker running? Is beat? Their logs say so; the marks are kept meanwhile."),
        """
        SELECT reason || ' since ' || to_char(marked_at, 'YYYY-MM-DD HH24:MI')
        FROM indicators_stalemark WHERE marked_at < %(now)s - interval '10 minutes'
        ORDER BY marked_at""",
    ),
    (
        "no_indicator_failed",
        "error",
        _("every indicator can be computed"),
        _("Read the error: most often a number too large. Correct it; it is computed again then."),
        """
        SELECT i.code || ': ' || r.error FROM indicators_recomputerun AS r
        JOIN indicators_indicator AS i ON i.id = r.indicator_id
        WHERE r.error <> '' AND r.resolved_at IS NULL ORDER BY r.id""",
    ),
]
