"""One rule for names: what people and programs write differently and mean alike."""

import pytest

from imtplan.spreadsheets.cell_words import bare


@pytest.mark.parametrize(
    ("written", "meant"),
    [
        ("ÉTUDIANTS", "Étudiants"),
        ("Chiffre d'affaires", "Chiffre d’affaires"),
        ("Chiffre d‘affaires", "Chiffre d’affaires"),
        ("Enseignants\u2011chercheurs", "Enseignants-chercheurs"),
        ("Enseignants\u2013chercheurs", "Enseignants-chercheurs"),
        ("Enseignants - chercheurs", "Enseignants-chercheurs"),
        ("Enseignants-\nchercheurs", "Enseignants-chercheurs"),
        ("Doc\u00adto\u200brants", "Doctorants"),
        ("Étudiants,\u00a0tous\u202fcycles", "Étudiants, tous cycles"),
        ("Étudiants,\ntous cycles", "Étudiants, tous cycles"),
        ("Doctorants (1)", "Doctorants"),
        ("Doctorants [a] :", "Doctorants"),
        ("Doctorants¹", "Doctorants"),
        ("Doctorants *", "Doctorants"),
        ("Vœux", "Voeux"),
        ("2022–2023", "2022-2023"),
        ("2022/2023", "2022-2023"),
        ("2022 - 2023", "2022-2023"),
        ("2022‑23", "2022-2023"),
        ("Valeur 2022/2023", "Valeur 2022-2023"),
    ],
)
def test_these_are_one_name(written: str, meant: str) -> None:
    assert bare(written) == bare(meant)


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("Étudiants (hors apprentis)", "Étudiants"),
        ("2022/12", "2022-2023"),
        ("2018-2022", "2018-2019"),
        ("Doctorants", "Doctorats"),
        ("Ressources propres (k€)", "Ressources propres"),
    ],
)
def test_these_are_two(one: str, other: str) -> None:
    assert bare(one) != bare(other)
