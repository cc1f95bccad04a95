from django.db import migrations


class Migration(migrations.Migration):
    dependencies = [("indicators", "0004_archive_and_ranges")]

    operations = []
