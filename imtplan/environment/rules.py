"""Check that the settings agree. Each rule returns its sentences; [] if all is well.

In production `DEBUG` and `DEMO` are false and `SECURE` is true. A site with a name other than
localhost, in any setting, is public, and only production may be public.
"""

from collections.abc import Collection, Mapping
from typing import Any
from urllib.parse import urlsplit

from imtplan.environment.readers import is_this_machine
from imtplan.environment.variables import SETTINGS

Values = Mapping[str, Any]
PRIVATE = {  # settings for one's own machine alone, and the harm that each does to a public site
    ("DEBUG", True): "whose visitors would read the code and the settings on every error",
    ("DEMO", True): "whose sign-in page would show logins, and which would send no mail",
    ("SECURE", False): "whose passwords and cookies would go in clear",
}


def disagreements(values: Values, *, given: Collection[str]) -> list[str]:
    if sentences := not_for_a_public_site(values) + owner_is_another(values):
        return sentences
    if not is_production(values):
        return []
    missing = not_given(given)
    checks = [site_is_https, site_is_answered, forms_are_https, mails_leave]
    return missing or [sentence for check in checks for sentence in check(values)]


def is_production(values: Values) -> bool:
    return values["SECURE"] and not values["DEBUG"] and not values["DEMO"]


def not_for_a_public_site(values: Values) -> list[str]:
    public = public_names(values)
    return [
        f"{name} is {str(value).lower()} beside the public name {public[0]}, {harm}. "
        f"Write {str(not value).lower()}, or names of this machine alone."
        for (name, value), harm in PRIVATE.items()
        if public and values[name] is value
    ]


def owner_is_another(values: Values) -> list[str]:
    """Demands the same database for both roles, and two roles."""
    owner, site = values["DATABASE_OWNER_URL"], values["DATABASE_URL"]
    if owner and owner["NAME"] != site["NAME"]:
        return ["DATABASE_OWNER_URL names another database than DATABASE_URL. Write the same."]
    if owner and owner["USER"] == site["USER"]:
        return ["DATABASE_OWNER_URL names the role of DATABASE_URL. Write another role there."]
    return []


def public_names(values: Values) -> list[str]:
    addresses = [values["SITE_URL"], *values["CSRF_TRUSTED_ORIGINS"]]
    names = [*values["ALLOWED_HOSTS"], *(host_of(address) for address in addresses)]
    return [name for name in names if not is_this_machine(name)]


def host_of(address: str) -> str:
    return urlsplit(address).hostname or ""


def not_given(given: Collection[str]) -> list[str]:
    return [
        f"{setting.name} is not set, and in production it has no default. {setting.advice}"
        for setting in SETTINGS
        if setting.needed_in_production and setting.name not in given
    ]


def site_is_https(values: Values) -> list[str]:
    if values["SITE_URL"].startswith("https://"):
        return []
    return [f"SITE_URL is {values['SITE_URL']!r}, while SECURE is true. Write it with https://."]


def site_is_answered(values: Values) -> list[str]:
    """Demands that the site answers to its own name; else it refuses every visit."""
    host = host_of(values["SITE_URL"])
    if any(_answers(name.strip("[]").lower(), host) for name in values["ALLOWED_HOSTS"]):
        return []
    return [f"ALLOWED_HOSTS lacks {host}, the name in SITE_URL. Write it there too."]


def _answers(name: str, host: str) -> bool:
    return name == host or (name.startswith(".") and f".{host}".endswith(name))


def forms_are_https(values: Values) -> list[str]:
    return [
        f"CSRF_TRUSTED_ORIGINS holds {origin!r}, while SECURE is true. Write it with https://."
        for origin in values["CSRF_TRUSTED_ORIGINS"]
        if not origin.startswith("https://")
    ]


def mails_leave(values: Values) -> list[str]:
    if "smtp" in values["EMAIL_URL"]["EMAIL_BACKEND"]:
        return []
    harm = "mails would be marked as sent, and reach nobody"
    return [f"EMAIL_URL names no mail server: {harm}. Write smtp+tls://user:password@host:587."]
