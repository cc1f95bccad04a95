import pgtrigger.compiler
import pgtrigger.migrations
from decimal import Decimal
from django.db import migrations, models


# The view of the past, made anew with the column or without it (docs/architecture.md).
def past_view(columns):
    names = ", ".join(f'"{column}"' for column in columns.split())
    event = 'public."objectives_strategicplanevent"'
    return f"""
        DROP VIEW IF EXISTS past."objectives_strategicplan";
        CREATE VIEW past."objectives_strategicplan" AS
        WITH RECURSIVE known(pgh_obj_id) AS (
            SELECT min(pgh_obj_id) FROM {event}
            UNION ALL
            SELECT (SELECT min(e.pgh_obj_id) FROM {event} AS e WHERE e.pgh_obj_id > k.pgh_obj_id)
            FROM known AS k WHERE k.pgh_obj_id IS NOT NULL
        )
        SELECT {names} FROM known CROSS JOIN LATERAL (
            SELECT {names}, pgh_label FROM {event} AS e
            WHERE e.pgh_obj_id = known.pgh_obj_id
            AND e.pgh_created_at <= current_setting('imtplan.as_of')::timestamptz
            ORDER BY e.pgh_created_at DESC, e.pgh_id DESC LIMIT 1
        ) AS latest
        WHERE pgh_label <> 'delete';
    """


BEFORE = (
    "id code name_fr name_en baseline_year first_year last_year validated_on presented_on "
    "on_track_from at_risk_from supersedes_id"
)
NOW = (
    "id code name_fr name_en baseline_year first_year last_year validated_on presented_on "
    "on_track_from at_risk_from verdict_from supersedes_id"
)


class Migration(migrations.Migration):

    dependencies = [
        ('indicators', '0002_functions_triggers_views'),
        ('objectives', '0001_initial'),
    ]

    operations = [
        pgtrigger.migrations.RemoveTrigger(
            model_name='strategicplan',
            name='insert_insert',
        ),
        pgtrigger.migrations.RemoveTrigger(
            model_name='strategicplan',
            name='update_update',
        ),
        pgtrigger.migrations.RemoveTrigger(
            model_name='strategicplan',
            name='delete_delete',
        ),
        migrations.AddField(
            model_name='strategicplan',
            name='verdict_from',
            field=models.DecimalField(decimal_places=3, default=Decimal('0.5'), help_text='The share of the weight that must have data, above 0 and up to 1 (0.5: half). Below it an element has no verdict and no percentage, and counts as unknown in the plan.', max_digits=4, verbose_name='verdict from this coverage'),
        ),
        migrations.AddField(
            model_name='strategicplanevent',
            name='verdict_from',
            field=models.DecimalField(decimal_places=3, default=Decimal('0.5'), help_text='The share of the weight that must have data, above 0 and up to 1 (0.5: half). Below it an element has no verdict and no percentage, and counts as unknown in the plan.', max_digits=4, verbose_name='verdict from this coverage'),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='strategicplan',
            trigger=pgtrigger.compiler.Trigger(name='insert_insert', sql=pgtrigger.compiler.UpsertTriggerSql(func='INSERT INTO "objectives_strategicplanevent" ("at_risk_from", "baseline_year", "code", "first_year", "id", "last_year", "name_en", "name_fr", "on_track_from", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id", "presented_on", "supersedes_id", "validated_on", "verdict_from") VALUES (NEW."at_risk_from", NEW."baseline_year", NEW."code", NEW."first_year", NEW."id", NEW."last_year", NEW."name_en", NEW."name_fr", NEW."on_track_from", _pgh_attach_context(), NOW(), \'insert\', NEW."id", NEW."presented_on", NEW."supersedes_id", NEW."validated_on", NEW."verdict_from"); RETURN NULL;', hash='4573030bc75317e9c014dd78caf4414833f3bbd0', operation='INSERT', pgid='pgtrigger_insert_insert_8ddde', table='objectives_strategicplan', when='AFTER')),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='strategicplan',
            trigger=pgtrigger.compiler.Trigger(name='update_update', sql=pgtrigger.compiler.UpsertTriggerSql(condition='WHEN (OLD.* IS DISTINCT FROM NEW.*)', func='INSERT INTO "objectives_strategicplanevent" ("at_risk_from", "baseline_year", "code", "first_year", "id", "last_year", "name_en", "name_fr", "on_track_from", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id", "presented_on", "supersedes_id", "validated_on", "verdict_from") VALUES (NEW."at_risk_from", NEW."baseline_year", NEW."code", NEW."first_year", NEW."id", NEW."last_year", NEW."name_en", NEW."name_fr", NEW."on_track_from", _pgh_attach_context(), NOW(), \'update\', NEW."id", NEW."presented_on", NEW."supersedes_id", NEW."validated_on", NEW."verdict_from"); RETURN NULL;', hash='015ce8d62b4fa8ad733e15f4793101bcb9060196', operation='UPDATE', pgid='pgtrigger_update_update_d9c01', table='objectives_strategicplan', when='AFTER')),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='strategicplan',
            trigger=pgtrigger.compiler.Trigger(name='delete_delete', sql=pgtrigger.compiler.UpsertTriggerSql(func='INSERT INTO "objectives_strategicplanevent" ("at_risk_from", "baseline_year", "code", "first_year", "id", "last_year", "name_en", "name_fr", "on_track_from", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id", "presented_on", "supersedes_id", "validated_on", "verdict_from") VALUES (OLD."at_risk_from", OLD."baseline_year", OLD."code", OLD."first_year", OLD."id", OLD."last_year", OLD."name_en", OLD."name_fr", OLD."on_track_from", _pgh_attach_context(), NOW(), \'delete\', OLD."id", OLD."presented_on", OLD."supersedes_id", OLD."validated_on", OLD."verdict_from"); RETURN NULL;', hash='6ad33e53c2c0807d6706374834c3fdcc32f24648', operation='DELETE', pgid='pgtrigger_delete_delete_ef094', table='objectives_strategicplan', when='AFTER')),
        ),
        migrations.AddConstraint(
            model_name='strategicplan',
            constraint=models.CheckConstraint(condition=models.Q(('verdict_from__gt', 0), ('verdict_from__lte', 1)), name='plan_verdict_coverage_is_a_share', violation_error_message='The coverage from which there is a verdict is above 0 and at most 1.'),
        ),
        migrations.RunSQL(past_view(NOW), past_view(BEFORE)),
    ]
