"""A proposal keeps what is said of the whole paste or file, and how its block may be meant."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("campaigns", "0003_remarks_and_looks")]

    operations = [
        migrations.AddField(
            model_name="proposal", name="about", field=models.JSONField(default=dict)
        ),
    ]
