from django.db import migrations


class Migration(migrations.Migration):
    dependencies = [("indicators", "0005_set_based_recompute")]

    operations = []
