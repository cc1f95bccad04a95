"""The autosave: what is answered to each cell, and that a request counts once."""

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from decimal import Decimal
from typing import Any

import pytest
from django.db import connection
from django.http import HttpResponse
from django.test import Client
from django.test.utils import CaptureQueriesContext

from imtplan.accounts.models import School, User
from imtplan.audit.models import Event
from imtplan.campaigns.models import Campaign, IdempotencyKey, KeptInput
from imtplan.campaigns.review import submission_services as services
from indicators.models import Figure, Indicator
from tests import factories

CELL = "/saisie/2022/imt-mines-albi/valeur/students/"

SignIn = Callable[[User], Client]


def typed(value: str = "", version: str = "", **fields: Any) -> dict[str, str]:
    return {
        "students-value": value,
        "students-version": version,
        **{f"students-{name}": text for name, text in fields.items()},
    }


@pytest.fixture
def post(campaign: Campaign, alice: User, signed_in: SignIn) -> Callable[..., HttpResponse]:
    client = signed_in(alice)

    def send(value: str = "", version: str = "", headers: Any = None, **fields: Any) -> Any:
        return client.post(CELL, typed(value, version, **fields), headers=headers or {})

    return send


def test_a_cell_is_saved_and_says_so(post: Any) -> None:
    answer = post("1\u202f234")
    said = answer.json()
    assert (answer.status_code, said["outcome"], said["version"]) == (200, "saved", 1)
    assert said["page"] == {"filled": 1, "total": 1, "to_correct": 0, "to_explain": 0}
    assert Figure.objects.get().value == 1234


def test_the_same_again_is_no_new_version(post: Any) -> None:
    post("1234")
    said = post("1 234", "1").json()
    assert (said["outcome"], said["version"]) == ("unchanged", 1)


@pytest.mark.parametrize("text", ["12o", "1e5", "-4", "12,5", "1\x002", "=1+1", "\u202e12"])
def test_an_impossible_text_is_kept_as_typed_and_says_why(post: Any, text: str) -> None:
    post("100")
    answer = post(text, "1")
    said = answer.json()
    assert (answer.status_code, said["outcome"]) == (422, "kept")
    assert said["findings"][0]["level"] == "impossible"
    assert said["message"]
    assert said["page"]["to_correct"] == 1
    assert KeptInput.objects.get().typed["value"] == text.replace("\x00", "␀")
    assert Figure.objects.get().value == 100


def test_the_numbers_come_back_as_they_were_understood(post: Any) -> None:
    assert post("1234").json()["typed"] == {
        "value": "1\u202f234",
        "numerator": "",
        "denominator": "",
    }
    kept = post("12o", "1").json()["kept"]
    assert kept["shown"].startswith("1\u202f234")
    assert all(kept[name] for name in ("who", "at"))


def test_a_number_is_read_in_the_language_of_the_page_it_was_typed_on(post: Any) -> None:
    """Another language may have been chosen in another window since: "1,234" is two numbers."""
    assert post("1,234", headers={"X-Page-Language": "en"}).json()["outcome"] == "saved"
    assert Figure.objects.get().value == 1234
    assert post("1,235", "1", headers={"X-Page-Language": "fr"}).json()["outcome"] == "kept"
    assert post("1,235", "1", headers={"X-Page-Language": "xx"}).json()["outcome"] == "kept"


def test_a_surprise_is_told_with_the_numbers(post: Any, students: Indicator, albi: School) -> None:
    factories.FigureFactory(indicator=students, school=albi, year=2021, value=Decimal(100))
    said = post("150").json()
    assert said["change"] == "+50\u202f%"
    [finding] = said["findings"]
    assert (finding["level"], finding["code"], finding["answered"]) == (
        "surprising",
        "change",
        False,
    )
    said = post("150", "1", confirm="on").json()
    assert said["findings"][0]["answered"]
    assert said["page"]["to_explain"] == 0


def test_an_old_version_is_answered_with_both(post: Any, bob: User, signed_in: SignIn) -> None:
    signed_in(bob).post(CELL, typed("120"))
    answer = post("130")
    said = answer.json()
    assert (answer.status_code, said["outcome"]) == (409, "conflict")
    assert (said["theirs"]["who"], said["theirs"]["shown"], said["theirs"]["version"]) == (
        "Bob",
        "120",
        1,
    )
    assert said["theirs"]["typed"]["value"] == "120"
    assert Figure.objects.get().value == 120


