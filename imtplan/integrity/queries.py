"""The checks that are one query: name, level, statement, advice, and SQL that returns faults."""

from django.utils.functional import Promise
from django.utils.text import format_lazy
from django.utils.translation import gettext_lazy as _

from imtplan.integrity.queries_results import RESULTS, Query

_FIGURE = """i.code || ' · ' || s.code || ' · ' || f.year"""
_FIGURES = """indicators_figure AS f
    JOIN indicators_indicator AS i ON i.id = f.indicator_id
    JOIN accounts_school AS s ON s.id = f.school_id"""
_LOOK = _("Open the figure's history, find who wrote it and when, and enter it again.")
_EDIT = _("Open the plan's page and complete it.")

# The plans whose office says that they are whole; a draft is still being written.
_NO_DRAFTS = "SELECT id FROM objectives_strategicplan WHERE state <> 'draft'"

UNLIKE_ITS_VERSIONS = """
    SELECT id::text FROM (
        (SELECT {columns} FROM public."{table}" EXCEPT SELECT {columns} FROM past."{table}")
        UNION
        (SELECT {columns} FROM past."{table}" EXCEPT SELECT {columns} FROM public."{table}")
    ) AS unlike GROUP BY id ORDER BY id
"""


# As it stands now, or stood when figure `f` was written.
_OPENING_OF_THE_OTHER = """least(other.opens_at, (
    SELECT e.opens_at FROM campaigns_campaignevent AS e
    WHERE e.pgh_obj_id = other.id AND e.pgh_created_at <= f.pgh_created_at
    ORDER BY e.pgh_created_at DESC, e.pgh_id DESC LIMIT 1
))"""


def _closing_of(campaign: str) -> str:
    """Returns the SQL of the last moment at which figure `f` could be written in a campaign: as its
    closing and the school's longer time stand now, or stood when it was written. A closing that was
    moved back afterwards, or a longer time that was taken away, accuses nobody."""
    known = """SELECT {closes_at} FROM campaigns_{table}event AS e
        WHERE {of_it} AND e.pgh_created_at <= f.pgh_created_at
        ORDER BY e.pgh_created_at DESC, e.pgh_id DESC LIMIT 1"""
    then = known.format(
        table="campaign", closes_at="e.closes_at", of_it=f"e.pgh_obj_id = {campaign}.id"
    )
    longer_then = known.format(
        table="extension",
        closes_at="CASE WHEN e.pgh_label <> 'delete' THEN e.closes_at END",
        of_it=f"e.campaign_id = {campaign}.id AND e.school_id = f.school_id",
    )
    longer = f"""SELECT x.closes_at FROM campaigns_extension AS x
        WHERE x.campaign_id = {campaign}.id AND x.school_id = f.school_id"""
    return f"greatest({campaign}.closes_at, ({longer}), ({then}), ({longer_then}))"


def both(first: Promise, second: Promise) -> Promise:
    """Joins two sentences, each translated when it is read."""
    return format_lazy("{} {}", first, second)


