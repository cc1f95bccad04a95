"""The pages of the collection: what is typed arrives, and what is wrong is said and kept."""

from decimal import Decimal
from typing import Any

import pytest
from django.test import Client

from imtplan.accounts.models import School, User
from imtplan.campaigns.models import Campaign, Submission
from imtplan.campaigns.review import submission_services as services
from indicators.models import Figure, Indicator
from tests import factories

ALBI = "/saisie/2022/imt-mines-albi/"


@pytest.fixture
def students(db: None) -> Indicator:
    return factories.IndicatorFactory(code="students", name_fr="Étudiants", name_en="Students")


@pytest.fixture
def funds(db: None) -> Indicator:
    return factories.IndicatorFactory(
        code="own-funds", name_fr="Ressources propres", name_en="Own funds", decimals=1
    )


@pytest.fixture
def campaign(students: Indicator, funds: Indicator) -> Campaign:
    return factories.CampaignFactory(indicators=[students, funds])


@pytest.fixture
def page(campaign: Campaign, alice: User, signed_in: Any) -> Client:
    """Alice's browser; the campaign of 2022 is open."""
    return signed_in(alice)


def typed(**fields: str) -> dict[str, str]:
    """A form as the browser posts it: `students="1 234"`."""
    return {f"{code.replace('_', '-')}-value": text for code, text in fields.items()}


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("13 400", 13400),
        ("13\u202f400", 13400),
        ("13\u00a0400", 13400),
        ("13\u2009400", 13400),
        ("0", 0),
    ],
)
def test_spaces_of_every_kind_arrive_as_one_number(page: Client, text: str, value: int) -> None:
    response = page.post(ALBI, typed(students=text))
    assert response.status_code == 302
    assert Figure.objects.get().value == value


def test_a_french_decimal_comma_arrives(page: Client) -> None:
    page.post(ALBI, typed(own_funds="1 234,5"))
    assert Figure.objects.get().value == Decimal("1234.5")


@pytest.mark.parametrize(
    ("text", "sentence"),
    [
        ("douze", "nombre"),
        ("1e5", "en entier"),
        ("12,5,3", "deux virgules"),
        ("-4", "inférieure à 0"),
        ("12,5", "sans décimale"),
        ("1.234", "deux façons"),
    ],
)
def test_bad_input_gets_a_sentence_and_stays_as_typed(
    page: Client, text: str, sentence: str
) -> None:
    response = page.post(ALBI, typed(students=text))
    assert response.status_code == 422
    html = response.content.decode()
    assert f'value="{text}"' in html
    assert sentence in html
    assert "Rien n’avait changé" not in html
    assert not Figure.objects.exists()


def test_a_wrong_row_does_not_hold_back_the_right_one(page: Client) -> None:
    response = page.post(ALBI, typed(students="douze", own_funds="12,5"))
    assert response.status_code == 422
    assert [figure.value for figure in Figure.objects.all()] == [Decimal("12.5")]
    assert 'value="douze"' in response.content.decode()
    # The right row carries its new version: sending the page again is no conflict.
    assert 'name="own-funds-version" value="1"' in response.content.decode()


def test_beside_a_text_that_is_only_kept_stands_no_change_of_another_number(
    page: Client, albi: School, students: Indicator
) -> None:
    factories.FigureFactory(indicator=students, school=albi, year=2021, value=1000)
    page.post(ALBI, typed(students="1100"))
    assert "<span data-change>+10" in page.get(ALBI).content.decode()
    page.post(ALBI, typed(students="12,5,3") | {"students-version": "1"})
    assert "<span data-change>+10" not in page.get(ALBI).content.decode()


def test_what_is_stored_is_shown_again_in_french(page: Client) -> None:
    page.post(ALBI, typed(students="13400"))
    assert 'value="13\u202f400"' in page.get(ALBI).content.decode()


def test_what_is_stored_is_shown_again_in_english(page: Client, alice: User) -> None:
    page.post(ALBI, typed(students="13400"))
    alice.language = "en"
    alice.save()
    assert 'value="13,400"' in page.get(ALBI).content.decode()


