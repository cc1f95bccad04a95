"""Every number that the site gives of its plan, as texts that are the same each time.

A text is made of sections, each under a title of its own: "## progress students-2022 2020
validated". Nothing in it depends on the order in which rows were made, nor on their primary keys.
"""

import json
import re
from collections.abc import Collection, Iterable, Iterator
from decimal import Decimal
from html.parser import HTMLParser
from typing import Any
from urllib.parse import urlencode

from django.db import models
from django.http import HttpResponse
from django.test import Client

from imtplan.accounts.models import School
from imtplan.numbers import plain
from indicators.models import Indicator, InstituteValue, Progress, RollUp, Target, View
from levers.models import Lever
from objectives.models import Objective, StrategicPlan
from projects.models import FlagshipProject

Rows = list[dict[str, Any]]
Sections = dict[str, str]

LISTS = [
    *("plans", "objectives", "levers", "projects", "schools", "indicators", "targets"),
    *("figures", "values", "progress", "roll-ups"),
]
WITH_ARCHIVED = ["objectives", "levers", "projects", "indicators", "targets"]
WITH_VIEWS = ["values", "progress", "roll-ups"]
FLAVOURS = ["machine", "excel-fr"]
KINDS = ["plan", "objective", "lever", "project"]


def compact(row: Any) -> str:
    return json.dumps(row, ensure_ascii=False, separators=(", ", ": "))


# --- What is stored -------------------------------------------------------------------------------

# Keys that vary, the one moment of them all, and a fingerprint with keys in it.
NOT_RESULTS = {"id", "computed_at", "inputs_hash"}


def stored() -> str:
    """Every result in the database with all its digits, one line for each."""
    found = [
        {"kind": model.__name__} | _fields(row)
        for model in (InstituteValue, Progress, RollUp)
        for row in model._default_manager.all()
    ]
    return "".join(f"{line}\n" for line in sorted(map(compact, found)))


def _fields(row: models.Model) -> dict[str, Any]:
    names = [field.name for field in row._meta.fields if field.name not in NOT_RESULTS]
    return {name: _told(getattr(row, name)) for name in names}


def _told(value: Any) -> Any:
    if isinstance(value, Decimal):
        return plain(value)
    return getattr(value, "code", value)  # a related row


# --- The API --------------------------------------------------------------------------------------


class Reader:
    """Somebody of the institute at the site, who reads French or English."""

    def __init__(self, client: Client) -> None:
        self.client = client

    def get(self, path: str, language: str = "fr", **asked: Any) -> HttpResponse:
        address = f"{path}?{urlencode(asked)}" if asked else path
        return self.client.get(address, headers={"accept-language": language})

    def bytes(self, path: str, language: str = "fr", **asked: Any) -> bytes:
        answer = self.get(path, language, **asked)
        assert answer.status_code == 200, f"{path} answers {answer.status_code}"
        return answer.getvalue()

    def json(self, path: str, **asked: Any) -> Any:
        return json.loads(self.bytes(path, **asked))

    def rows(self, name: str, **asked: Any) -> Rows:
        """All pages of a list of the API."""
        rows: Rows = []
        for page in range(1, 100):
            answer = self.json(f"/api/v1/{name}/", page=page, **asked)
            rows += answer["results"]
            if answer["next"] is None:
                break
        assert len(rows) == answer["count"]
        return rows


def without_keys(value: Any) -> Any:
    if isinstance(value, dict):
        return {name: without_keys(inner) for name, inner in value.items() if name != "id"}
    return [without_keys(inner) for inner in value] if isinstance(value, list) else value


def asked_of(name: str) -> list[dict[str, str]]:
    """The ways to ask for a list that together give all its rows."""
    if name in WITH_VIEWS:
        return [{"view": view} for view in View.values]
    return [{}, {"archived": "true"}] if name in WITH_ARCHIVED else [{}]


