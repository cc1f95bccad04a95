"""Make a tagged A4 PDF of a page, by `imtplan.paper_process` in a process of its own.

WeasyPrint takes 0.65 s and 41 MB to import (measured here), keeps memory between documents, and
needs C libraries that may be missing. So no web process imports it. The child process costs nothing
when nobody prints, is ended when it takes too long, and its failure stops nothing else.
"""

import importlib.util
import logging
import re
import subprocess
import sys
import tempfile
import unicodedata
from collections.abc import Collection
from ctypes.util import find_library
from functools import cache
from html import escape
from itertools import chain
from pathlib import Path

from django.conf import settings
from django.utils.translation import gettext as _

from imtplan.direction_signs import straight

logger = logging.getLogger(__name__)

PAPER_PROCESS = Path(__file__).with_name("paper_process.py")
STATIC = PAPER_PROCESS.parent.parent / "static"
LIBRARIES = ("gobject-2.0", "pango-1.0", "pangoft2-1.0", "harfbuzz", "fontconfig")


class PaperError(Exception):
    """No PDF can be made; the page itself can be printed instead."""


@cache
def is_available() -> bool:
    """Whether PDFs can be made on this machine. It loads nothing, and looks once."""
    return importlib.util.find_spec("weasyprint") is not None and all(map(find_library, LIBRARIES))


def pdf_of(html: str) -> bytes:
    """Returns the page as PDF/UA; `PaperError` if none can be made.

    Addresses are relative to `static/`, and no others are read. No text is turned around. A
    character that no font has is written as its number, as a line at the end says.
    """
    with tempfile.TemporaryDirectory(prefix="imtplan-paper-") as home:
        return _printed(legible(straight(html), known_signs()), home)


# --- Characters that no font has ------------------------------------------------------------------

# Our own font, Figtree, has all of these, so that the fonts of the machine need not be listed.
PLAIN = re.compile("[\n\r\t\u0020-\u007e\u00a0-\u017f\u2010-\u2026\u202f\u20ac\u2212]*")
# The categories of characters that are drawn with the letter before them, or not at all.
UNSEEN = {"Cc", "Cf", "Mn", "Me", "Zs", "Zl", "Zp"}


def legible(html: str, known: Collection[int] | None) -> str:
    """Returns the page with each character outside of `known` as its number; None: unchanged."""
    if known is None or PLAIN.fullmatch(html):
        return html
    missing = {sign for sign in set(html) if _is_missing(sign, known)}
    if not missing:
        return html
    written = html.translate({ord(sign): f"[U+{ord(sign):04X}]" for sign in missing})
    numbers = ", ".join(sorted(f"U+{ord(sign):04X}" for sign in missing))
    explanation = _("Signs that are in no font of this file, written as their number: %(numbers)s.")
    note = f'<p class="source">{escape(explanation % {"numbers": numbers})}</p>'
    return written.replace("</body>", f"{note}</body>")


def _is_missing(sign: str, known: Collection[int]) -> bool:
    return (
        not PLAIN.fullmatch(sign)
        and unicodedata.category(sign) not in UNSEEN
        and ord(sign) not in known
    )


@cache
def known_signs() -> frozenset[int] | None:
    """Returns the characters of all fonts of this machine; None if nothing lists them."""
    try:
        listed = subprocess.run(
            ["/usr/bin/fc-list", "--format", "%{charset}\n"],
            capture_output=True,
            timeout=settings.PAPER_SECONDS,
            check=True,
        ).stdout.decode()
    except (OSError, subprocess.SubprocessError) as error:
        logger.warning("Nobody says which signs the fonts have: %s", error)
        return None
    return frozenset(chain.from_iterable(map(_signs_between, set(listed.split()))))


def _signs_between(bounds: str) -> range:
    """Returns the characters of "41-5a" or "41", which fontconfig writes in hexadecimal."""
    first, _dash, last = bounds.partition("-")
    return range(int(first, 16), int(last or first, 16) + 1)


# --- The child process ----------------------------------------------------------------------------


def _printed(html: str, home: str) -> bytes:
    """Returns the PDF; `PaperError` if the child process fails. `home` is fontconfig's folder.

    The child runs by its path and isolated: it needs neither Django nor our secrets and variables,
    and our `numbers.py` must not come before Python's own.
    """
    try:
        done = subprocess.run(  # noqa: S603
            [sys.executable, "-I", PAPER_PROCESS, STATIC, str(settings.PAPER_SECONDS)],
            input=html.encode(),
            capture_output=True,
            timeout=settings.PAPER_SECONDS,
            env={"HOME": home, "LC_ALL": "C.UTF-8", "PATH": "/usr/bin:/bin"},
            check=False,
        )
    except (OSError, subprocess.TimeoutExpired) as error:
        logger.warning("No PDF: %s", error)
        raise PaperError(str(error)) from error
    if done.returncode or not done.stdout.startswith(b"%PDF-"):
        complaint = done.stderr.decode(errors="replace")[-2000:]
        logger.warning("No PDF, exit code %s: %s", done.returncode, complaint)
        raise PaperError(complaint)
    return done.stdout
