"""Settings. Those that differ from one site to another are read from the environment.

Every variable is declared in imtplan/environment/variables.py. A missing or wrong one stops the
start with a sentence that says what to write.
"""

import os
import tomllib
from pathlib import Path

import pghistory
from celery.schedules import crontab
from django.utils.translation import gettext_lazy as _
from whitenoise.compress import Compressor

from imtplan.environment import read_environment

BASE_DIR = Path(__file__).resolve().parent.parent

env = read_environment(os.environ)

# The version is in pyproject.toml alone, which the image has too: nothing is installed as a
# package, so there are no metadata.
_project = tomllib.loads((BASE_DIR / "pyproject.toml").read_text(encoding="utf-8"))["project"]
VERSION = _project["version"]

# --- Demonstration, development or production -----------------------------------------------------

DEBUG = env["DEBUG"]
DEMO = env["DEMO"]  # shows the demonstration logins on the sign-in page
# Accounts of the demonstration may not sign in there: their password is in the code.
IN_PRODUCTION = not DEBUG and not DEMO
SECURE = env["SECURE"]  # false only for plain HTTP on one's own machine
SECRET_KEY = env["SECRET_KEY"]
ALLOWED_HOSTS = env["ALLOWED_HOSTS"]
CSRF_TRUSTED_ORIGINS = env["CSRF_TRUSTED_ORIGINS"]
SITE_URL = env["SITE_URL"]
TRUSTED_PROXIES = env["TRUSTED_PROXIES"]  # how many write X-Forwarded-For for us

# --- Applications, from the top of the import staircase to its foot -----------------------------

INSTALLED_APPS = [
    "imtplan.integrity",
    "imtplan.exports",
    "imtplan.dashboard",
    "imtplan.planning",
    "imtplan.campaigns",
    "indicators",
    "projects",
    "levers",
    "objectives",
    "imtplan.audit",
    "imtplan.accounts",
    "imtplan.outbox",
    "imtplan.accounts.apps.ReadingAdminConfig",
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.sessions",
    "django.contrib.messages",
    "django.contrib.staticfiles",
    "django.contrib.postgres",
    "allauth",
    "allauth.account",
    "pgtrigger",
    "pghistory",
    "rest_framework",
    "django_filters",
    "drf_spectacular",
    "drf_spectacular_sidecar",
    "csp",
    "django.forms",
]

MIDDLEWARE = [
    "imtplan.web.visitor_address.VisitorAddressMiddleware",
    "imtplan.web.request_bodies.BodyLimitMiddleware",
    "django.middleware.security.SecurityMiddleware",
    "whitenoise.middleware.WhiteNoiseMiddleware",
    # Compresses pages, as the line above does files; a table of numbers shrinks to a tenth. Django
    # pads each answer at random, so that its length reveals no secret.
    "django.middleware.gzip.GZipMiddleware",
    "imtplan.accounts.middleware.StraightMiddleware",
    "csp.middleware.CSPMiddleware",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "imtplan.accounts.middleware.KnownDeviceMiddleware",
    "imtplan.accounts.middleware.PersonLocaleMiddleware",
    "imtplan.costly_questions.SaysWhatTakesTooLong",
    "django.contrib.auth.middleware.LoginRequiredMiddleware",
    "django.contrib.messages.middleware.MessageMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
    "allauth.account.middleware.AccountMiddleware",
]

# Our templates draw Django's own forms: one field.html for the whole product.
FORM_RENDERER = "django.forms.renderers.TemplatesSetting"

ROOT_URLCONF = "imtplan.urls"
WSGI_APPLICATION = "imtplan.wsgi.application"

TEMPLATES = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "DIRS": [BASE_DIR / "templates"],
        "APP_DIRS": True,
        "OPTIONS": {
            "context_processors": [
                "django.template.context_processors.request",
                "django.template.context_processors.i18n",
                "django.contrib.auth.context_processors.auth",
                "django.contrib.messages.context_processors.messages",
                "imtplan.accounts.context.person",
                "imtplan.campaigns.context.demonstration",
                "imtplan.dashboard.navigation.navigation",
                "imtplan.dashboard.navigation.version",
            ],
            "builtins": [
                "django.templatetags.i18n",
                "django.templatetags.static",
                "imtplan.accounts.templatetags.display",
            ],
        },
    }
]