QUERIES: list[Query] = [
    *RESULTS,
    # --- Figures ---
    (
        "versions_have_no_gap",
        "error",
        _("a figure's versions are numbered 1, 2, 3 … without a gap"),
        _("A version was removed, or written past the application. Compare with a backup."),
        """
        SELECT 'figure ' || pgh_obj_id || ': ' || count(DISTINCT version) || ' of '
            || max(version) || ' versions'
        FROM indicators_figureevent WHERE pgh_label <> 'delete'
        GROUP BY pgh_obj_id HAVING count(DISTINCT version) <> max(version) - min(version) + 1
        ORDER BY 1""",
    ),
    (
        "closed_campaigns_are_untouched",
        "error",
        _("no number of a closed campaign changed after its closing"),
        both(_("The trigger refuse_when_closed was passed by."), _LOOK),
        f"""
        SELECT DISTINCT {_FIGURE}
        FROM (
            SELECT e.*, lag(ROW(e.state, e.value, e.numerator, e.denominator)) OVER (
                PARTITION BY e.pgh_obj_id ORDER BY e.pgh_id
            ) AS before, ROW(e.state, e.value, e.numerator, e.denominator) AS after
            FROM indicators_figureevent AS e
        ) AS f
        JOIN indicators_indicator AS i ON i.id = f.indicator_id
        JOIN accounts_school AS s ON s.id = f.school_id
        JOIN campaigns_campaign AS c ON c.year = f.year
        JOIN campaigns_campaign_indicators AS ci
        ON ci.campaign_id = c.id AND ci.indicator_id = f.indicator_id
        WHERE NOT f.before IS NULL AND f.before IS DISTINCT FROM f.after
        AND f.pgh_created_at > {_closing_of("c")}
        AND NOT EXISTS (  -- asked of the school again, by a campaign of the year open at that time
            SELECT FROM campaigns_campaign AS other
            JOIN campaigns_campaign_indicators AS asks
            ON asks.campaign_id = other.id AND asks.indicator_id = f.indicator_id
            WHERE other.year = f.year AND f.pgh_created_at >= {_OPENING_OF_THE_OTHER}
            AND f.pgh_created_at <= {_closing_of("other")}
            AND (
                EXISTS (
                    SELECT FROM campaigns_submission AS begun
                    WHERE begun.campaign_id = other.id AND begun.school_id = f.school_id
                ) OR f.school_id IN (
                    SELECT school_id FROM campaigns_campaign_schools AS chosen
                    WHERE chosen.campaign_id = other.id
                ) OR NOT EXISTS (
                    SELECT FROM campaigns_campaign_schools AS chosen
                    WHERE chosen.campaign_id = other.id
                )
            )
        ) ORDER BY 1""",
    ),
    (
        "figures_stand_as_their_submission",
        "error",
        _("what was handed in is submitted, what was validated is validated, the rest a draft"),
        _("Return the submission to the school and have it handed in again."),
        f"""
        SELECT {_FIGURE} || ': ' || f.status || ', its submission ' || b.state
        FROM {_FIGURES}
        JOIN campaigns_campaign AS c ON c.year = f.year
        JOIN campaigns_campaign_indicators AS ci
        ON ci.campaign_id = c.id AND ci.indicator_id = f.indicator_id
        JOIN campaigns_submission AS b ON b.campaign_id = c.id AND b.school_id = f.school_id
        WHERE f.status <> CASE b.state WHEN 'submitted' THEN 'submitted'
            WHEN 'validated' THEN 'validated' ELSE 'draft' END ORDER BY 1""",
    ),
    (
        "submissions_have_a_receipt",
        "warning",
        _("every submission that was handed in has its receipt"),
        _("Handed in before receipts were given, or loaded: hand it in again if one is needed."),
        """
        SELECT c.code || ' · ' || s.code FROM campaigns_submission AS b
        JOIN campaigns_campaign AS c ON c.id = b.campaign_id AND NOT c.is_demo
        JOIN accounts_school AS s ON s.id = b.school_id
        WHERE b.state IN ('submitted', 'validated')
        AND NOT EXISTS (SELECT FROM campaigns_receipt AS r WHERE r.submission_id = b.id)
        ORDER BY 1""",
    ),
    (
        "figures_are_of_a_school_that_exists",
        "warning",
        _("a school has figures only for the years it belongs to the plan"),
        _("Correct the school's first or last year, or remove the figure."),
        f"""
        SELECT {_FIGURE} FROM {_FIGURES}
        WHERE f.state = 'number'
        AND (f.year < coalesce(s.first_year, 0) OR f.year > coalesce(s.last_year, 9999))
        ORDER BY 1""",
    ),
    (
        "figures_are_within_bounds",
        "error",
        _("no figure is below what is possible, or above"),
        both(_LOOK, _("Or correct the indicator's bounds.")),
        f"""
        SELECT {_FIGURE} || ': ' || trim_scale(number) FROM (
            SELECT f.*, coalesce(f.value, f.numerator * i.scale / nullif(f.denominator, 0))
                AS number
            FROM indicators_figure AS f
            JOIN indicators_indicator AS i ON i.id = f.indicator_id
        ) AS f
        JOIN indicators_indicator AS i ON i.id = f.indicator_id
        JOIN accounts_school AS s ON s.id = f.school_id
        WHERE number < i.minimum OR number > i.maximum ORDER BY 1""",
    ),
    (
        "figures_have_the_digits_of_their_unit",
        "warning",
        _("no figure has more decimals than its indicator"),
        _LOOK,
        f"""
        SELECT {_FIGURE} || ': ' || trim_scale(f.value) FROM {_FIGURES}
        WHERE scale(trim_scale(f.value)) > i.decimals ORDER BY 1""",
    ),
    (
        "ratios_have_two_parts",
        "error",
        _("a ratio is entered as two parts, anything else as one value"),
        _LOOK,
        f"""
        SELECT {_FIGURE} FROM {_FIGURES}
        WHERE f.state = 'number' AND s.kind <> 'institute'
        AND (f.numerator IS NOT NULL) <> (i.aggregation = 'ratio') ORDER BY 1""",
    ),
    (
        "figures_stand_where_they_are_collected",
        "error",
        _("a school has figures of what schools are asked, the institute of what it enters itself"),
        _("Remove the figure, or correct how the indicator adds up."),
        f"""
        SELECT {_FIGURE} FROM {_FIGURES}
        WHERE f.state = 'number' AND (s.kind = 'institute') <> (i.aggregation = 'none')
        ORDER BY 1""",
    ),
    (
        "nothing_typed_is_left_behind",
        "warning",
        _("no text that could not be stored stays in a campaign that has closed"),
        _("Ask the school what it meant; give it more time to correct the cell."),
        """
        SELECT c.code || ' · ' || s.code || ' · ' || i.code FROM campaigns_keptinput AS k
        JOIN campaigns_campaign AS c ON c.id = k.campaign_id
        JOIN accounts_school AS s ON s.id = k.school_id
        JOIN indicators_indicator AS i ON i.id = k.indicator_id
        LEFT JOIN campaigns_extension AS x ON x.campaign_id = c.id AND x.school_id = k.school_id
        WHERE coalesce(x.closes_at, c.closes_at) < %(now)s ORDER BY 1""",
    ),
    # --- The plan ---
    (
        "weights_leave_something",
        "error",
        _("where items are linked, some of their weights are above zero"),
        both(_("Give one of the items a weight: without one there is no mean."), _EDIT),
        f"""
        SELECT kind || ' ' || code FROM (
            SELECT 'objective' AS kind, o.id, o.code, o.plan_id, o.archived_at, l.weight
            FROM objectives_objective AS o
            JOIN indicators_indicatorlink AS l ON l.objective_id = o.id
            UNION ALL SELECT 'objective', o.id, o.code, o.plan_id, o.archived_at, l.weight
            FROM objectives_objective AS o JOIN projects_serves AS l ON l.objective_id = o.id
            UNION ALL SELECT 'lever', o.id, o.code, o.plan_id, o.archived_at, l.weight
            FROM levers_lever AS o JOIN indicators_indicatorlink AS l ON l.lever_id = o.id
            UNION ALL SELECT 'lever', o.id, o.code, o.plan_id, o.archived_at, l.weight
            FROM levers_lever AS o JOIN projects_serves AS l ON l.lever_id = o.id
            UNION ALL SELECT 'plan', p.id, p.code, p.id, NULL, o.weight
            FROM objectives_strategicplan AS p
            JOIN objectives_objective AS o ON o.plan_id = p.id AND o.archived_at IS NULL
        ) AS items WHERE archived_at IS NULL AND plan_id IN ({_NO_DRAFTS})
        GROUP BY kind, id, code HAVING max(weight) = 0 ORDER BY 1""",
    ),
    (
        "objectives_are_measured",
        "warning",
        _("every objective in use has an indicator or a project"),
        _EDIT,
        f"""
        SELECT o.code FROM objectives_objective AS o WHERE o.archived_at IS NULL
        AND o.plan_id IN ({_NO_DRAFTS})
        AND NOT EXISTS (SELECT FROM indicators_indicatorlink AS l WHERE l.objective_id = o.id)
        AND NOT EXISTS (SELECT FROM projects_serves AS l WHERE l.objective_id = o.id)
        ORDER BY 1""",
    ),
    (
        "linked_indicators_have_a_reference",
        "warning",
        _("an indicator that counts in an objective or lever has a reference target in that plan"),
        _("Mark one of its targets as the reference, or give it a target."),
        f"""
        SELECT DISTINCT p.code || ' · ' || i.code FROM indicators_indicatorlink AS l
        JOIN indicators_indicator AS i ON i.id = l.indicator_id AND i.archived_at IS NULL
        LEFT JOIN objectives_objective AS o ON o.id = l.objective_id
        LEFT JOIN levers_lever AS v ON v.id = l.lever_id
        JOIN objectives_strategicplan AS p ON p.id = coalesce(o.plan_id, v.plan_id)
        WHERE p.id IN ({_NO_DRAFTS}) AND NOT EXISTS (
            SELECT FROM indicators_target AS t WHERE t.indicator_id = i.id AND t.plan_id = p.id
            AND t.is_reference AND t.archived_at IS NULL
        ) AND NOT EXISTS (
            SELECT FROM indicators_followedindicator AS w WHERE w.indicator_id = i.id
            AND w.plan_id = p.id AND w.archived_at IS NOT NULL
        ) ORDER BY 1""",
    ),
    (
        "what_counts_in_a_plan_is_followed",
        "error",
        _("a plan follows every indicator for which it has a target or a link"),
        _("Follow the indicator on the plan's page."),
        """
        SELECT p.code || ' · ' || i.code FROM (
            SELECT plan_id, indicator_id FROM indicators_target WHERE archived_at IS NULL
            UNION
            SELECT coalesce(o.plan_id, v.plan_id, f.plan_id), l.indicator_id
            FROM indicators_indicatorlink AS l
            LEFT JOIN objectives_objective AS o ON o.id = l.objective_id
            LEFT JOIN levers_lever AS v ON v.id = l.lever_id
            LEFT JOIN projects_flagshipproject AS f ON f.id = l.project_id
        ) AS used
        JOIN indicators_indicator AS i ON i.id = used.indicator_id AND i.archived_at IS NULL
        JOIN objectives_strategicplan AS p ON p.id = used.plan_id
        WHERE NOT EXISTS (
            SELECT FROM indicators_followedindicator AS w
            WHERE w.plan_id = used.plan_id AND w.indicator_id = used.indicator_id
        ) ORDER BY 1""",
    ),
    (
        "projects_serve_their_own_plan",
        "error",
        _("a project serves objectives and levers of its own plan"),
        _("Remove the link on the project's page, and make it in the right plan."),
        """
        SELECT p.code || ' → ' || coalesce(o.code, v.code) FROM projects_serves AS s
        JOIN projects_flagshipproject AS p ON p.id = s.project_id
        LEFT JOIN objectives_objective AS o ON o.id = s.objective_id
        LEFT JOIN levers_lever AS v ON v.id = s.lever_id
        WHERE coalesce(o.plan_id, v.plan_id) <> p.plan_id ORDER BY 1""",
    ),
    (
        "targets_are_of_their_plans_years",
        "warning",
        _("a target falls within the years of its plan"),
        _("Correct the target's year or its plan."),
        """
        SELECT t.code || ': ' || t.year FROM indicators_target AS t
        JOIN objectives_strategicplan AS p ON p.id = t.plan_id
        WHERE t.archived_at IS NULL AND t.year NOT BETWEEN p.first_year AND p.last_year
        ORDER BY 1""",
    ),
    (
        "milestones_are_done_in_the_past",
        "error",
        _("no milestone is done on a day to come"),
        _("Correct the day on the project's page."),
        """
        SELECT p.code || ' · ' || m.title_fr || ': ' || m.done_on FROM projects_milestone AS m
        JOIN projects_flagshipproject AS p ON p.id = m.project_id
        WHERE m.done_on > %(today)s ORDER BY 1""",
    ),
    (
        "names_are_in_french",
        "warning",
        _("what has an English name has a French one, which stands in while the English one waits"),
        _EDIT,
        """
        SELECT kind || ' ' || code FROM (
            SELECT 'indicator' AS kind, code, name_fr AS fr, name_en AS en, archived_at
            FROM indicators_indicator
            UNION ALL SELECT 'objective', code, title_fr, title_en, archived_at
            FROM objectives_objective
            UNION ALL SELECT 'lever', code, title_fr, title_en, archived_at FROM levers_lever
            UNION ALL SELECT 'project', code, title_fr, title_en, archived_at
            FROM projects_flagshipproject
        ) AS named WHERE archived_at IS NULL AND fr = '' AND en <> '' ORDER BY 1""",
    ),
    (
        "what_is_asked_is_defined",
        "warning",
        _("what a campaign asks says, in both languages, what is counted, when, and whom to ask"),
        _EDIT,
        """
        SELECT i.code || ': ' || missing FROM indicators_indicator AS i
        CROSS JOIN LATERAL (SELECT concat_ws(', ',
            CASE WHEN '' IN (i.definition_fr, i.definition_en) THEN 'what is counted' END,
            CASE WHEN '' IN (i.counted_on_fr, i.counted_on_en) THEN 'at which date' END,
            CASE WHEN '' IN (i.left_out_fr, i.left_out_en) THEN 'what is left out' END,
            CASE WHEN '' IN (i.contact_fr, i.contact_en) THEN 'whom to ask' END) AS missing
        ) AS gaps WHERE i.archived_at IS NULL AND missing <> ''
        AND EXISTS (SELECT FROM campaigns_campaign_indicators AS a WHERE a.indicator_id = i.id)
        ORDER BY 1""",
    ),
    (
        "merged_schools_have_ended",
        "error",
        _("a school that was merged into another has a last year"),
        _("Give it a last year, or it is still expected to report."),
        """
        SELECT code FROM accounts_school
        WHERE merged_into_id IS NOT NULL AND last_year IS NULL ORDER BY 1""",
    ),
    # --- The machinery ---
    (
        "triggers_are_switched_on",
        "error",
        _("no trigger is switched off"),
        _("ALTER TABLE … ENABLE TRIGGER; then see what was written meanwhile."),
        """
        SELECT tgrelid::regclass || ' · ' || tgname FROM pg_trigger
        WHERE NOT tgisinternal AND tgenabled = 'D' ORDER BY 1""",
    ),
    (
        "constraints_are_checked",
        "error",
        _("every constraint was checked against the rows that are there"),
        _("ALTER TABLE … VALIDATE CONSTRAINT, after correcting the rows it names."),
        """
        SELECT conrelid::regclass || ' · ' || conname FROM pg_constraint
        WHERE NOT convalidated ORDER BY 1""",
    ),
    (
        "mails_leave",
        "warning",
        _("no mail waits for more than a day, and none was given up"),
        _("Open the page of mails: it says what the mail server answered."),
        """
        SELECT kind || ' to ' || address || ': ' || state FROM outbox_mail
        WHERE state = 'given_up'
        OR (state IN ('waiting', 'failed', 'sending') AND created_at < %(now)s - interval '1 day')
        ORDER BY created_at""",
    ),
]
