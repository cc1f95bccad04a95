import os
import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest

from imtplan.accounts.models import User
from tests.siege.site import Gunicorn, Nginx

PASSWORD = "une-bonne-phrase-22"


@pytest.fixture(autouse=True)
def _nginx_is_here() -> None:
    if shutil.which("nginx") is None:
        if os.environ.get("CI"):
            pytest.fail("No nginx was found, and CI must try docker/nginx.conf with it.")
        pytest.skip("No nginx on the PATH: install one to try docker/nginx.conf.")


@pytest.fixture
def people(transactional_db: None) -> list[User]:
    """Three, whom another process sees: whom strangers attack, and two others."""
    names = ["director", "second", "third"]
    return [User.objects.create_user(f"{name}@example.org", PASSWORD, name=name) for name in names]


@pytest.fixture
def site(people: list[User], tmp_path: Path) -> Iterator[Gunicorn]:
    part = Gunicorn(tmp_path / "gunicorn")
    part.run()
    yield part
    part.stop()


@pytest.fixture
def nginx(site: Gunicorn, tmp_path: Path) -> Iterator[Nginx]:
    part = Nginx(tmp_path / "nginx")
    part.run(upstream=site.port)
    yield part
    part.stop()
