"""The variables that the application reads, with their right values and advice for wrong ones.

`variables.py` lists them, `readers.py` reads one of each kind, `rules.py` checks that they agree.
`python -m imtplan.environment` prints the list as the table of docs/operations.md.
"""

from collections.abc import Mapping
from typing import Any

from imtplan.environment.readers import ValueRefused
from imtplan.environment.rules import disagreements
from imtplan.environment.variables import SETTINGS, Setting


class WrongSettings(Exception):
    """The environment is wrong; the message has a line for each variable, without a secret.

    Not Django's `ImproperlyConfigured`: its command line would go on without settings.
    """

    def __init__(self, sentences: list[str]) -> None:
        super().__init__("\n".join(sentences))


def read_environment(environ: Mapping[str, str]) -> dict[str, Any]:
    """Returns the value of every setting by its name, or raises `WrongSettings` with all faults."""
    values: dict[str, Any] = {}
    sentences = []
    for setting in SETTINGS:
        try:
            values[setting.name] = setting.read(environ)
        except ValueRefused as refusal:
            sentences.append(f"{refusal.variable or setting.name} {refusal}. {setting.advice}")
    if sentences:
        raise WrongSettings(sentences)
    if sentences := disagreements(values, given=given_in(environ)):
        raise WrongSettings(sentences)
    return values


def given_in(environ: Mapping[str, str]) -> set[str]:
    """Returns the settings given in this environment, themselves or as the path of a file."""
    return {setting.name for setting in SETTINGS if setting.is_given(environ)}


def table() -> str:
    """Returns the list as Markdown, one row for each variable."""
    head = "| variable | default | what to write | what it is |\n|---|---|---|---|\n"
    return head + "".join(_row(setting) for setting in SETTINGS)


def _row(setting: Setting) -> str:
    default = "none: must be set" if setting.default is None else f"`{setting.default}`"
    default = default.replace("``", "empty")
    default += "; must be set in production" if setting.needed_in_production else ""
    default += "; secret" if setting.secret else ""
    return f"| `{setting.name}` | {default} | {setting.write} | {setting.purpose} |\n"
