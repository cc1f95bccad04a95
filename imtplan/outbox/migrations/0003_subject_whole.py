from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("outbox", "0002_language_and_withdrawn")]

    operations = [
        migrations.AlterField(
            model_name="mail",
            name="subject",
            field=models.TextField(verbose_name="subject"),
        ),
    ]
