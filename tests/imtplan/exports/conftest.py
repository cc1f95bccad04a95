"""A board to make files of: small, with every kind of thing, some of it hostile."""

import io
import re
import shutil
import subprocess
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from django.utils import translation

from imtplan import paper
from imtplan.accounts.models import School, User
from imtplan.exports import services
from imtplan.exports.export_kinds import KINDS
from imtplan.exports.making import make_waiting
from imtplan.exports.models import Export
from indicators.models import Target
from tests import factories
from tests.imtplan.dashboard.conftest import read

__all__ = ["read"]  # a fixture

HOSTILE = '<img src=x onerror="alert(1)"></script> {{ 7|add:7 }}'
FORMULA = '=1+1&"x"'

needs_press = pytest.mark.skipif(
    not paper.is_available(), reason="Pango is not installed: .ci/run has it"
)


@pytest.fixture
def board(albi: School, recomputed: Callable[[], Any]) -> Target:
    """15,000 students in 2020 on the way to 20,000; an objective, a lever and two projects."""
    target = factories.students_of_the_plan(albi)
    objective = factories.ObjectiveFactory(code="O1", title_fr="Croître", title_en="Grow")
    factories.LinkFactory(indicator=target.indicator, objective=objective)
    factories.LeverFactory(code="L1", title_fr=FORMULA, title_en=FORMULA)
    late = factories.ProjectFactory(code="P1", title_fr=HOSTILE, title_en=HOSTILE)
    factories.MilestoneFactory(project=late, due_on="2020-06-30")
    factories.ProjectFactory(code="P2", title_fr="", title_en="")
    recomputed()
    return target


Made = Callable[..., Export]


@pytest.fixture
def made(diane: User) -> Made:
    """`made("dashboard-pdf", language="en")`: asked for by Diane and made, as a worker would."""

    def make(
        kind: str, subject: str = "", *, language: str = "fr", by: User = diane, **asked: str
    ) -> Export:
        asked = asked if kind.startswith("snapshot") else {"year": "2020"} | asked
        with translation.override(language):
            title = KINDS[kind].title(by, subject, asked)
        export = services.ask_for(
            kind=kind, subject=subject, title=title, asked=asked, language=language, by=by
        )
        make_waiting()
        export.refresh_from_db()
        return export

    return make


def text_of(pdf: bytes, folder: Path, *options: str) -> str:
    """What a PDF says, in one line: words that the page breaks are together again."""
    return re.sub(r"[ \n]+", " ", lines_of(pdf, folder, *options))


def lines_of(pdf: bytes, folder: Path, *options: str) -> str:
    program = shutil.which("pdftotext")
    if program is None:
        pytest.skip("poppler-utils is not installed: .ci/run has it")
    (folder / "it.pdf").write_bytes(pdf)
    done = subprocess.run(
        [program, *options, folder / "it.pdf", "-"], capture_output=True, check=True
    )
    return done.stdout.decode()


def slides_of(content: bytes) -> list[dict[str, Any]]:
    """Each slide: its texts, the cells of its table, its notes, the numbers of its chart."""
    presentation = pytest.importorskip("pptx").Presentation(io.BytesIO(content))
    return [_slide(slide) for slide in presentation.slides]


def _slide(slide: Any) -> dict[str, Any]:
    shapes = list(slide.shapes)
    tables = [shape.table for shape in shapes if shape.has_table]
    charts = [shape.chart for shape in shapes if shape.has_chart]
    return {
        "title": slide.shapes.title.text_frame.text,
        "texts": [shape.text_frame.text for shape in shapes if shape.has_text_frame],
        "cells": [[cell.text for cell in row.cells] for one in tables for row in one.rows],
        "notes": slide.notes_slide.notes_text_frame.text,
        "categories": [str(name) for one in charts for name in one.plots[0].categories],
        "series": {
            series.name: list(series.values) for one in charts for series in one.plots[0].series
        },
        "charts": charts,
        "described": [
            shape._element.nvGraphicFramePr.cNvPr.get("descr")
            for shape in shapes
            if shape.has_chart
        ],
    }
