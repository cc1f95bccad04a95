"""The grid of the schools' targets: what the preview says is what is stored, school by school."""

from decimal import Decimal
from typing import Any

import pytest
from django.core.exceptions import ValidationError

from imtplan.accounts.models import School
from imtplan.audit.models import Event
from imtplan.planning.forms_measures import IndicatorForm
from imtplan.planning.targets.forms_targets import TargetForm
from indicators.models import Indicator, Target
from tests import factories

GRID = "/plan/plans/2018-2022/ecoles/students/"
TERMS = ("value", "baseline_value", "year", "baseline_year", "source", "sureness")


@pytest.fixture
def whole(albi: School, ales: School) -> Target:
    """The institute's target of 2022, in the plan 2018-2022."""
    return factories.students_of_the_plan(albi)


@pytest.fixture
def of_albi(whole: Target, albi: School) -> Target:
    return _target(whole, albi, "1000")


@pytest.fixture
def of_ales(whole: Target, ales: School, of_albi: Target) -> Target:
    return _target(whole, ales, "1400")


def _target(whole: Target, school: School, value: str | None, **terms: Any) -> Target:
    made = {
        "plan": whole.plan,
        "indicator": whole.indicator,
        "school": school,
        "code": f"students-{school.code}",
        "year": 2021,
        "value": value and Decimal(value),
        "baseline_year": 2017,
        "source": "Contrat de l’école",
        "sureness": "medium",
    }
    return Target.objects.create(**(made | terms))


def terms(target: Target, *names: str) -> list[Any]:
    target.refresh_from_db()
    return [getattr(target, name) for name in names]


def shown(preview: Any) -> dict[str, tuple[str, str]]:
    found = preview.context["preview"].differences
    return {one.label: (one.before, one.after) for one in found}


@pytest.mark.parametrize(
    ("field", "typed", "stored"),
    [
        ("year", "2022", 2022),
        ("baseline_year", "2018", 2018),
        ("source", "Avenant de 2020", "Avenant de 2020"),
        ("sureness", "high", "high"),
        ("baseline_source", "Bilan social 2017", "Bilan social 2017"),
    ],
)
def test_a_term_alone_is_stored_for_every_school_or_not_said_to_be(
    office: Any, of_albi: Target, of_ales: Target, field: str, typed: str, stored: Any
) -> None:
    assert list(office.refused(GRID, **{field: typed})) == [field]
    preview = office.preview(GRID, **{field: typed}, reach="all")
    assert len(shown(preview)) == 2
    assert office.confirm(GRID, preview).status_code == 302
    assert terms(of_albi, field) == terms(of_ales, field) == [stored]


def test_an_added_school_leaves_the_others_their_terms(
    office: Any, whole: Target, of_albi: Target, ales: School
) -> None:
    preview = office.preview(GRID, year="2022", source="Avenant", **{f"school_{ales.pk}": "1 400"})
    assert all(label.startswith("IMT Mines Alès") for label in shown(preview))
    office.confirm(GRID, preview)
    assert terms(of_albi, "year", "source") == [2021, "Contrat de l’école"]
    assert terms(Target.objects.get(school=ales), "year", "source") == [2022, "Avenant"]


def test_where_schools_differ_an_empty_field_keeps_each_its_own(
    office: Any, of_albi: Target, of_ales: Target
) -> None:
    Target.objects.filter(pk=of_ales.pk).update(year=2022, sureness="low")
    form = office.client.get(GRID).context["form"]
    assert (form["year"].value(), form["sureness"].value()) == ("", "")
    office.do(GRID, source="Avenant", reach="all", **{f"school_{of_ales.school_id}": "1 500"})
    assert terms(of_albi, "year", "source", "sureness") == [2021, "Avenant", "medium"]
    assert terms(of_ales, "value", "year", "source", "sureness") == [1500, 2022, "Avenant", "low"]


def test_a_school_added_where_schools_differ_needs_every_term(
    office: Any, of_albi: Target, of_ales: Target
) -> None:
    Target.objects.filter(pk=of_ales.pk).update(year=2022)
    new = factories.SchoolFactory(code="neuve", name="École neuve")
    assert list(office.refused(GRID, **{f"school_{new.pk}": "10"})) == ["year"]


