"""Acting on the plan as its office does: type, look at what moves, say why, confirm."""

from collections.abc import Callable
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client

from imtplan.accounts.models import User
from indicators.models import IndicatorLink
from objectives.models import PlanState, StrategicPlan
from projects.models import Serves
from tests import factories


def filled(form: Any, **typed: Any) -> dict[str, Any]:
    """The form of a page as it would be posted, with some fields typed anew."""
    data: dict[str, Any] = {"seen": form.mark}
    for bound in form:
        value = bound.value()
        if value is None or value is False or value in ("", []):
            continue
        shown = bound.field.prepare_value(value)
        data[bound.html_name] = "on" if shown is True else str(shown)
    return {name: text for name, text in (data | typed).items() if text is not None}


class Office:
    """A browser of the plan office. Every field of a form is sent, as browsers do."""

    def __init__(self, client: Client) -> None:
        self.client = client

    def filled(self, url: str, **typed: Any) -> dict[str, Any]:
        return filled(self.client.get(url).context["form"], **typed)

    def preview(self, url: str, **typed: Any) -> Any:
        return self.client.post(url, self.filled(url, **typed))

    def confirm(self, url: str, preview: Any, reason: str = "Décision du conseil") -> Any:
        """Send what the preview page carries, as its button does."""
        context = preview.context
        data: dict[str, Any] = {}
        for name, text in context["form"].sent:
            data.setdefault(name, []).append(text)
        data |= {
            "seen": context["form"].mark,
            "announced": context["preview"].digest,
            "reason": reason,
            "confirm": "1",
        }
        return self.client.post(url, data)

    def do(self, url: str, reason: str = "Décision du conseil", **typed: Any) -> Any:
        preview = self.preview(url, **typed)
        assert preview.context.get("preview"), preview.context["form"].errors
        answer = self.confirm(url, preview, reason)
        assert answer.status_code == 302, answer.context.get("problem")
        return answer

    def refused(self, url: str, **typed: Any) -> dict[str, list[str]]:
        """What the page says of bad input, field by field."""
        answer = self.preview(url, **typed)
        assert answer.status_code == 422
        return {name: list(found) for name, found in answer.context["form"].errors.items()}


@pytest.fixture
def office(paul: User, signed_in: Callable[[User], Client]) -> Office:
    return Office(signed_in(paul))


class Desk:
    """The plan office with a workbook: download, give back, look, confirm."""

    def __init__(self, client: Client, plan: str = "") -> None:
        self.client = client
        self.folder = f"/plan/plans/{plan}/" if plan else "/plan/"
        self.url = f"{self.folder}classeur/"

    def download(self, **headers: str) -> bytes:
        answer = self.client.get(f"{self.folder}classeur.xlsx", headers=headers or None)
        assert answer.status_code == 200
        return answer.content

    def give(self, data: bytes, name: str = "plan.xlsx", **typed: str) -> Any:
        return self.client.post(self.url, typed | {"file": SimpleUploadedFile(name, data)})

    def preview(self, data: bytes) -> Any:
        answer = self.give(data)
        assert answer.status_code == 200, said(answer)
        return answer

    def refused(self, data: bytes) -> list[tuple[str, str, str]]:
        """Where, what stands there, and why, of every cell that is not right."""
        answer = self.give(data)
        assert answer.status_code == 422
        report = answer.context["form"].report
        assert report is not None, said(answer)
        return [(one.where, one.typed, one.why) for one in report.refusals]

    def unreadable(self, data: bytes) -> str:
        answer = self.give(data)
        assert answer.status_code == 422
        return str(answer.context["form"].errors["file"][0])

    def confirm(self, preview: Any, reason: str = "Décision du conseil") -> Any:
        context = preview.context
        data = dict(context["form"].sent) | {
            "seen": context["form"].mark,
            "announced": context["preview"].digest,
            "reason": reason,
            "confirm": "1",
        }
        return self.client.post(self.url, data)

    def load(self, data: bytes) -> None:
        answer = self.confirm(self.preview(data))
        assert answer.status_code == 302, answer.context.get("problem")

    def moving(self, data: bytes) -> dict[str, list[Any]]:
        """What the preview announces of each sheet that changes something."""
        report = self.preview(data).context["form"].report
        return {one.sheet.slug: one.moving for one in report.sheets if one.moving}


def said(answer: Any) -> Any:
    form = answer.context["form"]
    return form.errors, form.report and form.report.refusals


@pytest.fixture
def desk(paul: User, signed_in: Callable[[User], Client]) -> Callable[..., Desk]:
    return lambda plan="": Desk(signed_in(paul), plan)


@pytest.fixture
def draft(db: None) -> StrategicPlan:
    return factories.PlanFactory(state=PlanState.DRAFT)


@pytest.fixture
def whole(draft: StrategicPlan) -> StrategicPlan:
    """A draft with something of each kind."""
    objective = factories.ObjectiveFactory(plan=draft, code="O1")
    factories.ObjectiveFactory(plan=draft, code="O2")
    project = factories.ProjectFactory(plan=draft, lead_school=None)
    factories.MilestoneFactory(project=project)
    factories.StatusReportFactory(project=project)
    Serves.objects.create(project=project, objective=objective)
    target = factories.TargetFactory(plan=draft)
    IndicatorLink.objects.create(indicator=target.indicator, objective=objective)
    factories.FigureFactory(indicator=target.indicator)
    return draft