# --- Database: PostgreSQL and nothing else ------------------------------------------------------


def limits(seconds: int) -> str:
    """Returns the connection's limits, on the time of a statement and of an idle transaction."""
    return f"-c statement_timeout={seconds}s -c idle_in_transaction_session_timeout={2 * seconds}s"


def database() -> dict:
    config = {**(env["DATABASE_OWNER_URL"] or env["DATABASE_URL"])}
    config["ENGINE"] = "django.db.backends.postgresql"
    config["CONN_MAX_AGE"] = 0
    config["CONN_HEALTH_CHECKS"] = True  # a restart of PostgreSQL is no error for a visitor
    options = config.setdefault("OPTIONS", {})
    options["application_name"] = "imtplan"
    options["options"] = limits(env["STATEMENT_SECONDS"])
    # A pool for the web's threads; none in Celery, whose processes are forked.
    if env["DB_POOL"]:
        options["pool"] = {"min_size": 1, "max_size": 8, "timeout": 5}
    return config


DATABASES = {"default": database()}
# The role that runs the site, and whether another one owns the tables.
SITE_DATABASE = env["DATABASE_URL"]
OWNER_IS_APART = bool(env["DATABASE_OWNER_URL"])
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"

# Half of the threads of all web processes: two processes of four (docker-compose.yml, run.py).
COSTLY_QUESTIONS = env["COSTLY_QUESTIONS"]

# The cache holds only how often a signed-in person has changed their password. It lives in the
# database, so that all web processes share it and a queue that hangs never holds anybody up.
CACHES = {
    "default": {
        "BACKEND": "django.core.cache.backends.db.DatabaseCache",
        "LOCATION": "imtplan_cache",
    }
}

# --- Queue --------------------------------------------------------------------------------------

REDIS_URL = env["REDIS_URL"]
CELERY_BROKER_URL = REDIS_URL.replace("unix://", "redis+socket://", 1)
CELERY_TASK_IGNORE_RESULT = True
CELERY_TASK_ACKS_LATE = True
CELERY_TASK_REJECT_ON_WORKER_LOST = True
CELERY_WORKER_PREFETCH_MULTIPLIER = 1
CELERY_TASK_SOFT_TIME_LIMIT = 50
CELERY_TASK_TIME_LIMIT = 60
CELERY_TASK_DEFAULT_QUEUE = "imtplan"
CELERY_BROKER_CONNECTION_RETRY_ON_STARTUP = True
CELERY_BROKER_CONNECTION_MAX_RETRIES = None
CELERY_BROKER_TRANSPORT_OPTIONS = {
    "visibility_timeout": 150,  # more than twice the hard time limit
    "unacked_restore_interval": 5,
    "unacked_restore_throttle": 1,
    "socket_timeout": 2,
    "socket_connect_timeout": 2,
    "max_retries": 1,
}
# Beat counts in UTC: a clock change in Paris must not stop it.
CELERY_ENABLE_UTC = True
CELERY_TIMEZONE = "UTC"
CELERY_BEAT_SCHEDULE = {
    "sweep-stale-progress": {"task": "indicators.tasks.sweep", "schedule": 10.0},
    "send-mails": {
        "task": "imtplan.outbox.tasks.send_mails",
        "schedule": 60.0,
        "options": {"expires": 60},
    },
    "write-reminders": {
        "task": "imtplan.campaigns.tasks.remind",
        "schedule": crontab(hour="6-18", minute=7),  # nobody's telephone rings at night
    },
    "make-files": {"task": "imtplan.exports.tasks.make", "schedule": 10.0},
    "forget-old-files": {
        "task": "imtplan.exports.tasks.forget",
        "schedule": crontab(hour=2, minute=47),
    },
    "check-everything": {
        "task": "imtplan.integrity.tasks.check_at_night",
        "schedule": crontab(hour=1, minute=20),
    },
    "check-if-asked": {
        "task": "imtplan.integrity.tasks.check_if_asked",
        "schedule": 60.0,
        "options": {"expires": 60},
    },
    "forget-old-runs": {
        "task": "indicators.tasks.forget_old_runs",
        "schedule": crontab(hour=1, minute=50),
    },
    "forget-old-answers": {
        "task": "imtplan.campaigns.tasks.forget",
        "schedule": crontab(minute=37),
    },
}
CELERY_WORKER_HIJACK_ROOT_LOGGER = False