def test_a_word_and_its_reason_arrive(page: Client) -> None:
    page.post(
        ALBI,
        {"students-word": "not_available", "students-reason": "Inventaire en cours.\u00e9"},
    )
    figure = Figure.objects.get()
    assert (figure.state, figure.value) == ("not_available", None)
    assert figure.reason == "Inventaire en cours.\u00e9"


def test_a_word_beside_a_number_is_refused_and_both_stay(page: Client) -> None:
    response = page.post(ALBI, typed(students="12") | {"students-word": "not_applicable"})
    html = response.content.decode()
    assert response.status_code == 422
    assert 'value="12"' in html
    assert "l’un des deux" in html
    assert not Figure.objects.exists()


def test_a_ratio_keeps_its_two_parts(page: Client, campaign: Campaign) -> None:
    campaign.indicators.add(factories.IndicatorFactory(ratio=True, code="share"))
    page.post(ALBI, {"share-numerator": "119", "share-denominator": "1 190"})
    figure = Figure.objects.get()
    assert (figure.numerator, figure.denominator, figure.number) == (119, 1190, 10)


def test_two_tabs_do_not_overwrite_each_other(page: Client) -> None:
    page.post(ALBI, typed(students="100"))
    page.post(ALBI, typed(students="200") | {"students-version": "1"})
    response = page.post(ALBI, typed(students="150") | {"students-version": "1"})
    html = response.content.decode()
    assert response.status_code == 422
    assert 'value="150"' in html
    assert "200" in html
    assert Figure.objects.get().value == 200


def test_a_closed_campaign_says_so_and_keeps_what_was_typed(
    page: Client, campaign: Campaign
) -> None:
    campaign.closes_at = campaign.opens_at + (campaign.closes_at - campaign.opens_at) / 4
    campaign.save()
    response = page.post(ALBI, typed(students="1 234"))
    html = response.content.decode()
    assert response.status_code == 409
    assert "campagne est close" in html
    assert "1 234" in html
    assert not Figure.objects.exists()


def test_the_form_is_read_in_the_language_it_was_shown_in(page: Client) -> None:
    assert 'action="?shown-in=fr"' in page.get(ALBI).content.decode()
    page.post(f"{ALBI}?shown-in=en", typed(students="1,234"))
    assert Figure.objects.get().value == 1234


def test_closed_what_is_not_stored_is_told_from_what_is(page: Client, campaign: Campaign) -> None:
    page.post(ALBI, typed(students="100"))
    campaign.closes_at = campaign.opens_at + (campaign.closes_at - campaign.opens_at) / 4
    campaign.save()
    sent = typed(students="100") | {"students-version": "1", "students-explanation": "Un legs."}
    html = page.post(ALBI, sent).content.decode()
    assert html.count("Tapé et non enregistré") == 1
    assert "Un legs." in html


def test_anothers_school_does_not_exist(
    page: Client, campaign: Campaign, charlie: User, signed_in: Any
) -> None:
    assert page.get("/saisie/2022/imt-mines-ales/").status_code == 404
    assert signed_in(charlie).get(ALBI).status_code == 404
    assert signed_in(charlie).post(ALBI, typed(students="1")).status_code == 404
    assert not Figure.objects.exists()


def test_the_institute_reads_and_does_not_write(page: Client, diane: User, signed_in: Any) -> None:
    assert signed_in(diane).get(ALBI).status_code == 200
    assert signed_in(diane).post(ALBI, typed(students="1")).status_code == 403
    assert not Figure.objects.exists()


def test_nobody_reads_without_signing_in(campaign: Campaign, albi: School) -> None:
    response = Client().get(ALBI)
    assert response.status_code == 302
    assert response.url.startswith("/compte/login/")


def test_an_unknown_year_does_not_exist(page: Client) -> None:
    assert page.get("/saisie/1999/imt-mines-albi/").status_code == 404


def test_submitting_names_what_is_missing(page: Client) -> None:
    page.post(ALBI, typed(students="100"))
    html = page.post(ALBI + "soumettre/", {"send": ""}, follow=True).content.decode()
    assert "Ressources propres" in html
    assert Submission.objects.get().state == "draft"


