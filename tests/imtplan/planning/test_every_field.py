"""“Stored” means stored: each field of each form of the plan, changed alone, is there when the page
is read again; or the page said why not, and never that it was."""

from collections.abc import Iterator
from decimal import Decimal
from typing import Any

import pytest
from django import forms

from imtplan.accounts.models import School
from imtplan.planning.forms_elements import FORMS
from imtplan.planning.plan_fields import PlanNumberField
from indicators.models import Inapplicability, PublishedValue, SeriesBreak, Target
from tests import factories
from tests.imtplan.planning.conftest import filled

Addresses = dict[str, str]

# What may not be changed alone, and is refused with a sentence at its field.
REFUSED = {
    "plans": {"at_risk_from"},
    "cibles": {"growth_percent"},
    "ecoles": {"renamed_on"},  # nothing is renamed
    "regles": {"other", "third", "tolerance"},  # its kind takes none
    "school targets": {"year", "baseline_year", "source", "sureness", "baseline_source"},
}
# No field of what is stored, but what is done with the others.
ACTS = {"reach"}


@pytest.fixture
def addresses(albi: School, ales: School) -> Addresses:
    target = factories.students_of_the_plan(albi)
    plan = target.plan
    factories.PlanFactory(code="2013-2017", first_year=2013, last_year=2017, baseline_year=2012)
    factories.IndicatorFactory(code="own-funds")
    objective = factories.ObjectiveFactory(plan=plan, code="O1")
    lever = factories.LeverFactory(plan=plan, code="L1")
    project = factories.ProjectFactory(plan=plan, code="P01")
    rows = {
        "plans": plan,
        "objectifs": objective,
        "leviers": lever,
        "projets": project,
        "jalons": factories.MilestoneFactory(project=project),
        "avancements": factories.StatusReportFactory(project=project),
        "indicateurs": target.indicator,
        "suivis": factories.follow(plan, target.indicator),
        "cibles": target,
        "regles": factories.FigureRuleFactory(indicator=target.indicator),
        "ruptures": SeriesBreak.objects.create(
            indicator=target.indicator, year=2019, sentence="Autre périmètre."
        ),
        "publications": PublishedValue.objects.create(
            indicator=target.indicator, year=2019, value=14000, source="Rapport annuel."
        ),
        "sans-objet": Inapplicability.objects.create(
            indicator=target.indicator,
            school=ales,
            first_year=2018,
            last_year=2019,
            sentence="Non.",
        ),
        "ecoles": ales,  # without validated figures, which would hold its kind
    }
    for school in (albi, ales):
        _school_target(target, school)
    found = {kind: f"/plan/modifier/{kind}/{row.pk}/" for kind, row in rows.items()}
    return found | {"school targets": f"/plan/plans/{plan.code}/ecoles/students/"}


def _school_target(whole: Target, school: School) -> None:
    factories.TargetFactory(
        plan=whole.plan,
        indicator=whole.indicator,
        school=school,
        code=f"students-{school.code}",
        value=Decimal(1000),
        is_reference=False,
    )


def others(bound: forms.BoundField) -> Iterator[str | None]:
    """Texts that say something else than what stands in a field."""
    field, now = bound.field, bound.value()
    if isinstance(field, forms.BooleanField):
        yield None if now else "on"
    elif isinstance(field, forms.ModelChoiceField):
        yield from (str(one.pk) for one in field.queryset if str(one.pk) != str(now))
    elif isinstance(field, forms.ChoiceField):
        yield from (str(value) for value, _label in field.choices if str(value) != str(now))
    elif isinstance(field, forms.DateField):
        yield "2021-05-06" if str(now) != "2021-05-06" else "2021-05-07"
    elif isinstance(field, PlanNumberField):
        yield from ("0,87", "3")
    elif isinstance(field, forms.IntegerField):
        yield str(int(now) + 1 if now not in (None, "") else 2026)
        yield str(int(now) - 1 if now not in (None, "") else 2)
        yield "2020"  # a year of the plan
    else:
        yield "Un autre texte"
        yield "Un autre texte https://exemple.test/"


def shown(form: Any, name: str) -> Any:
    """What the page says of a field."""
    return form.fields[name].prepare_value(form[name].value())


class FormPage:
    """A form's page as it was read last: it is asked for anew only after something was stored."""

    def __init__(self, office: Any, url: str) -> None:
        self.office, self.url = office, url
        self.read()

    def read(self) -> str:
        answer = self.office.client.get(self.url)
        self.form = answer.context["form"]
        return answer.content.decode()

    def is_stored(self, name: str, typed: str | None) -> bool:
        """Whether it could be stored. If the answer says so, the page must show it again."""
        before = shown(self.form, name)
        preview = self.office.client.post(self.url, filled(self.form, **{name: typed}))
        if preview.status_code == 422:
            assert preview.context["form"].errors
            return False
        assert preview.context["preview"].differences, f"{name}: the preview shows no change"
        answer = self.office.confirm(self.url, preview)
        assert answer.status_code == 302, f"{name}: {answer.context.get('problem')}"
        page = self.read()
        after = shown(self.form, name)
        assert ("Enregistré" in page) == (after != before), f"{name}: {before!r} → {after!r}"
        read = "on" if after is True else str(after or "")
        assert read == (typed or ""), f"{name}: {typed!r} was typed, {after!r} is shown"
        return True


KINDS = [
    "plans",
    "objectifs",
    "leviers",
    "projets",
    "jalons",
    "avancements",
    "indicateurs",
    "suivis",
    "cibles",
    "ruptures",
    "publications",
    "sans-objet",
    "regles",
    "ecoles",
    "school targets",
]


@pytest.mark.parametrize("kind", KINDS)
def test_each_field_changed_alone_is_stored_or_refused(
    office: Any, addresses: Addresses, kind: str
) -> None:
    page = FormPage(office, addresses[kind])
    names = [name for name in page.form.fields if name not in ACTS]
    refused = {
        name
        for name in names
        if not any(page.is_stored(name, typed) for typed in others(page.form[name]))
    }
    assert refused == REFUSED.get(kind, set())


def test_no_kind_of_form_is_forgotten(addresses: Addresses) -> None:
    assert set(KINDS) == set(addresses) == {*FORMS, "school targets"}
