from django.db import migrations, models

ROLES = [
    ("director", "School director"),
    ("substitute", "Substitute of the director"),
    ("contributor", "Contributor"),
    ("institute_reporter", "Enters for the institute"),
    ("institute_validator", "Validates for the institute"),
    ("directorate_general", "Directorate-general"),
    ("plan_office", "Plan office"),
]
AT_A_ROW = ["director", "substitute", "contributor", "institute_reporter", "institute_validator"]
NAME = "membership_school_as_role_says"
# The rule of before knows neither of the two roles: who holds one loses it on the way back.
REMOVE = """
    DELETE FROM accounts_membership WHERE role IN ('institute_reporter', 'institute_validator');
    SET CONSTRAINTS ALL IMMEDIATE;
"""


class Migration(migrations.Migration):
    dependencies = [("accounts", "0002_the_institute")]

    operations = [
        *(
            migrations.AlterField(
                model_name=model,
                name="role",
                field=models.CharField(choices=ROLES, max_length=20, verbose_name="role"),
            )
            for model in ("membership", "membershipevent")
        ),
        migrations.RemoveConstraint(model_name="membership", name=NAME),
        migrations.AddConstraint(
            model_name="membership",
            constraint=models.CheckConstraint(
                name=NAME,
                condition=models.Q(role__in=AT_A_ROW, school__isnull=False)
                | (~models.Q(role__in=AT_A_ROW) & models.Q(school__isnull=True)),
                violation_error_message=(
                    "A role in a school, or of who enters or validates for the institute, has its "
                    "place; the others have none."
                ),
            ),
        ),
        migrations.RunSQL(migrations.RunSQL.noop, REMOVE),  # the last one here is undone first
    ]
