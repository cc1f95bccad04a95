"""Rules of the plan office where several figures come at once: pasted, in a workbook, together."""

from decimal import Decimal
from typing import Any

import pytest

from imtplan.accounts.models import User
from imtplan.campaigns.entry.checking.cells import EnteredCell
from imtplan.campaigns.entry.reading import read
from imtplan.campaigns.entry.saving import save_figures
from imtplan.campaigns.files.preview import preview, preview_of
from imtplan.campaigns.files.proposals import apply, propose
from imtplan.campaigns.files.tables.typed_cells import TypedCell
from indicators.models import Figure, Indicator, RuleKind, RuleSeverity
from tests import factories

ALBI = "/saisie/2022/imt-mines-albi/"
REFUSED = "Vérifiez ce chiffre. 120 est au-dessus de 100."


@pytest.mark.parametrize("severity", RuleSeverity)
def test_a_paste_shows_it_before_it_is_applied(
    place: dict[str, Any], alice: User, students: Indicator, severity: RuleSeverity
) -> None:
    factories.FigureRuleFactory(indicator=students, severity=severity)
    proposal = propose(
        **place,
        cells=[TypedCell(students, {"value": "120"}, "ligne 1")],
        origin=Figure.Origin.PASTE,
        by=alice,
    )
    [row] = preview(proposal).rows
    assert [str(finding.message) for finding in row.findings] == [REFUSED]
    assert row.asks == (severity == RuleSeverity.EXPLAIN)
    assert not row.can_confirm
    apply(proposal, by=alice)
    assert Figure.objects.get().value == 120
    assert bool(read(**place).to_correct) == (severity == RuleSeverity.REFUSE)


def test_a_paste_shows_what_it_breaks_in_a_row_that_it_does_not_touch(
    save: Any, place: dict[str, Any], alice: User, students: Indicator, women: Indicator
) -> None:
    factories.FigureRuleFactory(indicator=women, kind=RuleKind.AT_MOST, limit=None, other=students)
    save("60", indicator=women)
    proposal = propose(
        **place,
        cells=[TypedCell(students, {"value": "50"}, "ligne 1")],
        origin=Figure.Origin.PASTE,
        by=alice,
    )
    [elsewhere] = preview(proposal).elsewhere
    assert (elsewhere.indicator, elsewhere.finding.is_refusal) == (women, True)


def test_a_row_of_the_file_that_stays_as_it_is_and_is_refused_now_is_shown(
    save: Any, place: dict[str, Any], alice: User, students: Indicator, women: Indicator
) -> None:
    """A workbook gives every row back: what changes in one breaks the rule of another."""
    factories.FigureRuleFactory(indicator=women, kind=RuleKind.AT_MOST, limit=None, other=students)
    save("60", indicator=women)
    cells = [
        TypedCell(women, {"value": "60"}, "ligne 1", version=1),
        TypedCell(students, {"value": "50"}, "ligne 2"),
    ]
    proposal = propose(**place, cells=cells, origin=Figure.Origin.PASTE, by=alice)
    [elsewhere] = preview(proposal).elsewhere
    assert (elsewhere.indicator, elsewhere.finding.is_refusal) == (women, True)


def test_the_preview_counts_what_could_not_be_submitted(
    signed_in: Any, place: dict[str, Any], alice: User, students: Indicator
) -> None:
    factories.FigureRuleFactory(indicator=students)
    proposal = propose(
        **place,
        cells=[TypedCell(students, {"value": "120"}, "ligne 1")],
        origin=Figure.Origin.PASTE,
        by=alice,
    )
    page = signed_in(alice).get(preview(proposal).url).content.decode()
    assert "à corriger avant de soumettre\u202f: 1" in page


def test_an_explanation_answers_beside_the_other_figures_of_the_same_save(
    place: dict[str, Any], alice: User, students: Indicator, women: Indicator
) -> None:
    """Whichever comes first: A is judged beside B as it will stand, not as it stood."""
    rule = factories.FigureRuleFactory(
        indicator=women,
        kind=RuleKind.AT_MOST,
        limit=None,
        other=students,
        severity=RuleSeverity.EXPLAIN,
    )
    words = "Deux cursus sont comptés deux fois."
    cells = [
        EnteredCell(women, state=Figure.State.NUMBER, value=Decimal(60), explanation=words),
        EnteredCell(students, state=Figure.State.NUMBER, value=Decimal(50)),
    ]
    save_figures(**place, cells=cells, by=alice, origin=Figure.Origin.FORM)
    assert Figure.objects.get(indicator=women).confirmed == {rule.code: "10.000000"}
    assert read(**place).to_explain == []


def test_another_figure_that_is_not_stored_is_not_looked_at(
    save: Any, place: dict[str, Any], alice: User, students: Indicator, women: Indicator
) -> None:
    factories.FigureRuleFactory(
        indicator=women,
        kind=RuleKind.AT_MOST,
        limit=None,
        other=students,
        severity=RuleSeverity.EXPLAIN,
    )
    save("100")
    in_conflict = EnteredCell(students, state=Figure.State.NUMBER, value=Decimal(50))
    words = "Deux cursus sont comptés deux fois."
    women_cell = EnteredCell(women, state=Figure.State.NUMBER, value=Decimal(60), explanation=words)
    outcome = save_figures(
        **place, cells=[in_conflict, women_cell], by=alice, origin=Figure.Origin.FORM
    )
    assert list(outcome.conflicts) == ["students"]
    assert Figure.objects.get(indicator=women).confirmed == {}


def test_a_preview_looks_up_once_what_both_its_readings_are_held_to(
    save: Any,
    place: dict[str, Any],
    alice: User,
    students: Indicator,
    women: Indicator,
    django_assert_num_queries: Any,
) -> None:
    factories.FigureRuleFactory(indicator=students)
    save("60", indicator=women)
    proposal = propose(
        **place,
        cells=[TypedCell(students, {"value": "120"}, "ligne 1")],
        origin=Figure.Origin.PASTE,
        by=alice,
    )
    reading = read(**place)
    with django_assert_num_queries(3):  # aims, breaks of series, rules
        preview_of(proposal, reading)