def lists(reader: Reader) -> Sections:
    return {
        " ".join((name, *asked.values())): "\n".join(
            sorted(compact(without_keys(row)) for row in reader.rows(name, **asked))
        )
        for name in LISTS
        for asked in asked_of(name)
    }


# --- Files ----------------------------------------------------------------------------------------


def tables(reader: Reader, language: str) -> Sections:
    """Every CSV of the API and of the pages, its lines in order after the heading."""
    found = {path: _sorted_lines(reader.bytes(path)) for path in _files_of_the_api()}
    for path in _tables_of_pages():
        found[path] = reader.bytes(path, language, plan=_plan()).decode()
    return found


def _files_of_the_api() -> Iterator[str]:
    for flavour in FLAVOURS:
        yield f"/api/v1/figures.csv?flavour={flavour}"
        for name in WITH_VIEWS:
            for view in View.values:
                yield f"/api/v1/{name}.csv?flavour={flavour}&view={view}"


def _sorted_lines(content: bytes) -> str:
    head, *lines = content.decode().split("\r\n")
    return "\r\n".join([head, *sorted(lines)])


def _tables_of_pages() -> Iterator[str]:
    of_pages = {
        "tableau-de-bord": [
            *("indicateurs", "campagne", "objectifs-et-leviers", "projets", "decisions")
        ],
        "pages/ecoles": ["ecoles", "parts"],
        "pages/matrice": ["ecoles", "valeurs"],
        "pages/projets": ["projets", "jalons"],
        "pages/saisies": ["ecoles"],  # its days are those of the database's clock
    }
    for indicator in Indicator.objects.in_use():
        of_pages[f"indicateurs/{indicator.code}"] = ["annees", "ecoles"]
    for kind, model in (("objective", Objective), ("lever", Lever)):
        for element in model.objects.filter(archived_at=None):
            of_pages[f"elements/{kind}/{element.code}"] = ["effets", "annees"]
    for place, names in of_pages.items():
        yield from (f"/fichiers/{place}/{name}.csv" for name in names)


# --- Snapshots ------------------------------------------------------------------------------------


def snapshots(reader: Reader, year: int) -> Sections:
    """What is kept of a year when a snapshot is taken, in both views."""
    return {f"{year} {view}": _snapshot(reader, year, view) for view in View.values}


def _snapshot(reader: Reader, year: int, view: str) -> str:
    asked = urlencode({"plan": _plan(), "year": year, "view": view})
    taken = reader.client.post(f"/arretes/nouveau/?{asked}", {"title": "Arrêté"})
    return "\n".join(unfolded(reader.json(f"{taken['Location']}arrete.json")))


# --- Explanations of the API ----------------------------------------------------------------------


def explanations(reader: Reader, years: Collection[int]) -> Sections:
    """Why the results of these years are what they are, each once: the explanation of a progress
    has its value's in it, and a provisional result that repeats the validated one is left out.
    """
    progress = _worth_explaining(reader, "progress", years)
    inside = {_value_of(row) for row in progress if row["school"] is None}
    values = [
        row for row in _worth_explaining(reader, "values", years) if _value_of(row) not in inside
    ]
    roll_ups = _worth_explaining(reader, "roll-ups", years)
    found = {"progress": progress, "values": values, "roll-ups": roll_ups}
    return dict(_explained(reader, name, row) for name, rows in found.items() for row in rows)


def _value_of(row: dict[str, Any]) -> tuple[str, int, str]:
    return row["indicator"], row["year"], row["view"]


def _worth_explaining(reader: Reader, name: str, years: Collection[int]) -> Rows:
    validated, provisional = (reader.rows(name, view=view) for view in View.values)
    known = {_apart_from_view(row) for row in validated}
    changed = [row for row in provisional if _apart_from_view(row) not in known]
    return [row for row in validated + changed if row["year"] in years]


def _apart_from_view(row: dict[str, Any]) -> str:
    return compact(without_keys(row) | {"view": ""})


