"""The plan office's rules at the cell: what each severity asks for, by every way of entry."""

import json
from decimal import Decimal
from typing import Any

import pytest
from django.utils import translation

from imtplan.accounts.models import School, User
from imtplan.campaigns.entry.checking.cells import FindingLevel
from imtplan.campaigns.entry.reading import read
from imtplan.campaigns.models import Campaign
from imtplan.campaigns.review.completeness import of_campaign, rows_of
from imtplan.campaigns.review.submission_services import SubmissionIncomplete, submit
from indicators.models import Figure, Indicator, RuleKind, RuleSeverity, SeriesBreak
from tests import factories

ALBI = "/saisie/2022/imt-mines-albi/"
REFUSED = "Vérifiez ce chiffre. 120 est au-dessus de 100."


def noted_at(campaign: Campaign, school: School, indicator: Indicator) -> list[tuple[str, str]]:
    with translation.override("fr"):
        noted = read(campaign, school).findings(indicator)
        return [(row.level, str(row.message)) for row in noted]


def messages(answer: Any) -> list[str]:
    return [finding["message"] for finding in answer.json()["findings"]]


# --- Refuse -------------------------------------------------------------------------------------


def test_a_refused_figure_is_kept_as_a_draft_and_cannot_be_submitted(
    save: Any, campaign: Campaign, place: dict[str, Any], alice: User, students: Indicator
) -> None:
    factories.FigureRuleFactory(indicator=students)
    save("120")
    assert Figure.objects.get().value == 120
    assert noted_at(**place, indicator=students) == [(FindingLevel.REFUSED, REFUSED)]
    with pytest.raises(SubmissionIncomplete) as refusal:
        submit(**place, by=alice)
    assert refusal.value.indicators == [students]
    save("120", version=1, explanation="C’est bien ce que nous avons compté.", confirm=True)
    with pytest.raises(SubmissionIncomplete):
        submit(**place, by=alice)
    save("100", version=2)
    submit(**place, by=alice)


def test_an_indicator_that_ends_later_is_held_to_its_rules_until_its_campaigns_end(
    save: Any, campaign: Campaign, place: dict[str, Any], students: Indicator
) -> None:
    factories.FigureRuleFactory(indicator=students)
    Indicator.objects.filter(pk=students.pk).update(archived_at=campaign.opens_at)
    save("120")
    assert read(**place).to_correct == [students]


@pytest.mark.parametrize(
    ("typed", "read_as"),
    [
        ("Vérifiez ce chiffre", "Vérifiez ce chiffre. 120"),
        ("Vérifiez ce chiffre ", "Vérifiez ce chiffre. 120"),
        ("Est-ce bien cela\u202f?", "Est-ce bien cela\u202f? 120"),
        ("Lisez «\u202fce qui compte.\u202f»", "Lisez «\u202fce qui compte.\u202f» 120"),
    ],
)
def test_a_sentence_without_its_stop_gets_one_before_the_numbers(
    save: Any, place: dict[str, Any], students: Indicator, typed: str, read_as: str
) -> None:
    factories.FigureRuleFactory(indicator=students, sentence_fr=typed)
    save("120")
    [(_level, sentence)] = noted_at(**place, indicator=students)
    assert sentence.startswith(read_as)


def test_the_page_stores_it_and_says_so_at_the_cell(
    signed_in: Any, alice: User, students: Indicator, campaign: Campaign
) -> None:
    factories.FigureRuleFactory(indicator=students)
    client = signed_in(alice)
    answer = client.post(f"{ALBI}valeur/students/", {"students-value": "120"})
    assert (answer.status_code, answer.json()["outcome"]) == (200, "saved")
    assert (answer.json()["page"]["to_correct"], messages(answer)) == (1, [REFUSED])
    page = client.get(ALBI).content.decode()
    assert "À corriger avant de soumettre." in page
    review = client.get(f"{ALBI}relire/")
    assert [row.indicator for row in review.context["to_do"].wrong] == [students]
    client.post(f"{ALBI}soumettre/", {"send": "1"})
    assert Figure.objects.get().status == Figure.Status.DRAFT


def test_without_javascript_the_other_rows_and_the_review_are_reached(
    signed_in: Any, alice: User, students: Indicator, campaign: Campaign
) -> None:
    factories.FigureRuleFactory(indicator=students)
    answer = signed_in(alice).post(ALBI, {"students-value": "120", "review": "1"})
    assert (answer.status_code, answer.url) == (302, f"{ALBI}relire/")
    assert Figure.objects.get().value == 120


def test_a_program_is_answered_in_the_same_way(
    signed_in: Any, alice: User, students: Indicator, campaign: Campaign
) -> None:
    rule = factories.FigureRuleFactory(indicator=students)
    answer = signed_in(alice).put(
        "/api/v1/entries/2022/imt-mines-albi/students/",
        json.dumps({"value": 120, "version": None}),
        content_type="application/json",
    )
    assert answer.status_code == 200
    [finding] = answer.json()["findings"]
    assert (finding["level"], finding["code"]) == ("refused", f"rule-{rule.pk}")