# --- People -------------------------------------------------------------------------------------

AUTH_USER_MODEL = "accounts.User"
# An address is unique whatever its case, by a constraint that this check does not see.
SILENCED_SYSTEM_CHECKS = ["auth.W004"]
AUTHENTICATION_BACKENDS = ["imtplan.accounts.adapter.AccountBackend"]
PASSWORD_HASHERS = [
    "django.contrib.auth.hashers.Argon2PasswordHasher",
    "django.contrib.auth.hashers.PBKDF2PasswordHasher",
]
AUTH_PASSWORD_VALIDATORS = [
    {"NAME": f"django.contrib.auth.password_validation.{name}"}
    for name in (
        "UserAttributeSimilarityValidator",
        "MinimumLengthValidator",
        "CommonPasswordValidator",
        "NumericPasswordValidator",
    )
]
LOGIN_URL = "account_login"
LOGIN_REDIRECT_URL = "home"
ACCOUNT_ADAPTER = "imtplan.accounts.adapter.AccountAdapter"
ACCOUNT_FORMS = {"reset_password": "imtplan.accounts.forms.NewPasswordForm"}
ACCOUNT_LOGIN_METHODS = {"email"}
ACCOUNT_SIGNUP_FIELDS = ["email*", "password1*", "password2*"]
ACCOUNT_USER_MODEL_USERNAME_FIELD = None
ACCOUNT_EMAIL_VERIFICATION = "none"  # accounts are made by the plan office, which knows the address
ACCOUNT_LOGOUT_REDIRECT_URL = LOGIN_URL
ACCOUNT_LOGIN_ON_PASSWORD_RESET = True  # a newcomer's first link signs in
ACCOUNT_SESSION_REMEMBER = None
# What strangers can do is counted by imtplan.accounts.attempts: these limits, by address alone, let
# one person lock out a school.
ACCOUNT_RATE_LIMITS = dict.fromkeys(
    ["login", "login_failed", "signup", "reset_password", "reset_password_from_key"]
)
ACCOUNT_EMAIL_SUBJECT_PREFIX = "IMT Plan – "

# --- Languages and time -------------------------------------------------------------------------

LANGUAGE_CODE = "fr"
LANGUAGES = [("fr", _("French")), ("en", _("English"))]
LOCALE_PATHS = [BASE_DIR / "locale"]
FORMAT_MODULE_PATH = ["imtplan.formats"]
USE_I18N = True
USE_TZ = True
TIME_ZONE = "Europe/Paris"

# --- Files and mail -----------------------------------------------------------------------------

STATIC_URL = "static/"
STATICFILES_DIRS = [BASE_DIR / "static"]
STATIC_ROOT = env["STATIC_ROOT"]
STORAGES = {
    "default": {"BACKEND": "django.core.files.storage.FileSystemStorage"},
    "staticfiles": {"BACKEND": "whitenoise.storage.CompressedManifestStaticFilesStorage"},
}
# Pages ask only for names that carry a hash. Source maps, which nobody reads here, took most of
# the time that compressing takes.
WHITENOISE_KEEP_ONLY_HASHED_FILES = True
WHITENOISE_SKIP_COMPRESS_EXTENSIONS = (*Compressor.SKIP_COMPRESS_EXTENSIONS, "map")
FIXTURE_DIRS = [BASE_DIR / "fixtures"]
EMAIL_TIMEOUT = 10  # seconds for each answer of the mail server
vars().update(env["EMAIL_URL"])
if DEMO and "smtp" in vars()["EMAIL_BACKEND"]:  # nothing leaves a demonstration
    EMAIL_BACKEND = "django.core.mail.backends.console.EmailBackend"
DEFAULT_FROM_EMAIL = env["DEFAULT_FROM_EMAIL"]