def _explained(reader: Reader, name: str, row: dict[str, Any]) -> tuple[str, str]:
    subject = row.get("target") or row.get("indicator") or _element_of(row)
    title = f"{name} {subject} {row['year']} {row['view']}"
    answer = without_keys(reader.json(f"/api/v1/{name}/{row['id']}/explain/"))
    return title, _numbered_anew("\n".join(unfolded(answer)))


def _numbered_anew(text: str) -> str:
    """Milestones have no code: the explanation calls them by their primary key."""
    keys = list(dict.fromkeys(re.findall(r"milestone \d+", text)))
    return re.sub(r"milestone \d+", lambda it: f"milestone #{keys.index(it[0]) + 1}", text)


def _element_of(row: dict[str, Any]) -> str:
    codes = [row[kind] for kind in KINDS[1:] if row[kind]]
    return " ".join([row["kind"], row["plan"], *codes])


def unfolded(value: dict[str, Any], above: str = "") -> Iterator[str]:
    """One line for each field, and for each row of a list."""
    for name, inner in value.items():
        if isinstance(inner, dict) and name == "value":
            yield from unfolded(inner, f"{above}{name}.")
        elif isinstance(inner, list) and inner:
            yield from (f"{above}{name}: {compact(row)}" for row in inner)
        else:
            yield f"{above}{name}: {compact(inner)}"


# --- Explanations in words ------------------------------------------------------------------------


class Text(HTMLParser):
    """What is read in the <main> of a page, a line for each paragraph, cell or heading."""

    INLINE = {"a", "abbr", "b", "bdi", "code", "em", "i", "small", "span", "strong", "sub", "sup"}
    INLINE |= {"time", "var"}
    SILENT = {"script", "style", "svg", "template", "form", "nav"}

    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self.parts: list[str] = []
        self._inside = self._silent = 0

    def handle_starttag(self, tag: str, attrs: Any) -> None:
        self._inside += tag == "main"
        self._silent += tag in self.SILENT
        if tag not in self.INLINE:
            self.parts.append("\n")

    def handle_endtag(self, tag: str) -> None:
        self._inside -= tag == "main"
        self._silent -= tag in self.SILENT
        if tag not in self.INLINE:
            self.parts.append("\n")

    def handle_data(self, data: str) -> None:
        if self._inside and not self._silent:
            self.parts.append(re.sub(r"[ \n\t]+", " ", data))


def text_of(body: str) -> str:
    text = Text()
    text.feed(body)
    lines = (line.strip(" ") for line in "".join(text.parts).split("\n"))
    return "\n".join(line for line in lines if line)


def sentences(reader: Reader, languages: Iterable[str], year: int, view: str) -> Sections:
    """The pages that explain the numbers of a year."""
    asked = {"year": year, "view": view, "plan": _plan()}
    return {
        f"{path} {year} {view} {language}": _read(reader.get(path, language, **asked))
        for path in _pages()
        for language in languages
    }


def _read(answer: HttpResponse) -> str:
    """A school that bears nothing of an indicator has no page in it."""
    is_page = answer.status_code == 200
    return text_of(answer.content.decode()) if is_page else f"answers {answer.status_code}"


def _plan() -> str:
    return StrategicPlan.objects.order_by("first_year")[0].code


def _pages() -> Iterator[str]:
    yield "/explication/plan/"
    for place, model in (
        ("indicateurs", Indicator),
        ("cibles", Target),
        ("objectifs", Objective),
        ("leviers", Lever),
        ("projets", FlagshipProject),
    ):
        for row in model._default_manager.filter(archived_at=None).order_by("code"):
            if model is not Target or row.indicator.archived_at is None:
                yield f"/explication/{place}/{row.code}/"
    for indicator in Indicator.objects.in_use().filter(is_headline=True).order_by("code"):
        for school in School.objects.carrying_the_plan().order_by("code"):
            yield f"/explication/ecoles/{school.code}/{indicator.code}/"


# --- As text --------------------------------------------------------------------------------------


def together(sections: Sections) -> str:
    return "".join(f"## {title}\n{body}\n\n" for title, body in sorted(sections.items()))
