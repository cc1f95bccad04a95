from django.db import migrations

# An indicator belongs to the plans in which it has a target or a link. One without either belongs to
# no plan, or where there is one plan alone, to that one. What is archived is followed in none.
FOLLOW = """
    INSERT INTO indicators_followedindicator
        (plan_id, indicator_id, is_headline, rank, end_reason, end_sentence)
    SELECT p.id, i.id, i.is_headline, i.rank, '', ''
    FROM objectives_strategicplan AS p CROSS JOIN indicators_indicator AS i
    WHERE i.archived_at IS NULL AND (
        (p.id, i.id) IN (SELECT plan_id, indicator_id FROM used)
        OR i.id NOT IN (SELECT indicator_id FROM used)
        AND (SELECT count(*) FROM objectives_strategicplan) = 1
    )
    ORDER BY p.id, i.rank, i.code;
"""
USED = """
    CREATE TEMP TABLE used ON COMMIT DROP AS
    SELECT plan_id, indicator_id FROM indicators_target
    UNION
    SELECT coalesce(o.plan_id, l.plan_id, f.plan_id), k.indicator_id
    FROM indicators_indicatorlink AS k
    LEFT JOIN objectives_objective AS o ON o.id = k.objective_id
    LEFT JOIN levers_lever AS l ON l.id = k.lever_id
    LEFT JOIN projects_flagshipproject AS f ON f.id = k.project_id;
"""
# An earlier moment shows the same, since the plan and the indicator are both there.
VERSIONS = """
    INSERT INTO indicators_followedindicatorevent
        (pgh_created_at, pgh_label, pgh_obj_id, id, plan_id, indicator_id, is_headline, rank,
         end_reason, end_sentence)
    SELECT coalesce(greatest(
               (SELECT min(pgh_created_at) FROM objectives_strategicplanevent AS e
                WHERE e.pgh_obj_id = f.plan_id),
               (SELECT min(pgh_created_at) FROM indicators_indicatorevent AS e
                WHERE e.pgh_obj_id = f.indicator_id)
           ), now()),
           'insert', f.id, f.id, f.plan_id, f.indicator_id, f.is_headline, f.rank, '', ''
    FROM indicators_followedindicator AS f;
"""
# The versions are written here, with their own time; and no result is stale.
QUIET = "ALTER TABLE indicators_followedindicator DISABLE TRIGGER USER;"
LOUD = """
    SET CONSTRAINTS ALL IMMEDIATE;
    SET CONSTRAINTS ALL DEFERRED;
    ALTER TABLE indicators_followedindicator ENABLE TRIGGER USER;
"""


class Migration(migrations.Migration):

    dependencies = [
        ("indicators", "0012_followed_indicators"),
        ("levers", "0001_initial"),
        ("projects", "0001_initial"),
    ]

    operations = [
        migrations.RunSQL(QUIET + USED + FOLLOW + VERSIONS + LOUD, migrations.RunSQL.noop)
    ]