# --- Security -----------------------------------------------------------------------------------

CONTENT_SECURITY_POLICY = {
    "DIRECTIVES": {
        "default-src": ["'none'"],
        "script-src": ["'self'"],
        "style-src": ["'self'"],
        "img-src": ["'self'", "data:"],
        "font-src": ["'self'"],
        "connect-src": ["'self'"],
        "form-action": ["'self'"],
        "base-uri": ["'none'"],
        "frame-ancestors": ["'none'"],
    }
}
X_FRAME_OPTIONS = "DENY"
SESSION_COOKIE_HTTPONLY = True
SESSION_COOKIE_SECURE = CSRF_COOKIE_SECURE = SECURE
SECURE_SSL_REDIRECT = SECURE
SECURE_HSTS_SECONDS = 31_536_000 if SECURE else 0
SECURE_HSTS_INCLUDE_SUBDOMAINS = SECURE_HSTS_PRELOAD = SECURE
SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https") if SECURE else None
SECURE_REFERRER_POLICY = "same-origin"
DATA_UPLOAD_MAX_MEMORY_SIZE = 2_500_000
# How long one PDF may take: below the 30 s after which the web server gives a request up.
PAPER_SECONDS = 20

# --- API ----------------------------------------------------------------------------------------

REST_FRAMEWORK = {
    "DEFAULT_AUTHENTICATION_CLASSES": [
        "imtplan.accounts.token_authentication.TokenAuthentication",
        "rest_framework.authentication.SessionAuthentication",
    ],
    "DEFAULT_PERMISSION_CLASSES": ["rest_framework.permissions.IsAuthenticated"],
    "DEFAULT_RENDERER_CLASSES": ["rest_framework.renderers.JSONRenderer"],
    "DEFAULT_PARSER_CLASSES": ["rest_framework.parsers.JSONParser"],
    "DEFAULT_FILTER_BACKENDS": [
        "django_filters.rest_framework.DjangoFilterBackend",
        "rest_framework.filters.OrderingFilter",
    ],
    "DEFAULT_PAGINATION_CLASS": "imtplan.pagination.Pages",
    "DEFAULT_SCHEMA_CLASS": "drf_spectacular.openapi.AutoSchema",
    "DEFAULT_VERSIONING_CLASS": None,
    "UNAUTHENTICATED_USER": "django.contrib.auth.models.AnonymousUser",
}
SPECTACULAR_SETTINGS = {
    "TITLE": "IMT Plan",
    "DESCRIPTION": "The strategic plan of Institut Mines-Télécom, its figures and its progress.",
    "VERSION": "1.0.0",
    "OAS_VERSION": "3.1.1",
    "SERVE_INCLUDE_SCHEMA": False,
    "SWAGGER_UI_DIST": "SIDECAR",
    "SWAGGER_UI_FAVICON_HREF": "SIDECAR",
    "SCHEMA_PATH_PREFIX": "/api/v1",
    # Several fields are called "state", each with words of its own.
    "ENUM_NAME_OVERRIDES": {
        "PlanStateEnum": "objectives.models.PlanState",
        "FigureStateEnum": "indicators.models.Figure.State",
    },
}

# --- Row history --------------------------------------------------------------------------------

PGHISTORY_APPEND_ONLY = True  # a version, once written, is refused change and deletion
PGHISTORY_DEFAULT_TRACKERS = (
    pghistory.InsertEvent(),
    pghistory.UpdateEvent(),
    pghistory.DeleteEvent(),
)

# --- Logs ---------------------------------------------------------------------------------------

LOGGING = {
    "version": 1,
    "disable_existing_loggers": False,
    "formatters": {"line": {"format": "%(asctime)s %(levelname)s %(name)s: %(message)s"}},
    "filters": {"keys": {"()": "imtplan.web.logs.KeysHidden"}},
    "handlers": {
        "console": {"class": "logging.StreamHandler", "formatter": "line", "filters": ["keys"]}
    },
    "root": {"handlers": ["console"], "level": env["LOG_LEVEL"]},
    "loggers": {"django.server": {"handlers": ["console"], "propagate": False}},
}
