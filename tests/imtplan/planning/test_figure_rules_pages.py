"""The plan office writes a rule, tries it on what is stored, and switches it on or off."""

from collections.abc import Callable
from decimal import Decimal
from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from imtplan.accounts.models import School, User
from imtplan.audit.models import Event
from imtplan.audit.plan_edits import LOCK
from indicators.models import FigureRule, Indicator, RuleKind, RuleSeverity, SeriesBreak
from tests import factories

ADDING = "/plan/ajouter/regles/?indicateur=women"
TERMS = {"kind": "at_most", "severity": "refuse", "sentence_fr": "Une partie dépasse le tout."}


@pytest.fixture
def students(db: None) -> Indicator:
    return factories.IndicatorFactory(code="students", name_fr="Étudiants")


@pytest.fixture
def women(db: None) -> Indicator:
    return factories.IndicatorFactory(code="women", name_fr="Étudiantes")


@pytest.fixture
def figures(women: Indicator, students: Indicator, albi: School, ales: School) -> None:
    """Albi: 60 of 100 in 2020, 70 of 50 in 2021. Alès: 30 in 2021, of nobody knows how many."""
    rows = [(women, albi, 2020, 60), (students, albi, 2020, 100), (women, albi, 2021, 70)]
    rows += [(students, albi, 2021, 50), (women, ales, 2021, 30)]
    for indicator, school, year, value in rows:
        factories.FigureFactory(indicator=indicator, school=school, year=year, value=value)


@pytest.fixture
def rule(women: Indicator, students: Indicator) -> FigureRule:
    return factories.FigureRuleFactory(
        indicator=women, kind=RuleKind.AT_MOST, limit=None, other=students, is_on=False
    )


def trial_of(rule: FigureRule) -> str:
    return f"/plan/regles/{rule.pk}/essai/"


def switch(office: Any, rule: FigureRule, **data: str) -> Any:
    seen = office.client.get(trial_of(rule)).context["trial"].mark
    return office.client.post(trial_of(rule), {"seen": seen} | data)


# --- Making one ---------------------------------------------------------------------------------


def test_it_is_written_tried_switched_on_and_off(
    office: Any, women: Indicator, students: Indicator, figures: None
) -> None:
    assert ADDING in office.client.get(f"/plan/modifier/indicateurs/{women.pk}/").content.decode()
    answer = office.do(ADDING, other=str(students.pk), **TERMS)
    rule = FigureRule.objects.get()
    assert answer.url == trial_of(rule)
    assert not FigureRule.objects.in_force().exists(), "a draft until it is switched on"

    page = office.client.get(trial_of(rule))
    text = page.content.decode()
    assert page.context["trial"].sentence == "Sur 3 valeurs de 2020-2021, 1 serait refusée."
    assert "1 n’est pas jugée" in text
    [missed] = page.context["trial"].missed
    assert (missed.figure.school.code, missed.figure.year) == ("imt-mines-albi", 2021)
    assert (missed.number, missed.url) == ("70", "/indicateurs/women/?year=2021")
    assert "Une partie dépasse le tout." in text
    assert "70 ici, et 50 dans «\u202fÉtudiants\u202f»." in text

    assert switch(office, rule, on="1").url == f"/plan/modifier/indicateurs/{women.pk}/"
    assert FigureRule.objects.in_force().exists()
    refused = switch(office, rule, off="1")
    assert (refused.status_code, FigureRule.objects.get().is_on) == (422, True), "a reason is due"
    assert refused.context["problem"] == "Dites pourquoi vous désactivez cette règle."
    switch(office, rule, off="1", reason="Le périmètre change.")
    assert not FigureRule.objects.get().is_on
    verbs = [event.verb for event in Event.objects.filter(detail__row="indicators.figurerule")]
    assert verbs == [Event.Verb.PLAN_EDITED] * 3


def test_other_terms_make_it_a_draft_again_and_other_words_do_not(
    office: Any, rule: FigureRule
) -> None:
    FigureRule.objects.update(is_on=True)
    address = f"/plan/modifier/regles/{rule.pk}/"
    office.do(address, sentence_fr="D’autres mots.")
    assert FigureRule.objects.get().is_on
    office.do(address, tolerance="2")
    assert (FigureRule.objects.get().is_on, FigureRule.objects.get().tolerance) == (False, 2)


def test_what_changed_since_the_look_is_looked_at_first(
    office: Any, rule: FigureRule, figures: None, ales: School, students: Indicator
) -> None:
    seen = office.client.get(trial_of(rule)).context["trial"].mark
    factories.FigureFactory(indicator=students, school=ales, year=2021, value=1)
    answer = office.client.post(trial_of(rule), {"seen": seen, "on": "1"})
    assert (answer.status_code, len(answer.context["trial"].missed)) == (422, 2)
    assert not FigureRule.objects.get().is_on


def test_a_switch_waits_for_other_changes_before_it_holds_the_rule(
    office: Any, rule: FigureRule
) -> None:
    """Whoever changes the plan and waits for the rule would hold what the switch waits for."""
    seen = office.client.get(trial_of(rule)).context["trial"].mark
    with CaptureQueriesContext(connection) as queries:
        office.client.post(trial_of(rule), {"seen": seen, "on": "1"})
    locks = [
        sql
        for sql in (query["sql"] for query in queries)
        if f"pg_advisory_xact_lock({LOCK})" in sql or 'FOR UPDATE OF "indicators_figurerule"' in sql
    ]
    assert "pg_advisory_xact_lock" in locks[0]
    assert FigureRule.objects.get().is_on