def test_the_way_to_submission(page: Client) -> None:
    response = page.post(ALBI, typed(students="100", own_funds="2,5") | {"review": ""})
    assert response.url == ALBI + "relire/"
    html = page.get(response.url).content.decode()
    assert "2,5" in html
    page.post(ALBI + "soumettre/", {"send": ""})
    assert Submission.objects.get().state == "submitted"
    assert 'name="students-value"' not in page.get(ALBI).content.decode()


def test_a_contributor_cannot_submit(page: Client, bob: User, signed_in: Any) -> None:
    page.post(ALBI, typed(students="100", own_funds="2,5"))
    assert signed_in(bob).post(ALBI + "soumettre/", {"send": ""}).status_code == 403
    assert Submission.objects.get().state == "draft"


@pytest.fixture
def submitted(campaign: Campaign, page: Client, albi: School, alice: User) -> Submission:
    page.post(ALBI, typed(students="100", own_funds="2,5"))
    return services.submit(campaign=campaign, school=albi, by=alice)


def test_the_directorate_general_validates(
    submitted: Submission, diane: User, signed_in: Any
) -> None:
    seen = services.handing_in_of(submitted)
    signed_in(diane).post(ALBI + "decider/", {"validate": "", "seen": seen})
    submitted.refresh_from_db()
    assert submitted.state == "validated"


def test_the_directorate_general_returns_with_a_comment(
    submitted: Submission, diane: User, page: Client, signed_in: Any
) -> None:
    typed = {"return": "", "comment": "À vérifier", "seen": services.handing_in_of(submitted)}
    signed_in(diane).post(ALBI + "decider/", typed)
    submitted.refresh_from_db()
    assert (submitted.state, submitted.comment) == ("returned", "À vérifier")
    assert "À vérifier" in page.get(ALBI).content.decode()


def test_a_director_does_not_validate_own_figures(submitted: Submission, page: Client) -> None:
    assert page.post(ALBI + "decider/", {"validate": ""}).status_code == 403


def test_the_list_shows_every_school_also_those_that_have_not_begun(
    campaign: Campaign, ales: School, submitted: Submission, diane: User, signed_in: Any
) -> None:
    html = signed_in(diane).get("/saisies/").content.decode()
    assert "IMT Mines Albi" in html
    assert "IMT Mines Alès" in html
    assert "Non commencée" in html


def test_the_list_is_the_institutes(page: Client) -> None:
    assert page.get("/saisies/").status_code == 403


def test_the_list_without_a_campaign_says_what_comes_next(diane: User, signed_in: Any) -> None:
    response = signed_in(diane).get("/saisies/")
    assert response.status_code == 200
    assert "campagne" in response.content.decode()


def test_the_entry_page_asks_the_database_as_often_for_many_rows(
    page: Client, campaign: Campaign, django_assert_max_num_queries: Any
) -> None:
    campaign.indicators.add(*(factories.IndicatorFactory() for _number in range(40)))
    with django_assert_max_num_queries(16):
        page.get(ALBI)


@pytest.mark.parametrize("text", ["=1+1", "\u0000", "a\u000bb", "<script>alert(1)</script>", "😀"])
def test_strange_text_in_a_number_is_refused_and_shown_as_text(page: Client, text: str) -> None:
    response = page.post(ALBI, typed(students=text))
    assert response.status_code == 422
    assert "<script>alert" not in response.content.decode()
    assert not Figure.objects.exists()


def test_a_nul_in_a_reason_is_refused_with_a_sentence(page: Client) -> None:
    response = page.post(ALBI, {"students-word": "not_available", "students-reason": "a\u0000b"})
    assert response.status_code == 422
    assert not Figure.objects.exists()


def test_a_slip_of_a_power_of_ten_wants_words_and_offers_no_tick(
    page: Client, students: Indicator, albi: School
) -> None:
    factories.FigureFactory(indicator=students, school=albi, year=2021, value=Decimal(1142))
    page.post(ALBI, typed(students="1142000"))
    html = page.get(ALBI).content.decode()
    assert "finding-words" in html
    assert "cocher ne suffit pas" in html
    page.post(
        ALBI,
        typed(students="1142000") | {"students-explanation": "Fusion", "students-version": "1"},
    )
    assert "finding-words" not in page.get(ALBI).content.decode()
