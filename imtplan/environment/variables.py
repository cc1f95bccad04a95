"""The list of the variables. docs/operations.md has it as a table; a test holds the two in step."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from imtplan.environment import readers
from imtplan.environment.readers import ValueRefused

LOG_LEVELS = ("DEBUG", "INFO", "WARNING", "ERROR", "CRITICAL")


@dataclass(frozen=True)
class Setting:
    name: str
    reader: Callable[[str], Any]
    default: str | None  # None: it must be set
    write: str  # describes a right value
    purpose: str
    secret: bool = False  # may be given as `NAME_FILE`, and is never repeated
    may_be_empty: bool = False
    needed_in_production: bool = False

    @property
    def advice(self) -> str:
        return f"Write {self.write.replace('`', '')}."

    def is_given(self, environ: Mapping[str, str]) -> bool:
        return self.name in environ or (self.secret and f"{self.name}_FILE" in environ)

    def read(self, environ: Mapping[str, str]) -> Any:
        text = self.text_in(environ)
        if not text and not self.may_be_empty:
            raise ValueRefused("is empty")
        return self.reader(text)

    def text_in(self, environ: Mapping[str, str]) -> str:
        """Returns the written text; that of a file comes first."""
        if self.secret and f"{self.name}_FILE" in environ:
            return _text_of_file(f"{self.name}_FILE", environ)
        text = environ.get(self.name, self.default)
        if text is None:
            raise ValueRefused("is not set, and has no default (`make run` needs no settings)")
        return text.strip()


def _text_of_file(variable: str, environ: Mapping[str, str]) -> str:
    """Returns the text of a file. An error does not repeat the path, which may be the secret."""
    try:
        text = Path(environ[variable]).read_text(encoding="utf-8").strip()
    except UnicodeDecodeError:
        raise ValueRefused("names a file that is not text", variable=variable) from None
    except (OSError, ValueError) as error:
        reason = getattr(error, "strerror", None) or "not a path"
        raise ValueRefused(
            f"names a file that cannot be read ({reason})", variable=variable
        ) from None
    if not text:
        raise ValueRefused("names an empty file", variable=variable)
    return text


SETTINGS = (
    Setting(
        "SECRET_KEY",
        readers.key,
        None,
        "at least 50 random characters, as `openssl rand -base64 48` prints them",
        "signs sessions and links; one for all processes",
        secret=True,
    ),
    Setting(
        "DATABASE_URL",
        readers.database,
        None,
        "`postgres://user:password@host:5432/name`, or "
        "`postgres://user@/name?host=/folder/of/the/socket`",
        "PostgreSQL, with a database in UTF8 and the role that runs the site",
        secret=True,
    ),
    Setting(
        "DATABASE_OWNER_URL",
        readers.owner_database,
        "",
        "the same database with the role that owns its tables, for `migrate` and `give_rights` "
        "alone; or nothing, where one role does both",
        "a `manage.py` that has it signs in with it; the web server, the worker and beat refuse it",
        secret=True,
        may_be_empty=True,
    ),
    Setting(
        "REDIS_URL",
        readers.queue,
        None,
        "`redis://host:6379/0`, `rediss://…`, or `unix:///path/of/the/socket`",
        "the queue",
        secret=True,
    ),
    Setting(
        "EMAIL_URL",
        readers.mail_server,
        "consolemail://",
        "`smtp+tls://user:password@host:587` (STARTTLS) or `smtp+ssl://user:password@host:465`; "
        "on one's own machine also `filemail:////folder`, `consolemail://`, "
        "`smtp://localhost:25`",
        "the mail server",
        secret=True,
        needed_in_production=True,
    ),
    Setting(
        "DEFAULT_FROM_EMAIL",
        readers.sender,
        "IMT Plan <imtplan@localhost>",
        "an address that may send, as `IMT Plan <plan@example.org>`",
        "the sender of the mails",
        needed_in_production=True,
    ),
    Setting(
        "ALLOWED_HOSTS",
        readers.host_names,
        "localhost,127.0.0.1,[::1]",
        "names alone, with commas between, as `plan.example.org,localhost`: no https://, no port, "
        "no *",
        "the names the site answers to",
        needed_in_production=True,
    ),
    Setting(
        "SITE_URL",
        readers.site_address,
        "http://localhost:8000",
        "the address that visitors type, as `https://plan.example.org`",
        "written in mails and exports",
        needed_in_production=True,
    ),
    Setting(
        "CSRF_TRUSTED_ORIGINS",
        readers.origins,
        "",
        "addresses with commas between, as `https://plan.example.org`, or nothing",
        "where forms may come from",
        may_be_empty=True,
    ),
    Setting(
        "TRUSTED_PROXIES",
        readers.number_below(10),
        "0",
        "the number of proxies of yours, from 0 to 9: 1 behind `docker/nginx.conf`",
        "so many last entries of `X-Forwarded-For` are believed",
    ),
    Setting(
        "SECURE",
        readers.switch,
        "true",
        "`true`, or `false` on one's own machine only",
        "HTTPS only: redirect, secure cookies, HSTS for a year with its subdomains",
    ),
    Setting(
        "DB_POOL",
        readers.switch,
        "false",
        "`true` for the web server, `false` for the worker and beat",
        "keeps connections to the database open",
    ),
    Setting(
        "STATEMENT_SECONDS",
        readers.number_below(3601),
        "15",
        "a whole number, `0` for no limit: `15` for the web server, `50` for the worker and beat; "
        "`manage.py` has none, whatever is written here",
        "the seconds after which PostgreSQL stops a statement, and within a transaction twice as "
        "many idle ones end it",
    ),
    Setting(
        "COSTLY_QUESTIONS",
        readers.number_below(1000),
        "4",
        "half of the threads of all web processes: `4` for two processes of four threads",
        "how many pages of an earlier day and the like are computed at once; one more is answered "
        "503",
    ),
    Setting(
        "STATIC_ROOT",
        readers.folder,
        ".local/static",
        "the path of a folder; one that does not begin with / is in the checkout",
        "where `collectstatic` puts the static files and the web server finds them",
    ),
    Setting(
        "LOG_LEVEL",
        readers.one_of(*LOG_LEVELS),
        "INFO",
        ", ".join(f"`{level}`" for level in LOG_LEVELS[:-1]) + f" or `{LOG_LEVELS[-1]}`",
        "how much is logged",
    ),
    Setting(
        "DEMO",
        readers.switch,
        "false",
        "`true` on one's own machine only, else `false`",
        "a demonstration: shows its logins on the sign-in page, and sends no mail",
    ),
    Setting(
        "DEBUG",
        readers.switch,
        "false",
        "`true` on one's own machine only, else `false`",
        "Django's own error pages",
    ),
)