def test_who_is_signed_out_is_told_and_not_sent_away(post: Any) -> None:
    answer = Client().post(CELL, typed("100"))
    assert (answer.status_code, answer.json()["outcome"]) == (401, "signed_out")


def test_values_of_one_person_are_not_saved_by_another(post: Any, bob: User) -> None:
    answer = post("100", headers={"X-Person": str(bob.pk)})
    assert (answer.status_code, answer.json()["outcome"]) == (409, "other_person")
    assert not Figure.objects.exists()


def test_another_schools_cell_does_not_exist(
    campaign: Campaign, charlie: User, albi: School, signed_in: SignIn
) -> None:
    assert signed_in(charlie).post(CELL, typed("100")).status_code == 404


def test_the_directorate_reads_and_does_not_write(
    campaign: Campaign, albi: School, diane: User, signed_in: SignIn
) -> None:
    assert signed_in(diane).post(CELL, typed("100")).status_code == 403


def test_an_indicator_of_no_campaign_has_no_cell(
    campaign: Campaign, alice: User, signed_in: SignIn
) -> None:
    factories.IndicatorFactory(code="other")
    address = CELL.replace("students", "other")
    assert signed_in(alice).post(address, {"other-value": "1"}).status_code == 404


def test_directors_only_means_directors_only(
    campaign: Campaign, bob: User, alice: User, signed_in: SignIn
) -> None:
    campaign.entered_by = Campaign.EnteredBy.DIRECTORS
    campaign.save()
    assert signed_in(bob).post(CELL, typed("100")).status_code == 403
    assert signed_in(alice).post(CELL, typed("100")).status_code == 200


# --- A request counts once ----------------------------------------------------------------------


def test_the_same_key_gets_the_same_answer(post: Any) -> None:
    key = {"Idempotency-Key": "one"}
    first = post("100", headers=key).json()
    post("200", "1")
    again = post("100", headers=key).json()
    assert again == first
    assert Figure.objects.get().value == 200


def test_a_key_belongs_to_its_content(post: Any) -> None:
    key = {"Idempotency-Key": "one"}
    post("100", headers=key)
    answer = post("200", "1", headers=key)
    assert (answer.status_code, answer.json()["outcome"]) == (409, "refused")
    assert Figure.objects.get().value == 100


@pytest.mark.parametrize(
    ("text", "code", "suggest"),
    [
        ("NC", "not_available", {"word": "not_available"}),
        ("non communiqué", "not_available", {"word": "not_available"}),
        ("s.o.", "not_applicable", {"word": "not_applicable"}),
        ("N/A", "either_word", {}),
        ("12 k€", "unit", {}),
        ("2022-01-01", "date", {}),
    ],
)
def test_a_refusal_has_its_code_and_may_lead_on(
    post: Any, text: str, code: str, suggest: dict[str, str]
) -> None:
    [wrong] = post(text).json()["findings"]
    assert (wrong["code"], wrong["part"], wrong["suggest"]) == (code, "value", suggest)
    assert KeptInput.objects.get().typed["value"] == text


@pytest.mark.parametrize(("part", "limit"), [("reason", 1000), ("explanation", 2000)])
def test_a_long_text_is_refused_with_its_length_and_kept_whole(
    post: Any, part: str, limit: int
) -> None:
    text = "a" * (limit + 503)
    answer = post("", word="not_available", **({"reason": "Registre brûlé"} | {part: text}))
    assert answer.status_code == 422
    [wrong] = answer.json()["findings"]
    assert (wrong["part"], wrong["code"]) == (part, "max_length")
    assert f"{limit + 503:,} ".replace(",", "\u202f") in wrong["message"]
    assert f"{limit:,} ".replace(",", "\u202f") in wrong["message"]
    assert KeptInput.objects.get().typed[part] == text


def test_a_long_text_in_a_number_is_kept_whole(post: Any) -> None:
    post("9" * 20_000)
    assert KeptInput.objects.get().typed["value"] == "9" * 20_000


def test_lines_are_kept_and_counted_as_their_author_does(post: Any) -> None:
    lines = "\r\n".join(["x" * 99] * 10)  # 999 characters and ten more for CR
    assert post("", word="not_available", reason=lines).status_code == 200
    assert Figure.objects.get().reason == "\n".join(["x" * 99] * 10)


