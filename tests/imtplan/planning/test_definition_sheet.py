"""The definition sheet in the plan office's form: its folded part, and what is empty in it."""

from typing import Any

import pytest

from indicators.models import Indicator
from objectives.models import StrategicPlan
from tests import factories
from tests.imtplan.planning.conftest import filled


@pytest.fixture
def url(whole: StrategicPlan) -> str:
    indicator = factories.IndicatorFactory(code="doctorants", defined=True)
    return f"/plan/modifier/indicateurs/{indicator.pk}/"


def test_the_form_folds_the_rest_of_the_sheet_and_names_what_is_empty(
    office: Any, url: str
) -> None:
    page = office.client.get(url).content.decode()
    fold = page.partition("La suite de sa fiche de définition")[2].partition("</details>")[0]
    assert "encore vide" in fold
    assert "Système source, " in fold
    assert 'name="documents"' in fold
    assert "Ce qui est compté" not in fold, "this is filled in"


def test_a_document_has_an_address(office: Any, url: str) -> None:
    form = office.client.get(url).context["form"]
    answer = office.client.post(url, filled(form, documents="Bilan https://a.test/\nsans adresse"))
    assert list(answer.context["form"].errors) == ["documents"]
    page = answer.content.decode()
    assert "<details open" in page.replace(' class="card plan-grid"', "")


def test_what_counts_changes_with_a_reason_only(office: Any, url: str) -> None:
    form = office.client.get(url).context["form"]
    preview = office.client.post(url, filled(form, formula_fr="Nombre de thèses en cours."))
    assert preview.context["preview"].asks_reason


def test_documents_are_read_line_by_line() -> None:
    row = Indicator(documents="Bilan social : https://a.test/b\r\n\r\n  http://c.test  ")
    read = [(document.title, document.address) for document in row.linked_documents]
    assert read == [("Bilan social", "https://a.test/b"), ("http://c.test", "http://c.test")]


def test_the_order_of_work_counts_the_sheets_with_gaps(office: Any, whole: StrategicPlan) -> None:
    steps = office.client.get(f"/plan/plans/{whole.code}/").context["work"].steps
    assert "fiche de définition" in steps[2].stands
