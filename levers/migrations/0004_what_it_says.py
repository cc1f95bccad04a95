"""A lever says what it is for."""

import pgtrigger.compiler
import pgtrigger.migrations
from django.db import migrations, models


LEVER_BEFORE = (
    "id first_year last_year archived_at archived_by_id end_reason end_sentence "
    "plan_id code title_fr title_en weight rank continues_id kind"
)
LEVER_AFTER = (
    "id first_year last_year archived_at archived_by_id end_reason end_sentence "
    "plan_id code title_fr title_en weight rank continues_id description_fr description_en kind"
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
        ('levers', '0003_continues'),
    ]

    operations = [
        pgtrigger.migrations.RemoveTrigger(
            model_name='lever',
            name='insert_insert',
        ),
        pgtrigger.migrations.RemoveTrigger(
            model_name='lever',
            name='update_update',
        ),
        pgtrigger.migrations.RemoveTrigger(
            model_name='lever',
            name='delete_delete',
        ),
        migrations.AddField(
            model_name='lever',
            name='description_en',
            field=models.TextField(blank=True, verbose_name='description (English)'),
        ),
        migrations.AddField(
            model_name='lever',
            name='description_fr',
            field=models.TextField(blank=True, verbose_name='description (French)'),
        ),
        migrations.AddField(
            model_name='leverevent',
            name='description_en',
            field=models.TextField(blank=True, verbose_name='description (English)'),
        ),
        migrations.AddField(
            model_name='leverevent',
            name='description_fr',
            field=models.TextField(blank=True, verbose_name='description (French)'),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='lever',
            trigger=pgtrigger.compiler.Trigger(name='insert_insert', sql=pgtrigger.compiler.UpsertTriggerSql(func='INSERT INTO "levers_leverevent" ("archived_at", "archived_by_id", "code", "continues_id", "description_en", "description_fr", "end_reason", "end_sentence", "first_year", "id", "kind", "last_year", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id", "plan_id", "rank", "title_en", "title_fr", "weight") VALUES (NEW."archived_at", NEW."archived_by_id", NEW."code", NEW."continues_id", NEW."description_en", NEW."description_fr", NEW."end_reason", NEW."end_sentence", NEW."first_year", NEW."id", NEW."kind", NEW."last_year", _pgh_attach_context(), NOW(), \'insert\', NEW."id", NEW."plan_id", NEW."rank", NEW."title_en", NEW."title_fr", NEW."weight"); RETURN NULL;', hash='11dbefe6d11bf84c8c7390cd40af0d5a25ddadb4', operation='INSERT', pgid='pgtrigger_insert_insert_e99d1', table='levers_lever', when='AFTER')),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='lever',
            trigger=pgtrigger.compiler.Trigger(name='update_update', sql=pgtrigger.compiler.UpsertTriggerSql(condition='WHEN (OLD.* IS DISTINCT FROM NEW.*)', func='INSERT INTO "levers_leverevent" ("archived_at", "archived_by_id", "code", "continues_id", "description_en", "description_fr", "end_reason", "end_sentence", "first_year", "id", "kind", "last_year", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id", "plan_id", "rank", "title_en", "title_fr", "weight") VALUES (NEW."archived_at", NEW."archived_by_id", NEW."code", NEW."continues_id", NEW."description_en", NEW."description_fr", NEW."end_reason", NEW."end_sentence", NEW."first_year", NEW."id", NEW."kind", NEW."last_year", _pgh_attach_context(), NOW(), \'update\', NEW."id", NEW."plan_id", NEW."rank", NEW."title_en", NEW."title_fr", NEW."weight"); RETURN NULL;', hash='3217031aca1b439359f47046dabe3bac44f30518', operation='UPDATE', pgid='pgtrigger_update_update_bb5ca', table='levers_lever', when='AFTER')),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='lever',
            trigger=pgtrigger.compiler.Trigger(name='delete_delete', sql=pgtrigger.compiler.UpsertTriggerSql(func='INSERT INTO "levers_leverevent" ("archived_at", "archived_by_id", "code", "continues_id", "description_en", "description_fr", "end_reason", "end_sentence", "first_year", "id", "kind", "last_year", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id", "plan_id", "rank", "title_en", "title_fr", "weight") VALUES (OLD."archived_at", OLD."archived_by_id", OLD."code", OLD."continues_id", OLD."description_en", OLD."description_fr", OLD."end_reason", OLD."end_sentence", OLD."first_year", OLD."id", OLD."kind", OLD."last_year", _pgh_attach_context(), NOW(), \'delete\', OLD."id", OLD."plan_id", OLD."rank", OLD."title_en", OLD."title_fr", OLD."weight"); RETURN NULL;', hash='5bcba98f3e8ca6d23b5156b62983717712dfa03b', operation='DELETE', pgid='pgtrigger_delete_delete_7d97c', table='levers_lever', when='AFTER')),
        ),
        migrations.RunSQL(
            past_view("levers_lever", LEVER_AFTER), past_view("levers_lever", LEVER_BEFORE)
        ),
    ]
