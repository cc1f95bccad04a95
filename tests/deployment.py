"""What the files of the deployment are held against: the variables that settings.py reads, the
image versions, and `manage.py` with a given environment and no other."""

import ast
import os
import subprocess
import sys
from pathlib import Path

BASE = Path(__file__).resolve().parent.parent
SETTINGS = BASE / "imtplan" / "settings.py"
IMAGES = {
    "python": "3.11.15-slim-bookworm",
    "postgres": "18.4-bookworm",
    "redis": "8.2.8-bookworm",
}


def is_call_of(node: ast.AST, name: str) -> bool:
    """`name("X")` or `name.kind("X")`."""
    if not isinstance(node, ast.Call) or not node.args:
        return False
    function = node.func.value if isinstance(node.func, ast.Attribute) else node.func
    return isinstance(function, ast.Name) and function.id == name


def read_by(name: str) -> set[str]:
    """The variables that settings.py reads by `env(…)` or by `secret(…)`."""
    tree = ast.parse(SETTINGS.read_text(encoding="utf-8"))
    return {
        node.args[0].value
        for node in ast.walk(tree)
        if is_call_of(node, name) and isinstance(node.args[0], ast.Constant)
    }


SECRETS = read_by("secret")
VARIABLES = read_by("env") | SECRETS
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
