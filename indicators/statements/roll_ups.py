"""Projects, objectives, levers and plans as the means of their items, as one SELECT.

Either all of them, or those above the progress that moved: four parameters, arrays of the same
length, `plans`, `indicators`, `years` and `views`, say which did. A third way in is the day until
which milestones count, `today`.

`inputs_hash` is the md5 of the text of a row of: the two thresholds, whether the year is final, and
each item in order: its weight, its progress and its expected progress, whether it is an estimate
and whether it is pending.
"""

from indicators.statements.shared import VIEWS, stored

_KINDS = {"objective": "objectives_objective", "lever": "levers_lever"}


def roll_up_query(
    *,
    everything: bool = True,
    progress: str = "indicators_progress",
    roll_ups: str = "indicators_rollup",
) -> str:
    """Columns: those of RollUp but `id`, `formula_version` and `computed_at`.

    `progress`: the table with the rows of `progress_query`. `roll_ups`: where the other objectives
    stand, when only some are wanted.
    """
    cells = _every_cell() if everything else _cells_above()
    parts = [
        VIEWS,
        cells,
        _ITEMS.format(progress=progress),
        _mean_of("elements", "cells", "items"),
        _axes(None if everything else roll_ups),
        _mean_of("wholes", "plan_cells", "axes"),
    ]
    return f"WITH {', '.join(parts)} {_ROWS}"


def _every_cell() -> str:
    elements = " UNION ALL ".join(
        f"SELECT '{kind}' AS kind, e.id, e.plan_id FROM {table} AS e WHERE e.archived_at IS NULL"
        for kind, table in (_KINDS | {"project": "projects_flagshipproject"}).items()
    )
    return f"""
    plan_cells AS (
        SELECT 'plan' AS kind, p.id, p.id AS plan_id, y.year, v.view
        FROM objectives_strategicplan AS p CROSS JOIN views AS v
        CROSS JOIN LATERAL imt_years(p.baseline_year, p.last_year) AS y(year)
    ),
    cells AS (
        SELECT e.kind, e.id, e.plan_id, c.year, c.view
        FROM ({elements}) AS e JOIN plan_cells AS c ON c.plan_id = e.plan_id
    )"""


def _cells_above() -> str:
    elements = " UNION ".join(
        f"""
        SELECT '{kind}' AS kind, e.id, e.plan_id, m.year, m.view
        FROM moved AS m
        JOIN indicators_indicatorlink AS l ON l.indicator_id = m.indicator_id
        JOIN {table} AS e
        ON e.id = l.{kind}_id AND e.plan_id = m.plan_id AND e.archived_at IS NULL"""
        for kind, table in _KINDS.items()
    )
    return f"""
    moved AS (
        SELECT m.* FROM unnest(
            %(plans)s::bigint[], %(indicators)s::bigint[], %(years)s::integer[], %(views)s::text[]
        ) AS m(plan_id, indicator_id, year, view)
        JOIN objectives_strategicplan AS p ON p.id = m.plan_id
        AND m.year BETWEEN p.baseline_year AND p.last_year
    ),
    cells AS ({elements}),
    plan_cells AS (
        SELECT DISTINCT 'plan' AS kind, plan_id AS id, plan_id, year, view FROM cells
        WHERE kind = 'objective'
    )"""


def _links_of(kind: str) -> str:
    """The reference target of an indicator says how far it has come."""
    return f"""
        SELECT c.kind, c.id, c.plan_id, c.year, c.view, 1 AS part, i.rank, i.code::text AS code,
               l.id AS item, l.weight, pr.exact_progress AS progress,
               pr.exact_expected AS expected, coalesce(pr.is_estimate, false) AS is_estimate,
               coalesce(pr.status = 'pending', false) AS is_pending
        FROM cells AS c
        JOIN indicators_indicatorlink AS l ON l.{kind}_id = c.id
        JOIN indicators_indicator AS i ON i.id = l.indicator_id AND i.archived_at IS NULL
        LEFT JOIN indicators_target AS t
        ON t.indicator_id = i.id AND t.plan_id = c.plan_id AND t.is_reference
        AND t.archived_at IS NULL
        LEFT JOIN {{progress}} AS pr
        ON pr.target_id = t.id AND pr.year = c.year AND pr.view = c.view
        WHERE c.kind = '{kind}'"""


def _served_by(kind: str) -> str:
    return f"""
        SELECT c.kind, c.id, c.plan_id, c.year, c.view, 2, p.rank, p.code::text, s.id, s.weight,
               project.progress, project.expected, false, false
        FROM cells AS c
        JOIN projects_serves AS s ON s.{kind}_id = c.id
        JOIN projects_flagshipproject AS p
        ON p.id = s.project_id AND p.plan_id = c.plan_id AND p.archived_at IS NULL
        CROSS JOIN LATERAL ({_PROJECT.format(project="p.id")}) AS project
        WHERE c.kind = '{kind}'"""


# Done and due weight over all weight, at the end of the year, or today in the running one.
_PROJECT = """
            SELECT imt_quotient(
                       coalesce(sum(m.weight) FILTER (WHERE m.done_on <= day.it), 0),
                       nullif(sum(m.weight), 0)
                   ) AS progress,
                   imt_quotient(
                       coalesce(sum(m.weight) FILTER (WHERE m.due_on <= day.it), 0),
                       nullif(sum(m.weight), 0)
                   ) AS expected
            FROM projects_milestone AS m,
                 (SELECT least(make_date(c.year, 12, 31), %(today)s::date) AS it) AS day
            WHERE m.project_id = {project}"""

