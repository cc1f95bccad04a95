"""The worked example of the method, to the last digit, on the two pages that show it."""

import html
import json
import re

import pytest
from django.urls import reverse

# Narrow no-break spaces between thousands and before the percent sign, and a true minus.
DIGITS = [
    "15 000",
    "20 000",
    "17 360",
    "24,24 %",
    "60 %",
    "40,4 %",
    "−2 360",
    "+2 500",
    "+15,47 %",
    "+533,33",
    "+3,83 %",
]
ENGLISH = [
    "15,000",
    "20,000",
    "17,360",
    "24.24%",
    "60%",
    "40.4%",
    "−2,360",
    "+2,500",
    "+15.47%",
    "+533.33",
    "+3.83%",
]
PAGES = ["/tableau-de-bord/", "/indicateurs/students/"]


def digits(text: str) -> str:
    return text.replace("\u202f", " ")


@pytest.mark.parametrize("address", PAGES)
@pytest.mark.parametrize("wanted", DIGITS)
def test_every_number_in_french(address, wanted, students, diane, signed_in, read):
    assert wanted in digits(read(signed_in(diane).get(address)))


@pytest.mark.parametrize("address", PAGES)
def test_every_number_in_english(address, students, diane, signed_in, read):
    diane.language = "en"
    diane.save()

    words = read(signed_in(diane).get(address))

    assert [number for number in ENGLISH if number not in words] == []


def test_the_arithmetic_is_written_out(students, diane, signed_in, read):
    words = digits(read(signed_in(diane).get("/indicateurs/students/")))

    assert "(15 000 − 13 400) / (20 000 − 13 400)" in words
    assert "13 400 + (20 000 − 13 400) × (2020 − 2017) / (2022 − 2017)" in words
    assert "15 000 − 17 360" in words
    assert "(20 000 / 15 000) ^ (1 / 2) − 1" in words


def test_the_page_says_who_where_and_when(students, diane, alice, signed_in, read):
    figure = students.indicator.figures.get(year=2020)
    figure.entered_by = alice
    figure.save()

    words = read(signed_in(diane).get("/indicateurs/students/"))

    assert "IMT Mines Albi" in words
    assert "Alice" in words
    assert "Communiqué de presse" in words  # the target's source
    assert "Version de la formule" in words


def test_every_percentage_leads_to_its_explanation(students, diane, signed_in):
    body = signed_in(diane).get("/tableau-de-bord/").content.decode()

    explained = reverse("explain-progress", args=[students.code]) + "?plan=2018-2022&amp;year=2020"
    for step in ("progress", "expected_progress", "pace", "gap", "needed_rate", "forecast"):
        assert f'href="{explained}#{step}"' in body
        assert f'id="{step}"' in signed_in(diane).get(html.unescape(explained)).content.decode()


@pytest.mark.parametrize("address", PAGES)
def test_the_chart_says_what_the_table_says(address, students, diane, signed_in):
    body = signed_in(diane).get(address).content.decode()
    (text,) = re.findall(r'<script id="chart-[\w-]+" type="application/json">(.*?)</script>', body)
    figure = json.loads(text)
    traces = {trace["meta"]["role"]: trace for trace in figure["data"]}

    assert dict(zip(traces["value"]["x"], traces["value"]["y"], strict=True)) == {
        2017: 13400,
        2018: None,
        2019: None,
        2020: 15000,
        2021: None,
        2022: None,
    }
    assert traces["path"]["y"] == [13400, 14720, 16040, 17360, 18680, 20000]
    (table,) = re.findall(r"(?s)<table[^>]*data-years.*?</table>", body)
    for number in (13400, 15000, 14720, 16040, 17360, 18680):
        assert f'data-value="{number}"' in table
