from django.db import migrations

# An indicator that was archived when plans came to follow indicators is followed in none. Until it
# was archived it counted in the plans in which it had a target or a link: an earlier moment shows
# it there, by versions of a row that is gone.
FOLLOWED_UNTIL_ARCHIVED = """
    INSERT INTO indicators_followedindicatorevent
        (pgh_created_at, pgh_label, pgh_obj_id, id, plan_id, indicator_id, is_headline, rank,
         end_reason, end_sentence)
    SELECT version.at, version.label, f.id, f.id, f.plan_id, f.indicator_id, f.is_headline, f.rank,
           '', ''
    FROM (
        SELECT nextval(pg_get_serial_sequence('indicators_followedindicator', 'id')) AS id,
               used.plan_id, i.id AS indicator_id, i.is_headline, i.rank, i.archived_at,
               greatest(
                   (SELECT min(pgh_created_at) FROM objectives_strategicplanevent AS e
                    WHERE e.pgh_obj_id = used.plan_id),
                   (SELECT min(pgh_created_at) FROM indicators_indicatorevent AS e
                    WHERE e.pgh_obj_id = i.id)
               ) AS begun
        FROM (
            SELECT plan_id, indicator_id FROM indicators_target
            UNION
            SELECT coalesce(o.plan_id, l.plan_id, f.plan_id), k.indicator_id
            FROM indicators_indicatorlink AS k
            LEFT JOIN objectives_objective AS o ON o.id = k.objective_id
            LEFT JOIN levers_lever AS l ON l.id = k.lever_id
            LEFT JOIN projects_flagshipproject AS f ON f.id = k.project_id
        ) AS used
        JOIN indicators_indicator AS i ON i.id = used.indicator_id AND i.archived_at IS NOT NULL
        WHERE NOT EXISTS (
            SELECT FROM indicators_followedindicatorevent AS e
            WHERE e.plan_id = used.plan_id AND e.indicator_id = i.id
        )
    ) AS f
    CROSS JOIN LATERAL (
        VALUES ('insert', f.begun), ('delete', f.archived_at)
    ) AS version (label, at)
    WHERE f.begun < f.archived_at
    ORDER BY version.at, f.id;
"""


class Migration(migrations.Migration):

    dependencies = [
        ("indicators", "0014_series_breaks"),
        ("levers", "0001_initial"),
        ("projects", "0001_initial"),
    ]

    operations = [migrations.RunSQL(FOLLOWED_UNTIL_ARCHIVED, migrations.RunSQL.noop)]
