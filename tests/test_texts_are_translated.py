"""Every text that is marked for translation has its French: none is lost between two merges."""

import ast
import gettext
import re
from collections.abc import Iterator
from pathlib import Path

from django.utils.translation import trans_real

BASE = Path(__file__).resolve().parent.parent
MARKERS = {"_", "gettext", "gettext_lazy", "ngettext", "ngettext_lazy"}
IN_TEMPLATES = re.compile(r"""{%\s*translate\s+(?:"([^"]+)"|'([^']+)')(?!\s+context)[^%]*%}""")
# A line must not break there, nor the sign stand at the beginning of the next one.
ORDINARY_SPACE = re.compile(r"\S [:;?!»](?=[\s.,)]|$)|« \S")
ROOMS = ("imtplan", "indicators", "levers", "objectives", "projects")


def of_the_templates() -> Iterator[tuple[str, str]]:
    for path in (BASE / "templates").rglob("*.html"):
        for match in IN_TEMPLATES.finditer(path.read_text()):
            if " context " not in match[0]:
                yield str(path.relative_to(BASE)), match[1] or match[2]


def of_the_code() -> Iterator[tuple[str, str]]:
    paths = (path for room in ROOMS for path in (BASE / room).rglob("*.py"))
    for path in paths:
        if "migrations" in path.parts:
            continue
        for node in ast.walk(ast.parse(path.read_text())):
            if not isinstance(node, ast.Call) or not isinstance(node.func, ast.Name):
                continue
            first = node.args[0] if node.args else None
            if node.func.id in MARKERS and isinstance(first, ast.Constant) and first.value:
                yield str(path.relative_to(BASE)), str(first.value)


def test_every_marked_text_has_its_french() -> None:
    french = trans_real.translation("fr")._catalog
    known = {key if isinstance(key, str) else key[0] for key in french.keys()}  # noqa: SIM118
    marked = [*of_the_templates(), *of_the_code()]
    assert len(marked) > 1000
    missing = {text: path for path, text in marked if not {text, text.replace("%", "%%")} & known}
    assert missing == {}


def test_french_signs_keep_their_space() -> None:
    with (BASE / "locale/fr/LC_MESSAGES/django.mo").open("rb") as compiled:
        texts = gettext.GNUTranslations(compiled)._catalog.values()  # type: ignore[attr-defined]
    assert len(texts) > 1000
    assert [text for text in texts if ORDINARY_SPACE.search(text)] == []
