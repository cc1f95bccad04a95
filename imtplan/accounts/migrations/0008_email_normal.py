import unicodedata

import django.db.models.functions.text
from django.db import migrations, models


def normal(text):
    """As imtplan.email_address had it on this day."""
    return unicodedata.normalize("NFKC", text).strip().lower()


def mend(apps, schema_editor):
    """Who was stored with capitals could never sign in. Where two would become one, which only rare
    letters can do, the second keeps its own but for its capitals."""
    User = apps.get_model("accounts", "User")
    for user in User.objects.only("pk", "email").order_by("pk"):
        address = normal(user.email)
        if address == user.email:
            continue
        if User.objects.exclude(pk=user.pk).filter(email__iexact=address).exists():
            address = "".join(user.email.lower().split())
        User.objects.filter(pk=user.pk).update(email=address)


class Migration(migrations.Migration):
    dependencies = [
        ("accounts", "0007_sign_in_attempts"),
    ]

    operations = [
        migrations.RunPython(mend, migrations.RunPython.noop, elidable=True),
        migrations.AddConstraint(
            model_name="user",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    ("email", django.db.models.functions.text.Lower("email")),
                    models.Q(("email__regex", "\\s"), _negated=True),
                ),
                name="user_email_normal",
                violation_error_message="An e-mail address has neither capitals nor spaces.",
            ),
        ),
    ]
