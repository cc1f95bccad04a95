from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('audit', '0005_loop_with_schools'),
    ]

    operations = [
        migrations.AlterField(
            model_name='event',
            name='verb',
            field=models.CharField(choices=[('figures_saved', 'saved figures'), ('figures_undone', 'took a save back'), ('submitted', 'submitted the figures'), ('returned', 'returned the figures'), ('validated', 'validated the figures'), ('taken_back', 'took the submission back'), ('remark_answered', 'answered a remark'), ('remark_settled', 'settled a remark'), ('campaign_changed', 'changed a campaign'), ('extension_given', 'gave a later closing'), ('extension_withdrawn', 'withdrew a later closing'), ('role_given', 'gave a role'), ('role_ended', 'ended a role'), ('role_restored', 'gave an ended role back'), ('plan_edited', 'edited the plan'), ('snapshot_taken', 'took a snapshot'), ('file_asked', 'asked for a file'), ('recomputation_asked', 'asked for a recomputation'), ('data_loaded', 'loaded data'), ('data_removed', 'removed data')], max_length=20, verbose_name='what'),
        ),
    ]
