from django.db import migrations, models


class Migration(migrations.Migration):
    """A forecast says whether the target's own baseline is one of its points."""

    dependencies = [("indicators", "0014_pending")]

    operations = [
        migrations.AddField(
            "progress",
            "forecast_from_baseline",
            models.BooleanField("the target's baseline is one of them", default=False),
        ),
    ]