_ITEMS = f"""
    items AS (
        {" UNION ALL ".join(part(kind) for part in (_links_of, _served_by) for kind in _KINDS)}
        UNION ALL
        SELECT c.kind, c.id, c.plan_id, c.year, c.view, 3, 0, '', c.id, 1, project.progress,
               project.expected, false, false
        FROM cells AS c CROSS JOIN LATERAL ({_PROJECT.format(project="c.id")}) AS project
        WHERE c.kind = 'project'
    )"""


def _mean_of(name: str, cells: str, items: str) -> str:
    """Σ w·clamp(p) / Σ w over the items that have data, in the order of the items; the verdict."""
    return f"""
    {name}_summed AS ({_SUMS.format(cells=cells, items=items)}),
    {name}_weighed AS MATERIALIZED (
        SELECT m.*, p.on_track_from, p.at_risk_from, m.year >= p.last_year AS is_over,
               imt_pace(m.progress, m.expected) AS pace
        FROM (
            SELECT kind, id, plan_id, year, view, texts, is_estimate, is_waiting,
                   imt_quotient(progress, nullif(known, 0)) AS progress,
                   imt_quotient(expected, nullif(known, 0)) AS expected,
                   imt_quotient(coalesce(known, 0), nullif(weight, 0)) AS coverage
            FROM {name}_summed
        ) AS m
        JOIN objectives_strategicplan AS p ON p.id = m.plan_id
    ),
    {name} AS MATERIALIZED (
        SELECT w.*, imt_until_counted(would_be, is_estimate, is_over, is_waiting) AS status
        FROM (
            SELECT *, imt_roll_up_status(
                       progress, pace, coverage, on_track_from, at_risk_from, is_over
                   ) AS would_be
            FROM {name}_weighed
        ) AS w
    )"""


_ORDER = "ORDER BY i.part, i.rank, i.code, i.item"
_KNOWN = "i.progress IS NOT NULL AND i.expected IS NOT NULL"
_COUNTING = f"{_KNOWN} AND i.weight <> 0"

_SUMS = f"""
            SELECT c.kind, c.id, c.plan_id, c.year, c.view,
                   imt_sum(imt_round28(i.weight * least(greatest(i.progress, 0), 1)) {_ORDER})
                       FILTER (WHERE {_KNOWN}) AS progress,
                   imt_sum(imt_round28(i.weight * least(greatest(i.expected, 0), 1)) {_ORDER})
                       FILTER (WHERE {_KNOWN}) AS expected,
                   sum(i.weight) FILTER (WHERE {_KNOWN}) AS known,
                   sum(i.weight) AS weight,
                   coalesce(bool_or(i.is_estimate) FILTER (WHERE {_COUNTING}), false)
                       AS is_estimate,
                   coalesce(bool_and(i.is_pending) FILTER (WHERE {_COUNTING}), false)
                       AS is_waiting,
                   string_agg(ROW(
                       i.weight, i.progress, i.expected, i.is_estimate, i.is_pending
                   )::text, '' {_ORDER}) AS texts
            FROM {{cells}} AS c
            LEFT JOIN {{items}} AS i
            ON i.kind = c.kind AND i.id = c.id AND i.year = c.year AND i.view = c.view
            GROUP BY c.kind, c.id, c.plan_id, c.year, c.view
        """


_AXES = """
    axes AS (
        SELECT c.kind, c.id, c.plan_id, c.year, c.view, 1 AS part, o.rank, o.code::text AS code,
               o.id AS item, o.weight, {progress} AS progress, {expected} AS expected,
               {is_estimate} AS is_estimate, {is_pending} AS is_pending
        FROM plan_cells AS c
        JOIN objectives_objective AS o ON o.plan_id = c.plan_id AND o.archived_at IS NULL
        LEFT JOIN elements AS e
        ON e.kind = 'objective' AND e.id = o.id AND e.year = c.year AND e.view = c.view
        {others}
    )"""


def _axes(roll_ups: str | None) -> str:
    """The objectives of each plan: as computed here or, where they did not move, as they stand."""
    columns = {
        "progress": ("e.progress", "r.exact_progress"),
        "expected": ("e.expected", "r.exact_expected"),
        "is_estimate": ("e.is_estimate", "r.is_estimate"),
        "is_pending": ("e.status = 'pending'", "r.status = 'pending'"),
    }
    if roll_ups is None:
        return _AXES.format(others="", **{name: here for name, (here, _) in columns.items()})
    return _AXES.format(
        others=f"""LEFT JOIN {roll_ups} AS r
        ON e.id IS NULL AND r.objective_id = o.id AND r.year = c.year AND r.view = c.view""",
        **{
            name: f"CASE WHEN e.id IS NULL THEN {standing} ELSE {here} END"
            for name, (here, standing) in columns.items()
        },
    )


_ROWS = f"""
    SELECT CASE kind WHEN 'plan' THEN id END AS plan_id,
           CASE kind WHEN 'objective' THEN id END AS objective_id,
           CASE kind WHEN 'lever' THEN id END AS lever_id,
           CASE kind WHEN 'project' THEN id END AS project_id,
           year::smallint AS year, view,
           {stored("progress")} AS progress, {stored("expected")} AS expected_progress,
           {stored("pace")} AS pace, {stored("coverage")} AS coverage,
           status::varchar(14) AS status,
           CASE status WHEN 'pending' THEN would_be ELSE '' END::varchar(14) AS would_be,
           is_estimate, progress AS exact_progress, expected AS exact_expected,
           md5(ROW(on_track_from, at_risk_from, is_over, texts)::text) AS inputs_hash
    FROM (SELECT * FROM elements UNION ALL SELECT * FROM wholes) AS means"""