def test_the_source_of_one_school_becomes_no_source_of_another(
    office: Any, of_albi: Target, ales: School
) -> None:
    refused = office.refused(GRID, **{f"school_{ales.pk}": "1400"})
    assert list(refused) == ["source"]
    office.do(GRID, **{f"school_{ales.pk}": "1400", f"source_{ales.pk}": "Contrat d’Alès"})
    assert Target.objects.get(school=ales).source == "Contrat d’Alès"
    assert terms(of_albi, "source") == ["Contrat de l’école"]


def test_a_baseline_of_each_school(office: Any, of_albi: Target, of_ales: Target) -> None:
    typed = {f"baseline_{of_albi.school_id}": "900"}
    preview = office.preview(GRID, **typed)
    assert shown(preview) == {"IMT Mines Albi · Référence publiée": ("", "900")}
    office.confirm(GRID, preview)
    assert terms(of_albi, "baseline_value", "value") == [900, 1000]
    assert terms(of_ales, "baseline_value") == [None]
    office.do(GRID, **{f"baseline_{of_albi.school_id}": None})
    assert terms(of_albi, "baseline_value") == [None]


def test_a_baseline_without_a_target_is_refused(office: Any, of_albi: Target, ales: School) -> None:
    name = f"baseline_{ales.pk}"
    assert list(office.refused(GRID, **{name: "900"})) == [name]


def test_the_preview_is_what_is_stored(office: Any, of_albi: Target, of_ales: Target) -> None:
    """Every term of every school that the preview names moved, and none other did."""
    before = {one.pk: terms(one, *TERMS) for one in (of_albi, of_ales)}
    typed = {f"school_{of_albi.school_id}": "1 100", f"baseline_{of_albi.school_id}": "950"}
    preview = office.preview(GRID, year="2022", source="Avenant", **typed)
    office.confirm(GRID, preview)
    moved = [
        (one.school.name, name)
        for one in (of_albi, of_ales)
        for name, old in zip(TERMS, before[one.pk], strict=True)
        if terms(one, name) != [old]
    ]
    assert len(moved) == len(shown(preview)) == 4
    assert {school for school, _name in moved} == {"IMT Mines Albi"}


def test_nothing_changed_says_so_and_leaves_no_trace(office: Any, of_albi: Target) -> None:
    Event.objects.all().delete()
    answer = office.confirm(GRID, office.preview(GRID))
    assert not Event.objects.exists()
    page = office.client.get(answer.url).content.decode()
    assert "Enregistré" not in page
    assert "Rien n’avait changé" in page


def test_a_growth_is_not_put_aside_by_an_empty_value(
    office: Any, whole: Target, of_albi: Target, ales: School
) -> None:
    growing = _target(whole, ales, None, growth_percent=Decimal(20))
    assert office.client.get(GRID).context["form"][f"growth_{ales.pk}"].value() == "20"
    office.do(GRID, **{f"school_{of_albi.school_id}": "1 100"})
    assert terms(growing, "growth_percent", "archived_at") == [20, None]
    office.do(GRID, **{f"school_{ales.pk}": "1 400"})
    assert terms(growing, "growth_percent", "value") == [None, 1400]


def test_the_baseline_of_a_growth_is_refused_at_its_field_when_it_is_not_above_zero(
    office: Any, whole: Target, ales: School
) -> None:
    _target(whole, ales, None, growth_percent=Decimal(20))
    field = f"baseline_{ales.pk}"
    for typed in ("0", "-5"):
        refused = office.refused(GRID, **{field: typed})
        assert list(refused) == [field]
        assert "croissance" in refused[field][0]


def test_a_long_code_never_meets_another_plans_target(
    office: Any, whole: Target, albi: School, ales: School
) -> None:
    """Codes are cut at fifty signs: two plans, or two schools, may come to the same."""
    long = factories.IndicatorFactory(code="a" * 48)
    url = f"/plan/plans/2018-2022/ecoles/{long.code}/"
    both = {f"school_{albi.pk}": "10", f"school_{ales.pk}": "20"}
    office.do(url, source="Contrat", sureness="low", **both)
    found = Target.objects.filter(indicator=long).values_list("school", "value")
    assert dict(found) == {albi.pk: 10, ales.pk: 20}


def test_each_row_leads_to_its_own_page(office: Any, of_albi: Target, ales: School) -> None:
    page = office.client.get(GRID).content.decode()
    assert f"/plan/modifier/cibles/{of_albi.pk}/" in page


