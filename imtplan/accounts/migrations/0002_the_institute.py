from django.db import migrations, models

# Its first version is dated before every other, so that each moment of the past knows it. It is
# the one version that no trigger may keep as it was written.
MAKE = """
    INSERT INTO accounts_school (code, name, former_name, kind, sites, region, rank)
    VALUES ('imt', 'Institut Mines-Télécom', '', 'institute', '', '', 0);
    SET CONSTRAINTS ALL IMMEDIATE;
    ALTER TABLE accounts_schoolevent DISABLE TRIGGER USER;
    UPDATE accounts_schoolevent SET pgh_created_at = '1990-01-01' WHERE code = 'imt';
    ALTER TABLE accounts_schoolevent ENABLE TRIGGER USER;
"""
# It cannot be undone once somebody was named there, or the institute has submitted: the events,
# its submission and its receipts hold the row.
REMOVE = """
    DELETE FROM accounts_membership
    USING accounts_school AS s WHERE s.id = school_id AND s.code = 'imt';
    DELETE FROM accounts_school WHERE code = 'imt';
    SET CONSTRAINTS ALL IMMEDIATE;
"""
KINDS = [
    ("own", "own school"),
    ("subsidiary", "subsidiary"),
    ("associated", "associated school"),
    ("institute", "the institute itself"),
]


class Migration(migrations.Migration):
    dependencies = [("accounts", "0001_initial")]

    operations = [
        *(
            migrations.AlterField(
                model_name=model,
                name="kind",
                field=models.CharField(
                    choices=KINDS, default="own", max_length=12, verbose_name="kind"
                ),
            )
            for model in ("school", "schoolevent")
        ),
        migrations.AddConstraint(
            model_name="school",
            constraint=models.CheckConstraint(
                name="school_institute_by_its_code",
                condition=models.Q(kind="institute", code="imt")
                | ~models.Q(models.Q(kind="institute") | models.Q(code="imt")),
                violation_error_message="The institute itself is there already, as “imt”.",
            ),
        ),
        migrations.RunSQL(MAKE, REMOVE),
    ]
