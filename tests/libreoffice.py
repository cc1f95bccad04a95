"""LibreOffice, for what it does to our workbooks and slides."""

import subprocess
from pathlib import Path


def converted(
    soffice: str, data: bytes, folder: Path, kind: str = "xlsx", name: str = "classeur.xlsx"
) -> bytes:
    """Opened and saved, with a profile of its own so that two tests never wait for each other."""
    (folder / "in").mkdir(exist_ok=True)
    before = folder / "in" / name
    before.write_bytes(data)
    subprocess.run(
        [
            soffice,
            f"-env:UserInstallation=file://{folder}/profile",
            *("--headless", "--norestore", "--convert-to", kind),
            *("--outdir", str(folder / "out"), str(before)),
        ],
        check=True,
        capture_output=True,
        timeout=120,
    )
    return (folder / "out" / f"{before.stem}.{kind.partition(':')[0]}").read_bytes()
