"""What others made is what they made: the files are held against their checksums."""

import hashlib
from pathlib import Path

STATIC = Path(__file__).resolve().parent.parent / "static"


def listed() -> dict[str, str]:
    lines = (STATIC / "vendor" / "checksums.txt").read_text().splitlines()
    return {path: checksum for checksum, path in (line.split("  ") for line in lines)}


def test_every_vendored_file_has_its_checksum() -> None:
    found = {
        str(path.relative_to(STATIC)): hashlib.sha256(path.read_bytes()).hexdigest()
        for path in [*(STATIC / "vendor").rglob("*"), STATIC / "icons.svg"]
        if path.is_file() and path.name not in ("README.md", "checksums.txt")
    }
    assert found == listed()


def test_every_folder_keeps_its_licence() -> None:
    for folder in (STATIC / "vendor").iterdir():
        assert not folder.is_dir() or (folder / "LICENSE").is_file(), folder
