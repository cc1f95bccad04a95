from django.db import migrations, models

from indicators import past_views


class Migration(migrations.Migration):
    """The last version of a row at a moment is found by an index, however many there are."""

    dependencies = [
        ("indicators", "0012_limits_in_points"),
    ]

    operations = [
        migrations.RunPython(past_views.mend_order, migrations.RunPython.noop, elidable=False),
        migrations.RunPython(past_views.recreate, past_views.recreate, elidable=False),
        migrations.AddIndex(
            model_name="figureevent",
            index=models.Index(
                condition=models.Q(("pgh_label", "delete"), ("state", "not_entered"), _connector="OR"),
                fields=["year"],
                name="figureevent_emptied",
            ),
        ),
    ]
