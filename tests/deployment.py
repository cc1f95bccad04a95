"""What the files of the deployment are held against: the variables that are read, the image
versions, and `manage.py` with a given environment and no other."""

import os
import subprocess
import sys
from pathlib import Path

from imtplan.environment.variables import SETTINGS

BASE = Path(__file__).resolve().parent.parent
IMAGES = {
    "python": "3.11.15-slim-bookworm",
    "postgres": "18.4-bookworm",
    "redis": "8.2.8-bookworm",
}


SECRETS = {setting.name for setting in SETTINGS if setting.secret}
VARIABLES = {setting.name for setting in SETTINGS}
SETTABLE = VARIABLES | {f"{name}_FILE" for name in SECRETS}


def manage(*arguments: str, **environment: str) -> str:
    done = subprocess.run(
        [sys.executable, "manage.py", *arguments],
        cwd=BASE,
        env={"PATH": os.environ["PATH"], "DJANGO_SETTINGS_MODULE": "imtplan.settings"}
        | environment,
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    return done.stdout.strip()