def test_a_remark_would_be_remarked_on_in_french_that_is_said(
    office: Any, rule: FigureRule, figures: None
) -> None:
    FigureRule.objects.update(severity=RuleSeverity.REMARK)
    trial = office.client.get(trial_of(rule)).context["trial"]
    assert trial.sentence == "Sur 3 valeurs de 2020-2021, 1 donnerait lieu à une remarque."


def test_the_figure_leads_to_its_versions_where_a_campaign_asked_for_it(
    office: Any, rule: FigureRule, figures: None, women: Indicator
) -> None:
    factories.CampaignFactory(code="2021", year=2021, indicators=[women])
    [missed] = office.client.get(trial_of(rule)).context["trial"].missed
    assert missed.url == "/saisie/2021/imt-mines-albi/historique/women/"


def test_a_trial_compares_as_the_entry_page_does(
    office: Any, women: Indicator, figures: None
) -> None:
    rule = factories.FigureRuleFactory(
        indicator=women,
        kind=RuleKind.CHANGE_AMOUNT,
        limit=Decimal(5),
        is_on=False,
        severity=RuleSeverity.EXPLAIN,
    )
    trial = office.client.get(trial_of(rule)).context["trial"]
    assert [row.figure.year for row in trial.missed] == [2021]
    assert trial.not_judged == 2, "the first year of each school has none before it"
    SeriesBreak.objects.create(indicator=women, year=2021, sentence="Autre périmètre.")
    assert office.client.get(trial_of(rule)).context["trial"].missed == []


def test_a_school_that_others_merged_into_is_compared_with_all_of_them(
    office: Any, women: Indicator, albi: School, ales: School
) -> None:
    School.objects.filter(pk=ales.pk).update(merged_into=albi, last_year=2020)
    for school, year, value in ((albi, 2020, 60), (ales, 2020, 30), (albi, 2021, 90)):
        factories.FigureFactory(
            indicator=women, school=school, year=year, value=value, status="validated"
        )
    rule = factories.FigureRuleFactory(
        indicator=women, kind=RuleKind.CHANGE_PERCENT, limit=Decimal(1), is_on=False
    )
    assert office.client.get(trial_of(rule)).context["trial"].missed == []


def test_without_figures_there_is_nothing_to_try(office: Any, rule: FigureRule) -> None:
    assert "il n’y a rien sur quoi l’essayer" in office.client.get(trial_of(rule)).content.decode()


# --- What is refused ----------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("typed", "field"),
    [
        ({"kind": "at_most"}, "other"),
        ({"kind": "at_most", "other": "students", "limit": "3"}, "limit"),
        ({"kind": "sum", "other": "students"}, "third"),
        ({"kind": "highest"}, "limit"),
        ({"kind": "highest", "limit": "3", "tolerance": "1"}, "tolerance"),
        ({"kind": "highest", "limit": "3", "other": "students"}, "other"),
        ({"kind": "highest", "limit": "trois"}, "limit"),
        ({"kind": "decimals", "limit": "1,5"}, "limit"),
        ({"kind": "decimals", "limit": "7"}, "limit"),
        ({"kind": "change_percent", "limit": "-1"}, "limit"),
        ({"kind": "highest", "limit": "3", "sentence_fr": " "}, "sentence_fr"),
    ],
)
def test_what_a_kind_does_not_take_is_refused_at_its_field(
    office: Any, women: Indicator, students: Indicator, typed: dict[str, str], field: str
) -> None:
    typed = {"other": "", "third": "", **TERMS, **typed}
    if typed["other"]:
        typed["other"] = str(students.pk)
    assert field in office.refused(ADDING, **typed)


def test_decimals_of_a_ratio_and_figures_of_somebody_else_are_refused(
    office: Any, women: Indicator
) -> None:
    factories.IndicatorFactory(code="share", ratio=True)
    patents = factories.IndicatorFactory(code="patents", aggregation=Indicator.Aggregation.NONE)
    decimals = TERMS | {"kind": "decimals", "limit": "1"}
    assert "kind" in office.refused("/plan/ajouter/regles/?indicateur=share", **decimals)
    assert "other" in office.refused(ADDING, other=str(patents.pk), **TERMS), "of no school"


# --- Who sees it --------------------------------------------------------------------------------


def test_nobody_else_opens_its_pages(
    signed_in: Callable[[User], Client], diane: User, alice: User, rule: FigureRule
) -> None:
    for person in (diane, alice):
        client = signed_in(person)
        assert client.get(ADDING).status_code == 403
        assert client.get(trial_of(rule)).status_code == 403
        assert client.post(trial_of(rule), {"on": "1"}).status_code == 403
    assert not FigureRule.objects.get().is_on


def test_it_is_put_aside_and_brought_back(office: Any, rule: FigureRule) -> None:
    FigureRule.objects.update(is_on=True)
    office.do(f"/plan/archiver/regles/{rule.pk}/")
    assert not FigureRule.objects.in_force().exists()
    office.do(f"/plan/archiver/regles/{rule.pk}/")
    assert FigureRule.objects.in_force().exists()


def test_put_aside_it_cannot_be_switched_on(office: Any, rule: FigureRule) -> None:
    office.do(f"/plan/archiver/regles/{rule.pk}/")
    answer = switch(office, rule, on="1")
    assert (answer.status_code, FigureRule.objects.get().is_on) == (422, False)
    assert answer.context["problem"].startswith("Cette règle est archivée")


def test_readers_find_it_among_the_changes_of_the_plan(
    office: Any, women: Indicator, students: Indicator, signed_in: Any, diane: User
) -> None:
    plan = factories.PlanFactory()
    office.do(ADDING, other=str(students.pk), **TERMS)
    page = signed_in(diane).get(f"/historique/changements/?plan={plan.code}").content.decode()
    assert "Étudiantes\u202f: règle «\u202fA ne dépasse pas B\u202f»" in page
