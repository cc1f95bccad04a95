import django.db.models.deletion
import django.utils.timezone
import pgtrigger.compiler
import pgtrigger.migrations
from django.conf import settings
from django.db import migrations, models

from indicators import past_views


class Migration(migrations.Migration):
    dependencies = [
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
        ("accounts", "0004_merged_schools"),
        ("campaigns", "0002_collection"),
        ("levers", "0002_archive"),
        ("objectives", "0002_archive"),
        ("projects", "0002_archive"),
        ("indicators", "0005_set_based_recompute"),
    ]

    operations = [
        migrations.CreateModel(
            name='Snapshot',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('year', models.PositiveSmallIntegerField(verbose_name='year')),
                ('view', models.CharField(choices=[('validated', 'validated'), ('provisional', 'provisional')], max_length=11, verbose_name='view')),
                ('title', models.CharField(max_length=120, verbose_name='title')),
                ('comment', models.TextField(blank=True, verbose_name='comment')),
                ('taken_at', models.DateTimeField(default=django.utils.timezone.now, verbose_name='taken at')),
                ('by_name', models.CharField(max_length=254, verbose_name='name at the time')),
                ('content', models.TextField(verbose_name='content')),
                ('sha256', models.CharField(max_length=64, verbose_name='SHA-256')),
                ('plan', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='snapshots', to='objectives.strategicplan')),
                ('taken_by', models.ForeignKey(null=True, on_delete=django.db.models.deletion.SET_NULL, related_name='+', to=settings.AUTH_USER_MODEL)),
            ],
            options={
                'verbose_name': 'snapshot',
                'verbose_name_plural': 'snapshots',
                'ordering': ['-taken_at', '-pk'],
                'constraints': [models.CheckConstraint(condition=models.Q(('title', ''), _negated=True), name='snapshot_has_a_title', violation_error_message='Give the snapshot a title.')],
            },
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='snapshot',
            trigger=pgtrigger.compiler.Trigger(name='keep_snapshots', sql=pgtrigger.compiler.UpsertTriggerSql(condition='WHEN (OLD."by_name" IS DISTINCT FROM (NEW."by_name") OR OLD."comment" IS DISTINCT FROM (NEW."comment") OR OLD."content" IS DISTINCT FROM (NEW."content") OR OLD."plan_id" IS DISTINCT FROM (NEW."plan_id") OR OLD."sha256" IS DISTINCT FROM (NEW."sha256") OR OLD."taken_at" IS DISTINCT FROM (NEW."taken_at") OR OLD."title" IS DISTINCT FROM (NEW."title") OR OLD."view" IS DISTINCT FROM (NEW."view") OR OLD."year" IS DISTINCT FROM (NEW."year"))', func="RAISE EXCEPTION 'pgtrigger: Cannot update rows from % table', TG_TABLE_NAME;", hash='1bfd5aa7a33687868dbce59e7fe2b55c7223ac2d', operation='UPDATE', pgid='pgtrigger_keep_snapshots_0d2c6', table='indicators_snapshot', when='BEFORE')),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='snapshot',
            trigger=pgtrigger.compiler.Trigger(name='never_delete_snapshots', sql=pgtrigger.compiler.UpsertTriggerSql(func="RAISE EXCEPTION 'pgtrigger: Cannot delete rows from % table', TG_TABLE_NAME;", hash='e0546c7f08b76be8f8cab5b01be146e504ad0e1b', operation='DELETE', pgid='pgtrigger_never_delete_snapshots_8a1f5', table='indicators_snapshot', when='BEFORE')),
        ),
        migrations.RunPython(past_views.create, past_views.drop),
    ]
