"""The kind of a lever is a word of its plan, and no longer one of four of ours."""

import pgtrigger.compiler
import pgtrigger.migrations
from django.db import migrations, models


BEFORE = (
    "id first_year last_year archived_at archived_by_id end_reason end_sentence "
    "plan_id code title_fr title_en weight rank continues_id description_fr description_en kind"
)
AFTER = f"{BEFORE}_fr kind_en"
WORDS = """(VALUES
    ('structural', 'structurel', 'structural'), ('financial', 'financier', 'financial'),
    ('managerial', 'managérial', 'managerial'), ('promotional', 'promotionnel', 'promotional')
) AS words(kind, fr, en)"""


def quietly(update):
    """Returns an update of both tables that makes no new versions and marks nothing stale."""
    return " ".join(
        f"ALTER TABLE {table} DISABLE TRIGGER USER; {update.format(table=table)};"
        f" ALTER TABLE {table} ENABLE TRIGGER USER;"
        for table in ("levers_lever", "levers_leverevent")
    )


# An earlier day reads the words too: they say of the versions what these said.
IN_WORDS = quietly(
    "UPDATE {table} AS row SET kind_fr = words.fr, kind_en = words.en FROM " + WORDS
    + " WHERE row.kind = words.kind"
)
AS_CHOICES = quietly(
    "UPDATE {table} AS row SET kind = words.kind FROM " + WORDS + " WHERE row.kind_fr = words.fr"
)


def past_view(columns):
    names = ", ".join(f'"{column}"' for column in columns.split())
    event = 'public."levers_leverevent"'
    return f"""
        DROP VIEW IF EXISTS past."levers_lever";
        CREATE VIEW past."levers_lever" AS
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
        ('levers', '0004_what_it_says'),
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
        migrations.RunSQL('DROP VIEW IF EXISTS past."levers_lever"', past_view(BEFORE)),
        migrations.AddField(
            model_name='lever',
            name='kind_fr',
            field=models.CharField(blank=True, default='', help_text='In the plan’s own words, such as financial. Empty: it is of no kind.', max_length=60, verbose_name='kind (French)'),
            preserve_default=False,
        ),
        migrations.AddField(
            model_name='lever',
            name='kind_en',
            field=models.CharField(blank=True, default='', help_text='Empty: the French one stands in.', max_length=60, verbose_name='kind (English)'),
            preserve_default=False,
        ),
        migrations.AddField(
            model_name='leverevent',
            name='kind_fr',
            field=models.CharField(blank=True, default='', help_text='In the plan’s own words, such as financial. Empty: it is of no kind.', max_length=60, verbose_name='kind (French)'),
            preserve_default=False,
        ),
        migrations.AddField(
            model_name='leverevent',
            name='kind_en',
            field=models.CharField(blank=True, default='', help_text='Empty: the French one stands in.', max_length=60, verbose_name='kind (English)'),
            preserve_default=False,
        ),
        migrations.RunSQL(IN_WORDS, AS_CHOICES),
        # Going back, every lever has a kind again: one of another word the first.
        migrations.AlterField(
            model_name='lever',
            name='kind',
            field=models.CharField(default='structural', max_length=12),
        ),
        migrations.RemoveField(
            model_name='lever',
            name='kind',
        ),
        # Going back, every lever has a kind again: one of another word the first.
        migrations.AlterField(
            model_name='leverevent',
            name='kind',
            field=models.CharField(default='structural', max_length=12),
        ),
        migrations.RemoveField(
            model_name='leverevent',
            name='kind',
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='lever',
            trigger=pgtrigger.compiler.Trigger(name='insert_insert', sql=pgtrigger.compiler.UpsertTriggerSql(func='INSERT INTO "levers_leverevent" ("archived_at", "archived_by_id", "code", "continues_id", "description_en", "description_fr", "end_reason", "end_sentence", "first_year", "id", "kind_en", "kind_fr", "last_year", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id", "plan_id", "rank", "title_en", "title_fr", "weight") VALUES (NEW."archived_at", NEW."archived_by_id", NEW."code", NEW."continues_id", NEW."description_en", NEW."description_fr", NEW."end_reason", NEW."end_sentence", NEW."first_year", NEW."id", NEW."kind_en", NEW."kind_fr", NEW."last_year", _pgh_attach_context(), NOW(), \'insert\', NEW."id", NEW."plan_id", NEW."rank", NEW."title_en", NEW."title_fr", NEW."weight"); RETURN NULL;', hash='a2b09c51a2106b286a43700a8073545bb8b65836', operation='INSERT', pgid='pgtrigger_insert_insert_e99d1', table='levers_lever', when='AFTER')),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='lever',
            trigger=pgtrigger.compiler.Trigger(name='update_update', sql=pgtrigger.compiler.UpsertTriggerSql(condition='WHEN (OLD.* IS DISTINCT FROM NEW.*)', func='INSERT INTO "levers_leverevent" ("archived_at", "archived_by_id", "code", "continues_id", "description_en", "description_fr", "end_reason", "end_sentence", "first_year", "id", "kind_en", "kind_fr", "last_year", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id", "plan_id", "rank", "title_en", "title_fr", "weight") VALUES (NEW."archived_at", NEW."archived_by_id", NEW."code", NEW."continues_id", NEW."description_en", NEW."description_fr", NEW."end_reason", NEW."end_sentence", NEW."first_year", NEW."id", NEW."kind_en", NEW."kind_fr", NEW."last_year", _pgh_attach_context(), NOW(), \'update\', NEW."id", NEW."plan_id", NEW."rank", NEW."title_en", NEW."title_fr", NEW."weight"); RETURN NULL;', hash='559251ab238b63dc5a04082480a5bf70cb75079c', operation='UPDATE', pgid='pgtrigger_update_update_bb5ca', table='levers_lever', when='AFTER')),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='lever',
            trigger=pgtrigger.compiler.Trigger(name='delete_delete', sql=pgtrigger.compiler.UpsertTriggerSql(func='INSERT INTO "levers_leverevent" ("archived_at", "archived_by_id", "code", "continues_id", "description_en", "description_fr", "end_reason", "end_sentence", "first_year", "id", "kind_en", "kind_fr", "last_year", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id", "plan_id", "rank", "title_en", "title_fr", "weight") VALUES (OLD."archived_at", OLD."archived_by_id", OLD."code", OLD."continues_id", OLD."description_en", OLD."description_fr", OLD."end_reason", OLD."end_sentence", OLD."first_year", OLD."id", OLD."kind_en", OLD."kind_fr", OLD."last_year", _pgh_attach_context(), NOW(), \'delete\', OLD."id", OLD."plan_id", OLD."rank", OLD."title_en", OLD."title_fr", OLD."weight"); RETURN NULL;', hash='e1b4b77dfbabc88dbc268705773d9fd963c31e10', operation='DELETE', pgid='pgtrigger_delete_delete_7d97c', table='levers_lever', when='AFTER')),
        ),
        migrations.RunSQL(past_view(AFTER), 'DROP VIEW IF EXISTS past."levers_lever"'),
    ]