def test_a_part_over_its_whole_cannot_be_ticked_away(
    save: Any, place: dict[str, Any], alice: User, students: Indicator, women: Indicator
) -> None:
    Indicator.objects.filter(pk=women.pk).update(part_of=students)
    save("100")
    save("110", indicator=women)
    save("100", version=1, confirm=True)
    submit_is_possible = not read(**place).to_correct and not read(**place).to_explain
    assert submit_is_possible, "the surprise alone is ticked away"
    factories.FigureRuleFactory(indicator=women, kind=RuleKind.AT_MOST, limit=None, other=students)
    assert read(**place).to_correct == [women]
    with pytest.raises(SubmissionIncomplete):
        submit(**place, by=alice)


# --- Explain and remark -------------------------------------------------------------------------


def test_to_explain_wants_a_sentence_of_this_year(
    save: Any, place: dict[str, Any], alice: User, students: Indicator, albi: School
) -> None:
    rule = factories.FigureRuleFactory(indicator=students, severity=RuleSeverity.EXPLAIN)
    factories.FigureFactory(
        indicator=students, school=albi, year=2021, value=120, confirmed={rule.code: "20"}
    )
    save("120", confirm=True)
    assert read(**place).to_explain == [students], "neither a tick nor last year’s words"
    with pytest.raises(SubmissionIncomplete):
        submit(**place, by=alice)
    save("120", version=1, explanation="Une antenne a ouvert en septembre.")
    assert Figure.objects.get(year=2022).confirmed == {rule.code: "20.000000"}
    submit(**place, by=alice)


def test_an_explanation_does_not_stretch_to_a_figure_further_off(
    save: Any, place: dict[str, Any], students: Indicator
) -> None:
    factories.FigureRuleFactory(indicator=students, severity=RuleSeverity.EXPLAIN)
    save("120", explanation="Une antenne a ouvert en septembre.")
    assert read(**place).to_explain == []
    save("140", version=1, explanation="Une antenne a ouvert en septembre.", confirm=True)
    assert read(**place).to_explain == [students]


def test_a_remark_is_shown_and_asks_nothing(
    save: Any, place: dict[str, Any], alice: User, students: Indicator
) -> None:
    factories.FigureRuleFactory(indicator=students, severity=RuleSeverity.REMARK)
    save("120")
    assert noted_at(**place, indicator=students) == [(FindingLevel.INFORMATION, REFUSED)]
    submit(**place, by=alice)


# --- Between indicators -------------------------------------------------------------------------


def test_it_is_judged_anew_when_either_figure_changes(
    signed_in: Any, alice: User, students: Indicator, women: Indicator
) -> None:
    factories.FigureRuleFactory(indicator=women, kind=RuleKind.AT_MOST, limit=None, other=students)
    client = signed_in(alice)
    first = client.post(f"{ALBI}valeur/women/", {"women-value": "60"})
    assert messages(first) == [], "what is not there yet breaks nothing"
    fewer = client.post(f"{ALBI}valeur/students/", {"students-value": "50"}).json()
    [finding] = fewer["beside"]["women"]
    assert finding["message"].startswith("Vérifiez ce chiffre. 60 ici, et 50 dans «\u202f")
    assert fewer["page"]["to_correct"] == 1
    answer = client.post(
        f"{ALBI}valeur/students/", {"students-value": "70", "students-version": "1"}
    )
    more = answer.json()
    assert (more["beside"]["women"], more["page"]["to_correct"]) == ([], 0)


def test_a_sum_names_what_it_added(
    save: Any, place: dict[str, Any], campaign: Campaign, students: Indicator, women: Indicator
) -> None:
    men = factories.IndicatorFactory(code="men", name_fr="Étudiants hommes", rank=2)
    campaign.indicators.add(men)
    factories.FigureRuleFactory(
        indicator=students, kind=RuleKind.SUM, limit=None, other=women, third=men, tolerance=1
    )
    save("0", indicator=men)
    save("60", indicator=women)
    save("61")
    assert noted_at(**place, indicator=students) == []
    save("58", version=1)
    [(_level, sentence)] = noted_at(**place, indicator=students)
    assert sentence.replace("\u202f", "").endswith(
        "58 ici; 60 dans «Étudiantes» et 0 dans «Étudiants hommes» font 60."
    )


