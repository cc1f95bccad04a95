"""XML out, as text: every name and every text escaped where it is written."""

import re
from collections.abc import Iterable, Iterator
from xml.sax.saxutils import escape

from imtplan.spreadsheets.ods.xml_names import NAMESPACES

VERSION = "1.3"
_SPACES = " ".join(f'xmlns:{prefix}="{uri}"' for prefix, uri in NAMESPACES.items())
# What XML cannot hold at all; the other control marks are gone before.
_IMPOSSIBLE = re.compile("[\ufffe\uffff\ud800-\udfff]")
_BLANKS = re.compile(r"\t|(?:(?<=^)|(?<= )) +")


_IN_QUOTES = {'"': "&quot;", "\n": "&#10;"}


def tag(name: str, attributes: dict[str, str] | None = None, *inside: str) -> str:
    """An element; what stands inside it is XML already."""
    written = "".join(
        f' {key}="{escape(_possible(value), _IN_QUOTES)}"'
        for key, value in (attributes or {}).items()
    )
    content = "".join(inside)
    return f"<{name}{written}>{content}</{name}>" if content else f"<{name}{written}/>"


def document(root: str, *inside: str) -> str:
    """A part of the file: its root names every namespace."""
    content = "".join(inside)
    return (
        f'<?xml version="1.0" encoding="UTF-8"?>\n<office:{root} {_SPACES}'
        f' office:version="{VERSION}">{content}</office:{root}>'
    )


def written(text: str) -> str:
    return escape(_possible(text))


def paragraphs(text: str) -> str:
    """A text of several lines. Blanks in a row are elements: a reader takes them for one."""
    return "".join(
        tag("text:p", {}, *_blanks_apart(line)) or "<text:p/>" for line in text.split("\n")
    )


def _blanks_apart(line: str) -> Iterator[str]:
    end = 0
    for blanks in _BLANKS.finditer(line):
        yield written(line[end : blanks.start()])
        is_tab = blanks[0] == "\t"
        yield "<text:tab/>" if is_tab else tag("text:s", {"text:c": str(len(blanks[0]))})
        end = blanks.end()
    yield written(line[end:])


def items(pairs: Iterable[tuple[str, str, str]]) -> str:
    """Settings: each with its name, its type and its value."""
    return "".join(
        tag("config:config-item", {"config:name": name, "config:type": type_}, written(value))
        for name, type_, value in pairs
    )


def _possible(text: str) -> str:
    return _IMPOSSIBLE.sub("", text)
