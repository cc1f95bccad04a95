"""LibreOffice, for what it does to our workbooks and slides."""

import subprocess
from pathlib import Path

# A file opened out of sight has its view all the same: what it says of it, one line for each.
_MACRO = """Sub Panes(path As String, answer As String)
  Dim hidden(0) As New com.sun.star.beans.PropertyValue
  Dim document As Object
  hidden(0).Name = "Hidden"
  hidden(0).Value = True
  document = StarDesktop.loadComponentFromURL(ConvertToURL(path), "_blank", 0, hidden())
  Open answer For Output As #1
  Print #1, document.CurrentController.hasFrozenPanes()
  Print #1, document.CurrentController.getSplitColumn()
  Print #1, document.CurrentController.getSplitRow()
  Close #1
  document.close(True)
End Sub
"""
_BASIC = {
    "script.xlc": """<?xml version="1.0" encoding="UTF-8"?>
<library:libraries xmlns:library="http://openoffice.org/2000/library">
 <library:library library:name="Standard" library:link="false"/>
</library:libraries>
""",
    "Standard/script.xlb": """<?xml version="1.0" encoding="UTF-8"?>
<library:library xmlns:library="http://openoffice.org/2000/library" library:name="Standard"
 library:readonly="false" library:passwordprotected="false">
 <library:element library:name="Module1"/>
</library:library>
""",
    "Standard/Module1.xba": f"""<?xml version="1.0" encoding="UTF-8"?>
<script:module xmlns:script="http://openoffice.org/2000/script" script:name="Module1"
 script:language="StarBasic">{_MACRO}</script:module>
""",
}


def converted(
    soffice: str, data: bytes, folder: Path, kind: str = "xlsx", name: str = "classeur.xlsx"
) -> bytes:
    """Opened and saved, with a profile of its own so that two tests never wait for each other."""
    (folder / "in").mkdir(exist_ok=True)
    before = folder / "in" / name
    before.write_bytes(data)
    _run(
        [
            soffice,
            f"-env:UserInstallation=file://{folder}/profile",
            *("--headless", "--norestore", "--convert-to", kind),
            *("--outdir", str(folder / "out"), str(before)),
        ]
    )
    return (folder / "out" / f"{before.stem}.{kind.partition(':')[0]}").read_bytes()


def frozen_panes(soffice: str, data: bytes, folder: Path) -> tuple[bool, int, int]:
    """Whether the first sheet keeps something in sight: how many columns and lines."""
    run = [soffice, f"-env:UserInstallation=file://{folder}/profile", "--headless", "--norestore"]
    made, answer = folder / "made.ods", folder / "answer"
    made.write_bytes(data)
    _run([*run, "--terminate_after_init"])  # it makes its profile, over what stands there
    for name, text in _BASIC.items():
        (folder / "profile" / "user" / "basic" / name).write_text(text)
    _run([*run, f'macro:///Standard.Module1.Panes("{made}","{answer}")'])
    is_frozen, columns, lines = answer.read_text().split()
    return is_frozen == "True", int(columns), int(lines)


def _run(command: list[str]) -> None:
    subprocess.run(command, check=True, capture_output=True, timeout=120)
