from decimal import Decimal
from django.db import migrations, models


# Nobody chose 25 points: it was what every limit began with, when it meant 25 % of the figure.
FIVE_POINTS = """
UPDATE indicators_indicator SET change_limit = 5 WHERE unit_fr LIKE '%\\%%' AND change_limit = 25;
"""


class Migration(migrations.Migration):
    """The limit of a change is in points where the indicator is counted in per cent."""

    dependencies = [
        ('indicators', '0011_growth_needs_a_baseline'),
    ]

    operations = [
        migrations.AlterField(
            model_name='indicator',
            name='change_limit',
            field=models.DecimalField(blank=True, decimal_places=3, default=Decimal('25'), help_text='Empty: never asked. Of an indicator in %, the limit is in points.', max_digits=9, null=True, verbose_name='ask when the change from last year is over, in %'),
        ),
        migrations.AlterField(
            model_name='indicatorevent',
            name='change_limit',
            field=models.DecimalField(blank=True, decimal_places=3, default=Decimal('25'), help_text='Empty: never asked. Of an indicator in %, the limit is in points.', max_digits=9, null=True, verbose_name='ask when the change from last year is over, in %'),
        ),
        migrations.RunSQL(FIVE_POINTS, migrations.RunSQL.noop),
    ]
