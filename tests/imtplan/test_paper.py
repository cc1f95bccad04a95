"""Pages on paper: a tagged PDF with our font, made of our own files and of nothing else."""

import re
import shutil
import socket
import subprocess
import sys
import zlib
from pathlib import Path
from typing import Any

import pytest

from imtplan import paper

needs_press = pytest.mark.skipif(
    not paper.is_available(), reason="Pango is not installed: .ci/run has it"
)
STYLE = '<link rel="stylesheet" href="css/paper.css">'


def page(body: str, head: str = STYLE) -> str:
    title = "<title>Essai</title>"
    return f'<!doctype html><html lang="fr"><head>{title}{head}</head><body>{body}</body></html>'


def unpacked(pdf: bytes) -> bytes:
    """The PDF with its compressed parts opened."""
    streams = re.findall(rb"stream\r?\n(.*?)\r?\nendstream", pdf, re.DOTALL)
    opened = [pdf]
    for stream in streams:
        try:
            opened.append(zlib.decompress(stream))
        except zlib.error:
            continue
    return b"\n".join(opened)


def text_of(pdf: bytes, tmp_path: Path) -> str:
    program = shutil.which("pdftotext")
    if program is None:
        pytest.skip("poppler-utils is not installed: .ci/run has it")
    (tmp_path / "it.pdf").write_bytes(pdf)
    done = subprocess.run(
        [program, "-layout", tmp_path / "it.pdf", "-"], capture_output=True, check=True
    )
    return done.stdout.decode()


@needs_press
def test_the_pdf_is_tagged_titled_and_in_its_language() -> None:
    pdf = unpacked(paper.pdf_of(page('<div class="sheet"><h1>Reçu</h1></div>')))
    assert b"/StructTreeRoot" in pdf
    assert b"/Marked true" in pdf
    assert b"/Lang (fr)" in pdf
    assert b"pdfuaid" in pdf


@needs_press
def test_the_pdf_has_our_font_and_our_letters(tmp_path: Path) -> None:
    pdf = paper.pdf_of(page('<div class="sheet"><h1>Cœur d’été, 1\u202f234 €</h1></div>'))
    assert b"Figtree" in unpacked(pdf)
    assert "Cœur d’été, 1" in text_of(pdf, tmp_path)


@needs_press
def test_a_head_is_repeated_on_each_page(tmp_path: Path) -> None:
    rows = "".join(f"<tr><td>{n}</td></tr>" for n in range(200))
    table = f'<table><thead><tr><th scope="col">En-tête</th></tr></thead>{rows}</table>'
    text = text_of(paper.pdf_of(page(f'<div class="sheet">{table}</div>')), tmp_path)
    pages = text.rstrip("\f").split("\f")
    assert len(pages) > 1
    assert all("En-tête" in one for one in pages)
    last = len(pages)
    assert re.search(rf"1 ?/ ?{last}\s*$", pages[0])
    assert re.search(rf"{last} ?/ ?{last}\s*$", pages[-1])


@needs_press
@pytest.mark.parametrize("host", ["127.0.0.1", "localhost"])
def test_nothing_is_asked_of_the_network(host: str) -> None:
    with socket.create_server(("127.0.0.1", 0)) as server:
        server.settimeout(0.2)
        port = server.getsockname()[1]
        image = f'<img alt="x" src="http://{host}:{port}/x.png">'
        head = f'{STYLE}<link rel="stylesheet" href="http://{host}:{port}/x.css">'
        assert paper.pdf_of(page(image, head)).startswith(b"%PDF-")
        with pytest.raises(TimeoutError):
            server.accept()


@needs_press
def test_no_other_file_is_read(tmp_path: Path) -> None:
    """Were one of these read, there would be an image in the PDF."""
    image = "<svg xmlns='http://www.w3.org/2000/svg' width='9' height='9'><text>SECRET</text></svg>"
    (tmp_path / "x.svg").write_text(image)
    images = f"""<p>rien</p>
        <img alt="x" src="file://{tmp_path}/x.svg">
        <img alt="x" src="https://static.invalid/{tmp_path}/x.svg">
        <object data="file://{tmp_path}/x.svg"></object>
        <a rel="attachment" href="file://{tmp_path}/x.svg">x</a>"""
    pdf = paper.pdf_of(page(images))
    assert "SECRET" not in text_of(pdf, tmp_path)
    assert b"EmbeddedFile" not in unpacked(pdf)


@needs_press
def test_a_file_of_ours_that_is_not_there_is_an_error() -> None:
    head = '<link rel="stylesheet" href="css/no-such-file.css">'
    with pytest.raises(paper.PaperError, match=r"no-such-file\.css"):
        paper.pdf_of(page("", head))


@needs_press
def test_a_page_that_takes_too_long_is_given_up(settings: Any) -> None:
    settings.PAPER_SECONDS = 0.05
    with pytest.raises(paper.PaperError):
        paper.pdf_of(page("x"))


def test_a_child_process_that_fails_is_an_error(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    broken = tmp_path / "paper_process.py"
    broken.write_text("raise OSError('cannot load library pango')")
    monkeypatch.setattr(paper, "PAPER_PROCESS", broken)
    with pytest.raises(paper.PaperError, match="cannot load library pango"):
        paper.pdf_of(page("x"))


def test_the_child_learns_nothing_of_our_secrets(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    spy = tmp_path / "paper_process.py"
    spy.write_text("import os, sys\nprint(sorted(os.environ))\nsys.exit(1)")
    monkeypatch.setenv("SECRET_KEY", "hush")
    monkeypatch.setattr(paper, "PAPER_PROCESS", spy)
    with pytest.raises(paper.PaperError) as caught:
        paper.pdf_of(page("x"))
    assert "SECRET_KEY" not in str(caught.value)


def test_the_web_process_does_not_import_weasyprint() -> None:
    """0.65 s and 41 MB that only who prints should pay."""
    code = "import sys, imtplan.paper as p; p.is_available(); print('weasyprint' in sys.modules)"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, check=True)
    assert done.stdout.strip() == b"False"
