"""A plan says what it is for, an objective too."""

import pgtrigger.compiler
import pgtrigger.migrations
from django.db import migrations, models


OBJECTIVE_BEFORE = (
    "id first_year last_year archived_at archived_by_id end_reason end_sentence "
    "plan_id code title_fr title_en weight rank continues_id"
)
OBJECTIVE_AFTER = (
    "id first_year last_year archived_at archived_by_id end_reason end_sentence "
    "plan_id code title_fr title_en weight rank continues_id description_fr description_en"
)
PLAN_BEFORE = (
    "id code name_fr name_en baseline_year first_year last_year validated_on presented_on "
    "on_track_from at_risk_from verdict_from supersedes_id state published_at closed_at"
)
PLAN_AFTER = (
    "id code name_fr name_en baseline_year first_year last_year validated_on presented_on "
    "on_track_from at_risk_from verdict_from ambition_fr ambition_en preamble_fr preamble_en "
    "supersedes_id state published_at closed_at"
)


def past_view(table, columns):
    names = ", ".join(f'"{column}"' for column in columns.split())
    event = f'public."{table}event"'
    return f"""
        DROP VIEW IF EXISTS past."{table}";
        CREATE VIEW past."{table}" AS
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
    """  # noqa: S608 - the names are ours


class Migration(migrations.Migration):

    dependencies = [
        ('objectives', '0006_continues'),
    ]

    operations = [
        pgtrigger.migrations.RemoveTrigger(
            model_name='objective',
            name='insert_insert',
        ),
        pgtrigger.migrations.RemoveTrigger(
            model_name='objective',
            name='update_update',
        ),
        pgtrigger.migrations.RemoveTrigger(
            model_name='objective',
            name='delete_delete',
        ),
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
            model_name='objective',
            name='description_en',
            field=models.TextField(blank=True, verbose_name='description (English)'),
        ),
        migrations.AddField(
            model_name='objective',
            name='description_fr',
            field=models.TextField(blank=True, verbose_name='description (French)'),
        ),
        migrations.AddField(
            model_name='objectiveevent',
            name='description_en',
            field=models.TextField(blank=True, verbose_name='description (English)'),
        ),
        migrations.AddField(
            model_name='objectiveevent',
            name='description_fr',
            field=models.TextField(blank=True, verbose_name='description (French)'),
        ),
        migrations.AddField(
            model_name='strategicplan',
            name='ambition_en',
            field=models.TextField(blank=True, help_text='Empty: the French one stands in.', verbose_name='ambition (English)'),
        ),
        migrations.AddField(
            model_name='strategicplan',
            name='ambition_fr',
            field=models.TextField(blank=True, help_text='What the plan is for, in a few sentences: it opens the dashboard.', verbose_name='ambition (French)'),
        ),
        migrations.AddField(
            model_name='strategicplan',
            name='preamble_en',
            field=models.TextField(blank=True, help_text='Empty: the French one stands in.', verbose_name='preamble (English)'),
        ),
        migrations.AddField(
            model_name='strategicplan',
            name='preamble_fr',
            field=models.TextField(blank=True, help_text='The plan’s own words before its objectives: folded under the ambition.', verbose_name='preamble (French)'),
        ),
        migrations.AddField(
            model_name='strategicplanevent',
            name='ambition_en',
            field=models.TextField(blank=True, help_text='Empty: the French one stands in.', verbose_name='ambition (English)'),
        ),
        migrations.AddField(
            model_name='strategicplanevent',
            name='ambition_fr',
            field=models.TextField(blank=True, help_text='What the plan is for, in a few sentences: it opens the dashboard.', verbose_name='ambition (French)'),
        ),
        migrations.AddField(
            model_name='strategicplanevent',
            name='preamble_en',
            field=models.TextField(blank=True, help_text='Empty: the French one stands in.', verbose_name='preamble (English)'),
        ),
        migrations.AddField(
            model_name='strategicplanevent',
            name='preamble_fr',
            field=models.TextField(blank=True, help_text='The plan’s own words before its objectives: folded under the ambition.', verbose_name='preamble (French)'),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='objective',
            trigger=pgtrigger.compiler.Trigger(name='insert_insert', sql=pgtrigger.compiler.UpsertTriggerSql(func='INSERT INTO "objectives_objectiveevent" ("archived_at", "archived_by_id", "code", "continues_id", "description_en", "description_fr", "end_reason", "end_sentence", "first_year", "id", "last_year", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id", "plan_id", "rank", "title_en", "title_fr", "weight") VALUES (NEW."archived_at", NEW."archived_by_id", NEW."code", NEW."continues_id", NEW."description_en", NEW."description_fr", NEW."end_reason", NEW."end_sentence", NEW."first_year", NEW."id", NEW."last_year", _pgh_attach_context(), NOW(), \'insert\', NEW."id", NEW."plan_id", NEW."rank", NEW."title_en", NEW."title_fr", NEW."weight"); RETURN NULL;', hash='a680cc1b9384064ba090c63fedede191ce265c07', operation='INSERT', pgid='pgtrigger_insert_insert_4e40f', table='objectives_objective', when='AFTER')),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='objective',
            trigger=pgtrigger.compiler.Trigger(name='update_update', sql=pgtrigger.compiler.UpsertTriggerSql(condition='WHEN (OLD.* IS DISTINCT FROM NEW.*)', func='INSERT INTO "objectives_objectiveevent" ("archived_at", "archived_by_id", "code", "continues_id", "description_en", "description_fr", "end_reason", "end_sentence", "first_year", "id", "last_year", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id", "plan_id", "rank", "title_en", "title_fr", "weight") VALUES (NEW."archived_at", NEW."archived_by_id", NEW."code", NEW."continues_id", NEW."description_en", NEW."description_fr", NEW."end_reason", NEW."end_sentence", NEW."first_year", NEW."id", NEW."last_year", _pgh_attach_context(), NOW(), \'update\', NEW."id", NEW."plan_id", NEW."rank", NEW."title_en", NEW."title_fr", NEW."weight"); RETURN NULL;', hash='4175b6e4df6eae575623a5318f65c4842cb291ee', operation='UPDATE', pgid='pgtrigger_update_update_6b1f5', table='objectives_objective', when='AFTER')),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='objective',
            trigger=pgtrigger.compiler.Trigger(name='delete_delete', sql=pgtrigger.compiler.UpsertTriggerSql(func='INSERT INTO "objectives_objectiveevent" ("archived_at", "archived_by_id", "code", "continues_id", "description_en", "description_fr", "end_reason", "end_sentence", "first_year", "id", "last_year", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id", "plan_id", "rank", "title_en", "title_fr", "weight") VALUES (OLD."archived_at", OLD."archived_by_id", OLD."code", OLD."continues_id", OLD."description_en", OLD."description_fr", OLD."end_reason", OLD."end_sentence", OLD."first_year", OLD."id", OLD."last_year", _pgh_attach_context(), NOW(), \'delete\', OLD."id", OLD."plan_id", OLD."rank", OLD."title_en", OLD."title_fr", OLD."weight"); RETURN NULL;', hash='5b338fd44531be2d555b4e45e95c94d7b0a29d4c', operation='DELETE', pgid='pgtrigger_delete_delete_9a7da', table='objectives_objective', when='AFTER')),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='strategicplan',
            trigger=pgtrigger.compiler.Trigger(name='insert_insert', sql=pgtrigger.compiler.UpsertTriggerSql(func='INSERT INTO "objectives_strategicplanevent" ("ambition_en", "ambition_fr", "at_risk_from", "baseline_year", "closed_at", "code", "first_year", "id", "last_year", "name_en", "name_fr", "on_track_from", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id", "preamble_en", "preamble_fr", "presented_on", "published_at", "state", "supersedes_id", "validated_on", "verdict_from") VALUES (NEW."ambition_en", NEW."ambition_fr", NEW."at_risk_from", NEW."baseline_year", NEW."closed_at", NEW."code", NEW."first_year", NEW."id", NEW."last_year", NEW."name_en", NEW."name_fr", NEW."on_track_from", _pgh_attach_context(), NOW(), \'insert\', NEW."id", NEW."preamble_en", NEW."preamble_fr", NEW."presented_on", NEW."published_at", NEW."state", NEW."supersedes_id", NEW."validated_on", NEW."verdict_from"); RETURN NULL;', hash='f9fa23bb5b5d77416f8028853dce3e1cb6a6aa8a', operation='INSERT', pgid='pgtrigger_insert_insert_8ddde', table='objectives_strategicplan', when='AFTER')),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='strategicplan',
            trigger=pgtrigger.compiler.Trigger(name='update_update', sql=pgtrigger.compiler.UpsertTriggerSql(condition='WHEN (OLD.* IS DISTINCT FROM NEW.*)', func='INSERT INTO "objectives_strategicplanevent" ("ambition_en", "ambition_fr", "at_risk_from", "baseline_year", "closed_at", "code", "first_year", "id", "last_year", "name_en", "name_fr", "on_track_from", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id", "preamble_en", "preamble_fr", "presented_on", "published_at", "state", "supersedes_id", "validated_on", "verdict_from") VALUES (NEW."ambition_en", NEW."ambition_fr", NEW."at_risk_from", NEW."baseline_year", NEW."closed_at", NEW."code", NEW."first_year", NEW."id", NEW."last_year", NEW."name_en", NEW."name_fr", NEW."on_track_from", _pgh_attach_context(), NOW(), \'update\', NEW."id", NEW."preamble_en", NEW."preamble_fr", NEW."presented_on", NEW."published_at", NEW."state", NEW."supersedes_id", NEW."validated_on", NEW."verdict_from"); RETURN NULL;', hash='d0bb694ca338af4bee6870d99b6a3b9227597827', operation='UPDATE', pgid='pgtrigger_update_update_d9c01', table='objectives_strategicplan', when='AFTER')),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='strategicplan',
            trigger=pgtrigger.compiler.Trigger(name='delete_delete', sql=pgtrigger.compiler.UpsertTriggerSql(func='INSERT INTO "objectives_strategicplanevent" ("ambition_en", "ambition_fr", "at_risk_from", "baseline_year", "closed_at", "code", "first_year", "id", "last_year", "name_en", "name_fr", "on_track_from", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id", "preamble_en", "preamble_fr", "presented_on", "published_at", "state", "supersedes_id", "validated_on", "verdict_from") VALUES (OLD."ambition_en", OLD."ambition_fr", OLD."at_risk_from", OLD."baseline_year", OLD."closed_at", OLD."code", OLD."first_year", OLD."id", OLD."last_year", OLD."name_en", OLD."name_fr", OLD."on_track_from", _pgh_attach_context(), NOW(), \'delete\', OLD."id", OLD."preamble_en", OLD."preamble_fr", OLD."presented_on", OLD."published_at", OLD."state", OLD."supersedes_id", OLD."validated_on", OLD."verdict_from"); RETURN NULL;', hash='e5dade7819c287dd03a0a626401165abd7d78ae9', operation='DELETE', pgid='pgtrigger_delete_delete_ef094', table='objectives_strategicplan', when='AFTER')),
        ),
        migrations.RunSQL(
            past_view("objectives_objective", OBJECTIVE_AFTER), past_view("objectives_objective", OBJECTIVE_BEFORE)
        ),
        migrations.RunSQL(
            past_view("objectives_strategicplan", PLAN_AFTER), past_view("objectives_strategicplan", PLAN_BEFORE)
        ),
    ]
