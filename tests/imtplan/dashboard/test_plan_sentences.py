"""The state of the plan in a sentence, in both languages."""

from dataclasses import dataclass
from decimal import Decimal
from types import SimpleNamespace

import pytest
from django.utils import translation

from imtplan.dashboard.forecast_wording import is_unlikely
from imtplan.dashboard.overview.plan_sentences import outlook_of_the_plan, state_of_the_plan
from indicators.models import Progress, VerdictInWords
from indicators.models import ProgressStatus as S


@dataclass
class Thing:
    status: S
    name: str = "Students"
    pace: Decimal | None = None
    odds: Decimal | None = None
    would_be: str = ""
    reported: int = 2

    @property
    def verdict(self):
        return VerdictInWords(self.status, self.would_be, self.pace, self.reported, 8)

    @property
    def is_unlikely(self):
        return is_unlikely(Progress(status=self.status, probability=self.odds))

    @property
    def indicator(self):
        return SimpleNamespace(name=self.name)

    @property
    def target(self):
        return SimpleNamespace(year=2022)

    @property
    def now(self):
        return SimpleNamespace(progress=SimpleNamespace(pace=self.pace, probability=self.odds))


def said(headlines, objectives=(), language="en"):
    with translation.override(language):
        return state_of_the_plan(2021, headlines, [Thing(status) for status in objectives])


@pytest.mark.parametrize(
    ("statuses", "beginning"),
    [
        ([S.ON_TRACK], "In 2021, the headline target is on its path"),
        ([S.OFF_TRACK], "In 2021, the headline target is not on its path"),
        ([S.OFF_TRACK, S.MISSED], "In 2021, none of the 2 headline targets is on its path"),
        ([S.ON_TRACK, S.AT_RISK], "In 2021, 1 of the 2 headline targets is on its path"),
        (
            [S.ON_TRACK, S.ACHIEVED, S.NO_DATA],
            (
                "In 2021, 2 of the 2 headline targets that can be assessed are on their path; "
                "1 headline target cannot be assessed."
            ),
        ),
        ([S.NO_DATA, S.NOT_COMPUTABLE], "In 2021, no headline target can be assessed"),
    ],
)
def test_how_many_are_on_their_path(statuses, beginning):
    assert said([Thing(status) for status in statuses]).startswith(beginning)


def test_the_slowest_is_named():
    text = said(
        [
            Thing(S.AT_RISK, "Own funds", Decimal("0.7")),
            Thing(S.OFF_TRACK, "Students", Decimal("0.404")),
            Thing(S.ON_TRACK, "Professors", Decimal("0.95")),
        ]
    )

    assert text.startswith("In 2021, 1 of the 3 headline targets is on its path or close to it; ")
    assert "the furthest behind is “Students”, at 40% of the expected pace" in text


def test_objectives_behind_and_without_data():
    text = said([Thing(S.ON_TRACK)], [S.OFF_TRACK, S.AT_RISK, S.ON_TRACK, S.NO_DATA])

    assert text.endswith("2 of the 4 objectives are behind, 1 objective lacks data.")


def test_a_pending_verdict_is_neither_missed_nor_achieved():
    text = said(
        [
            Thing(S.PENDING, would_be="missed"),
            Thing(S.PENDING, would_be="missed"),
            Thing(S.PENDING, would_be="achieved", reported=3),
        ],
        [S.PENDING, S.OFF_TRACK],
    )

    assert text == (
        "In 2021, 3 headline targets are not counted in full yet: 1 would be achieved, 2 would be "
        "missed (2 to 3 schools of 8); 1 of the 2 objectives is behind, "
        "1 objective waits for figures."
    )


def test_a_pending_verdict_in_french():
    text = said([Thing(S.ACHIEVED), Thing(S.PENDING, would_be="missed")], language="fr")

    assert text == (
        "En 2021, la seule cible phare évaluée est sur sa trajectoire\u202f; 1 cible phare n’est "
        "pas encore comptée en entier\u202f: 1 serait manquée (2 écoles sur\u00a08)."
    )


def test_verdict_and_forecast_are_both_said_where_they_differ():
    text = said([Thing(S.ON_TRACK, "Own funds", Decimal("0.92"), Decimal("0.11"))])

    assert text == (
        "In 2021, the headline target is close to its path; "
        "unlikely to arrive: “Own funds” in 2022 (11 chances in 100)."
    )


def test_nothing_to_say_without_headlines():
    assert said([]) == ""


def test_in_french():
    text = said([Thing(S.OFF_TRACK, "Étudiants", Decimal("0.4")), Thing(S.ON_TRACK)], (), "fr")

    assert text == (
        "En 2021, 1 des 2 cibles phares est sur sa trajectoire\u202f; "
        "la plus en retard est «\u202fÉtudiants\u202f», à 40\u202f% du rythme attendu."
    )


# --- will it be met ---


def outlook(*headlines, language="en"):
    with translation.override(language):
        return outlook_of_the_plan(
            [Thing(S.AT_RISK, name, odds=odds and Decimal(odds)) for name, odds in headlines]
        )


@pytest.mark.parametrize(
    ("headlines", "sentence"),
    [
        ([], ""),
        ([("Students", None)], ""),  # too few figures for odds
        (
            [("Students", "0.3"), ("Own funds", "0.112"), ("Professors", None)],
            (
                "At this pace, none of the 2 headline targets with a forecast will be met; "
                "the likeliest is “Students” in 2022 (30 chances in 100). "
                "There is no forecast for 1 other."
            ),
        ),
        (
            [("Students", "0.0001")],
            (
                "At this pace, the headline target will not be met: "
                "“Students” in 2022 (less than 1 chance in 100)."
            ),
        ),
        (
            [("Students", "0.5"), ("Own funds", "0.83")],
            (
                "At this pace, 2 of the 2 headline targets will be met: "
                "“Own funds” in 2022 (83 chances in 100), “Students” in 2022 (50 chances in 100)."
            ),
        ),
    ],
)
def test_the_outlook_says_how_sure(headlines, sentence):
    assert outlook(*headlines) == sentence


def test_the_outlook_in_french():
    assert outlook(("Étudiants", "0.7"), ("Ressources", "0.2"), language="fr") == (
        "À ce rythme, 1 des 2 cibles phares sera atteinte\u202f: "
        "«\u202fÉtudiants\u202f» en 2022 (70 chances sur 100)."
    )
