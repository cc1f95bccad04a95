"""HTML to PDF: a tagged A4 document out of a page, made by `imtplan.press` in a process of its own.

Measured here: WeasyPrint takes 0.65 s and 41 MB to import, keeps memory between documents, and
leans on C libraries that may be missing. So no web process imports it: the child costs nothing
when nobody prints, is ended when it takes too long, and takes nothing down with it.
"""

import importlib.util
import logging
import subprocess
import sys
import tempfile
from ctypes.util import find_library
from functools import cache
from pathlib import Path

logger = logging.getLogger(__name__)

PRESS = Path(__file__).with_name("press.py")
STATIC = PRESS.parent.parent / "static"
# Below the 30 s after which the web server gives a request up.
SECONDS = 20
LIBRARIES = ("gobject-2.0", "pango-1.0", "pangoft2-1.0", "harfbuzz", "fontconfig")


class PaperError(Exception):
    """No PDF can be made; the page itself can be printed instead."""


@cache
def is_available() -> bool:
    """Whether PDFs can be made on this machine: looked up once, without loading anything."""
    return importlib.util.find_spec("weasyprint") is not None and all(map(find_library, LIBRARIES))


def pdf_of(html: str) -> bytes:
    """The page as PDF/UA. Its addresses are relative to `static/`; no others are read."""
    with tempfile.TemporaryDirectory(prefix="imtplan-paper-") as home:
        return _printed(html, home)


def _printed(html: str, home: str) -> bytes:
    """By path and isolated: the child needs neither Django, nor our secrets, nor our variables,
    and our `numbers.py` must not stand before Python's own. `home` is where fontconfig may write.
    """
    try:
        done = subprocess.run(  # noqa: S603
            [sys.executable, "-I", PRESS, STATIC, str(SECONDS)],
            input=html.encode(),
            capture_output=True,
            timeout=SECONDS,
            env={"HOME": home, "LC_ALL": "C.UTF-8", "PATH": "/usr/bin:/bin"},
            check=False,
        )
    except (OSError, subprocess.TimeoutExpired) as error:
        logger.warning("No PDF: %s", error)
        raise PaperError(str(error)) from error
    if done.returncode or not done.stdout.startswith(b"%PDF-"):
        said = done.stderr.decode(errors="replace")[-2000:]
        logger.warning("No PDF, exit code %s: %s", done.returncode, said)
        raise PaperError(said)
    return done.stdout
