"""A rule may hold a figure to the path of its target."""

from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('indicators', '0019_published_values'),
    ]

    operations = [
        migrations.RemoveConstraint(
            model_name='figurerule',
            name='figure_rule_has_its_limit',
        ),
        migrations.RemoveConstraint(
            model_name='figurerule',
            name='figure_rule_names_b',
        ),
        migrations.AlterField(
            model_name='figurerule',
            name='kind',
            field=models.CharField(choices=[('lowest', 'lowest value'), ('highest', 'highest value'), ('change_percent', 'largest change from last year, in %'), ('change_amount', 'largest change from last year, in the unit'), ('path_percent', 'largest distance from its target’s path, in %'), ('path_amount', 'largest distance from its target’s path, in the unit'), ('decimals', 'number of decimals'), ('at_most', 'A is at most B'), ('sum', 'A is B + C'), ('product', 'A is B × C')], max_length=16, verbose_name='what is checked'),
        ),
        migrations.AlterField(
            model_name='figureruleevent',
            name='kind',
            field=models.CharField(choices=[('lowest', 'lowest value'), ('highest', 'highest value'), ('change_percent', 'largest change from last year, in %'), ('change_amount', 'largest change from last year, in the unit'), ('path_percent', 'largest distance from its target’s path, in %'), ('path_amount', 'largest distance from its target’s path, in the unit'), ('decimals', 'number of decimals'), ('at_most', 'A is at most B'), ('sum', 'A is B + C'), ('product', 'A is B × C')], max_length=16, verbose_name='what is checked'),
        ),
        migrations.AddConstraint(
            model_name='figurerule',
            constraint=models.CheckConstraint(condition=models.Q(models.Q(('kind__in', ['lowest', 'highest', 'change_percent', 'change_amount', 'path_percent', 'path_amount', 'decimals']), ('limit__isnull', False)), models.Q(models.Q(('kind__in', ['lowest', 'highest', 'change_percent', 'change_amount', 'path_percent', 'path_amount', 'decimals']), _negated=True), ('limit', None)), _connector='OR'), name='figure_rule_has_its_limit', violation_error_message='Say the limit, in a number.'),
        ),
        migrations.AddConstraint(
            model_name='figurerule',
            constraint=models.CheckConstraint(condition=models.Q(models.Q(('kind__in', ['lowest', 'highest', 'change_percent', 'change_amount', 'path_percent', 'path_amount', 'decimals']), ('other', None)), models.Q(models.Q(('kind__in', ['lowest', 'highest', 'change_percent', 'change_amount', 'path_percent', 'path_amount', 'decimals']), _negated=True), ('other__isnull', False)), _connector='OR'), name='figure_rule_names_b', violation_error_message='Say with which indicator (B) it is compared.'),
        ),
    ]
