import django.db.models.deletion
from django.db import migrations, models

TABLES = ["indicators_figure", "indicators_countedfigure", "indicators_figureevent"]
INSTITUTE = "(SELECT id FROM accounts_school WHERE kind = 'institute')"


def move(before, after):
    """The same rows under another name: no trigger makes a version of it, or refuses it."""
    return "SET CONSTRAINTS ALL IMMEDIATE;" + "".join(
        f"""
        ALTER TABLE {table} DISABLE TRIGGER USER;
        UPDATE {table} SET school_id = {after} WHERE school_id {before};
        ALTER TABLE {table} ENABLE TRIGGER USER;
        """
        for table in TABLES
    )


class Migration(migrations.Migration):
    dependencies = [
        ("accounts", "0002_the_institute"),
        ("indicators", "0010_left_out"),
    ]

    operations = [
        migrations.RunSQL(move("IS NULL", INSTITUTE), move(f"= {INSTITUTE}", "NULL")),
        *(
            migrations.RemoveConstraint(model_name=model, name=name)
            for model, name in (("figure", "figure_once"), ("countedfigure", "counted_figure_once"))
        ),
        *(
            migrations.AlterField(
                model_name=model,
                name="school",
                field=models.ForeignKey(
                    on_delete=django.db.models.deletion.PROTECT,
                    related_name="%(class)ss",
                    to="accounts.school",
                ),
            )
            for model in ("figure", "countedfigure")
        ),
        migrations.AlterField(
            model_name="figureevent",
            name="school",
            field=models.ForeignKey(
                db_constraint=False,
                on_delete=django.db.models.deletion.DO_NOTHING,
                related_name="+",
                related_query_name="+",
                to="accounts.school",
            ),
        ),
        migrations.AddConstraint(
            model_name="figure",
            constraint=models.UniqueConstraint(
                fields=("indicator", "school", "year"),
                name="figure_once",
                violation_error_message="This figure exists already.",
            ),
        ),
        migrations.AddConstraint(
            model_name="countedfigure",
            constraint=models.UniqueConstraint(
                fields=("indicator", "school", "view", "year"), name="counted_figure_once"
            ),
        ),
    ]