def test_the_grid_takes_the_indicators_own_unit_and_no_other(
    office: Any, of_albi: Target, albi: School
) -> None:
    Indicator.objects.update(unit_fr="M€", unit_en="M€")
    errors = office.refused(GRID, **{f"school_{albi.pk}": "170 k€"})
    assert "170 k€ font 0,17 M€" in str(errors)
    office.do(GRID, **{f"school_{albi.pk}": "170 M€"})
    assert terms(of_albi, "value") == [170]


@pytest.mark.parametrize(
    ("field", "text", "number"),
    [("value", "1 142 étudiants", 1142), ("growth_percent", "12,5 %", Decimal("12.5"))],
)
def test_a_target_is_typed_with_its_unit(whole: Target, field: str, text: str, number: Any) -> None:
    form = TargetForm({field: text}, instance=whole)
    assert form.fields[field].clean(text) == number


def test_a_bound_is_typed_in_the_unit_of_the_form(whole: Target) -> None:
    form = IndicatorForm({"unit_fr": "k€", "unit_en": "k€"}, instance=whole.indicator)
    assert form.fields["maximum"].clean("12 k€") == 12
    with pytest.raises(ValidationError, match="12"):
        form.fields["maximum"].clean("0,012 M€")


# --- The line of each school --------------------------------------------------------------------


def line(school: School, /, **typed: str | None) -> dict[str, str | None]:
    return {f"{name}_{school.pk}": text for name, text in typed.items()}


def test_each_school_is_given_terms_of_its_own_in_one_pass(
    office: Any, whole: Target, albi: School, ales: School
) -> None:
    typed = line(albi, school="1 000", year="2021", baseline="900", source="Contrat d’Albi")
    typed |= line(ales, growth="12,5 %", baseline="1 200", source="Presse")
    office.do(GRID, sureness="medium", **typed)
    names = ("value", "growth_percent", "baseline_value", "year", "source", "baseline_year")
    of_albi, of_ales = (Target.objects.get(school=school) for school in (albi, ales))
    assert terms(of_albi, *names) == [1000, None, 900, 2021, "Contrat d’Albi", 2017]
    assert terms(of_ales, *names) == [None, Decimal("12.5"), 1200, 2022, "Presse", 2017]


def test_a_schools_own_year_and_source_go_before_the_shared_ones(
    office: Any, of_albi: Target, of_ales: Target, albi: School
) -> None:
    own = line(albi, year="2020", source="Avenant d’Albi")
    preview = office.preview(GRID, **own)
    assert set(shown(preview)) == {
        "IMT Mines Albi · Année de la cible",
        "IMT Mines Albi · Source",
    }
    office.do(GRID, year="2022", reach="all", **own)
    assert terms(of_albi, "year", "source") == [2020, "Avenant d’Albi"]
    assert terms(of_ales, "year", "source") == [2022, "Contrat de l’école"]


def test_of_a_value_and_a_growth_the_one_typed_now_takes_the_others_place(
    office: Any, of_albi: Target, albi: School
) -> None:
    preview = office.preview(GRID, **line(albi, growth="20"))
    before_after = shown(preview)["IMT Mines Albi · Valeur cible"]
    assert before_after == ("1\u202f000", "")
    office.confirm(GRID, preview)
    assert terms(of_albi, "value", "growth_percent") == [None, 20]
    refused = office.refused(GRID, **line(albi, school="1 100", growth="30"))
    assert list(refused) == [f"growth_{albi.pk}"]
    office.do(GRID, **line(albi, growth=None))
    assert Target.objects.get(pk=of_albi.pk).archived_at


@pytest.mark.parametrize("field", ["year", "source"])
def test_a_target_keeps_a_year_and_a_source(
    office: Any, of_albi: Target, albi: School, field: str
) -> None:
    assert list(office.refused(GRID, **line(albi, **{field: None}))) == [f"{field}_{albi.pk}"]
    emptied = line(albi, school=None, year=None, source=None)
    office.do(GRID, **emptied)
    assert Target.objects.get(pk=of_albi.pk).archived_at, "a line that is emptied is put aside"


def test_a_year_before_the_baseline_is_refused_at_its_line(
    office: Any, of_albi: Target, albi: School
) -> None:
    assert list(office.refused(GRID, **line(albi, year="2016"))) == [f"year_{albi.pk}"]