def test_a_key_is_taken_whole_or_refused(post: Any) -> None:
    answer = post("100", headers={"Idempotency-Key": "k" * 101})
    assert (answer.status_code, answer.json()["outcome"]) == (400, "refused")
    assert "101" in answer.json()["message"]
    assert not Figure.objects.exists()


def test_an_answer_that_never_arrived_is_given_after_the_submission(
    post: Any, place: dict[str, Any], alice: User
) -> None:
    key = {"Idempotency-Key": "one"}
    post("100", headers=key)
    services.submit(**place, by=alice)
    assert post("100", headers=key).json()["outcome"] == "saved"
    assert post("300", "1").json()["outcome"] == "refused"


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("address", ["form", "api"])
def test_five_at_once_with_one_key_leave_one_version(
    campaign: Campaign, alice: User, signed_in: SignIn, address: str
) -> None:
    def send(_number: int) -> int:
        try:
            client, headers = signed_in(alice), {"Idempotency-Key": "five"}
            if address == "form":
                return client.post(CELL, typed("100"), headers=headers).status_code
            return client.put(
                "/api/v1/entries/2022/imt-mines-albi/students/",
                {"value": "100", "version": None},
                content_type="application/json",
                headers=headers,
            ).status_code
        finally:
            connection.close()

    with ThreadPoolExecutor(5) as threads:
        assert list(threads.map(send, range(5))) == [200] * 5
    figure = Figure.objects.get()
    assert (figure.value, figure.version, figure.events.count()) == (Decimal(100), 1, 1)
    assert Event.objects.filter(verb=Event.Verb.FIGURES_SAVED).count() == 1
    assert IdempotencyKey.objects.count() == 1


# --- Speed --------------------------------------------------------------------------------------


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("count", [1, 40])
def test_a_save_asks_the_database_at_most_nineteen_times(
    campaign: Campaign, alice: User, signed_in: SignIn, count: int
) -> None:
    """Whatever the number of indicators, one of them for the targets, as there is no earlier year;
    one for the schools that merged, one for what does not concern the school, and one for the rules
    of the plan office;
    two for what may have ended while it waited for the lock; BEGIN and COMMIT beside."""
    campaign.indicators.add(*factories.IndicatorFactory.create_batch(count))
    client = signed_in(alice)
    client.post(CELL, typed("100"))
    with CaptureQueriesContext(connection) as asked:
        answer = client.post(CELL, typed("200", "1"), headers={"Idempotency-Key": "measured"})
    assert answer.json()["outcome"] == "saved"
    questions = [one["sql"] for one in asked if one["sql"] not in ("BEGIN", "COMMIT")]
    assert len(questions) <= 19, (len(questions), questions)


# --- Texts that are only kept -------------------------------------------------------------------


def test_a_kept_text_is_not_replaced_by_somebody_who_did_not_see_it(post: Any) -> None:
    first = post("12,5,1").json()
    answer = post("12,5,2")
    said = answer.json()
    assert (answer.status_code, said["outcome"]) == (409, "conflict")
    assert said["theirs"]["shown"] == "12,5,1"
    assert said["theirs"]["kept"] == first["kept"]["key"]
    assert KeptInput.objects.get().typed["value"] == "12,5,1"
    assert post("12,5,2", kept=said["theirs"]["kept"]).json()["outcome"] == "kept"
    assert KeptInput.objects.get().typed["value"] == "12,5,2"


def test_a_figure_takes_the_place_of_a_kept_text_that_was_seen_alone(post: Any) -> None:
    key = post("12,5,1").json()["kept"]["key"]
    assert post("125").json()["outcome"] == "conflict"
    assert not Figure.objects.exists()
    assert post("125", kept=key).json()["outcome"] == "saved"
    assert not KeptInput.objects.exists()


def test_each_kept_text_has_a_key_of_its_own(post: Any) -> None:
    """One that was put right and typed again, by somebody else, is another one."""
    key = post("12,5,1").json()["kept"]["key"]
    post("125", kept=key)
    post("12,5,3", "1")
    assert post("12,5,2", "1", kept=key).json()["outcome"] == "conflict"


def test_the_same_text_typed_twice_hides_nothing(post: Any) -> None:
    key = post("12,5,1").json()["kept"]["key"]
    again = post("12,5,1").json()
    assert (again["outcome"], again["kept"]["key"]) == ("kept", key)
