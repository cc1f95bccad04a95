"""The settings of the tests with the made-up app; its migration is in a package of its own."""

from tests.settings import *  # noqa: F403
from tests.settings import INSTALLED_APPS as OURS

INSTALLED_APPS = ["tests.made_up", *OURS]
MIGRATION_MODULES = {"made_up": "made_up_migrations"}