def test_a_product_takes_a_percentage_as_a_share(
    save: Any, place: dict[str, Any], campaign: Campaign, students: Indicator, women: Indicator
) -> None:
    share = factories.IndicatorFactory(code="share", name_fr="Part", unit_fr="%", decimals=1)
    campaign.indicators.add(share)
    factories.FigureRuleFactory(
        indicator=women, kind=RuleKind.PRODUCT, limit=None, other=students, third=share, tolerance=1
    )
    save("200")
    save("22.5", indicator=share)
    save("45", indicator=women)
    assert noted_at(**place, indicator=women) == []
    save("48", version=1, indicator=women)
    [(_level, sentence)] = noted_at(**place, indicator=women)
    assert "fois 22,5\u202f% dans «\u202fPart\u202f» font 45." in sentence


def test_what_another_school_or_campaign_has_is_never_looked_at(
    save: Any, place: dict[str, Any], albi: School, ales: School, women: Indicator
) -> None:
    elsewhere = factories.IndicatorFactory(code="elsewhere")
    factories.CampaignFactory(code="2022-bis", name="Bis", indicators=[elsewhere])
    students = Indicator.objects.get(code="students")
    for other in (students, elsewhere):
        factories.FigureRuleFactory(indicator=women, kind=RuleKind.AT_MOST, limit=None, other=other)
    factories.FigureFactory(indicator=elsewhere, school=albi, year=2022, value=1)
    factories.FigureFactory(indicator=students, school=ales, year=2022, value=1)
    save("60", indicator=women)
    assert noted_at(**place, indicator=women) == []


def test_the_institutes_own_figures_are_judged_too(db: None) -> None:
    the_institute = factories.InstituteFactory()
    patents = factories.IndicatorFactory(code="patents", aggregation=Indicator.Aggregation.NONE)
    campaign = factories.CampaignFactory(indicators=[patents])
    factories.FigureRuleFactory(indicator=patents)
    factories.FigureFactory(indicator=patents, school=the_institute, year=2022, value=120)
    reading = read(campaign, the_institute)
    assert reading.to_correct == [patents]


# --- What a rule does not look at ---------------------------------------------------------------


def test_a_change_is_not_held_over_a_break_and_a_word_is_no_number(
    save: Any, place: dict[str, Any], students: Indicator, albi: School
) -> None:
    factories.FigureRuleFactory(indicator=students, kind=RuleKind.CHANGE_AMOUNT, limit=Decimal(5))
    factories.FigureFactory(indicator=students, school=albi, year=2021, value=100)
    save("110")
    [(_level, sentence)] = noted_at(**place, indicator=students)
    assert "De 100 en 2021 à 110" in sentence
    SeriesBreak.objects.create(indicator=students, year=2022, sentence="Autre périmètre.")
    assert [level for level, _text in noted_at(**place, indicator=students)] == [
        FindingLevel.INFORMATION
    ]
    save(version=1, state=Figure.State.NOT_AVAILABLE, reason="Les archives ont brûlé.")
    assert noted_at(**place, indicator=students) == []


def test_a_draft_and_one_put_aside_say_nothing(
    save: Any, campaign: Campaign, place: dict[str, Any], students: Indicator
) -> None:
    factories.FigureRuleFactory(indicator=students, is_on=False)
    factories.FigureRuleFactory(indicator=students, archived_at=campaign.opens_at)
    save("120")
    assert noted_at(**place, indicator=students) == []


def test_the_campaigns_own_page_counts_it(
    save: Any, campaign: Campaign, albi: School, students: Indicator
) -> None:
    factories.FigureRuleFactory(indicator=students)
    save("120")
    assert of_campaign(campaign)[albi.pk].to_correct == 1


@pytest.mark.parametrize("severity", [RuleSeverity.REFUSE, RuleSeverity.EXPLAIN])
def test_a_rule_switched_on_later_informs_of_what_was_submitted(
    save: Any,
    campaign: Campaign,
    place: dict[str, Any],
    alice: User,
    diane: User,
    signed_in: Any,
    students: Indicator,
    severity: RuleSeverity,
) -> None:
    save("120")
    submit(**place, by=alice)
    factories.FigureRuleFactory(indicator=students, severity=severity)
    review = signed_in(diane).get(f"{ALBI}relire/")
    assert (review.context["page"].to_correct, review.context["page"].to_explain) == (0, 0)
    page = review.content.decode()
    assert REFUSED in page
    assert "À corriger avant de soumettre." not in page
    assert "À expliquer." not in page
    [row] = [row for row in rows_of(campaign) if row.school == place["school"]]
    assert (row.completeness.to_correct, row.completeness.to_explain) == (0, 0)


def test_the_review_shows_who_validates_what_was_explained(
    save: Any,
    place: dict[str, Any],
    alice: User,
    diane: User,
    signed_in: Any,
    students: Indicator,
) -> None:
    factories.FigureRuleFactory(indicator=students, severity=RuleSeverity.EXPLAIN)
    save("120", explanation="Une antenne a ouvert en septembre.")
    submit(**place, by=alice)
    page = signed_in(diane).get(f"{ALBI}relire/").content.decode()
    assert REFUSED in page
    assert "Une antenne a ouvert en septembre." in page
