"""What can be asked for as a file that takes a while: one entry each.

A file of another page is one more entry: a template for paper, and the function that makes what it
shows (see `printed`).
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from enum import Enum
from typing import Any

from django.core.exceptions import PermissionDenied
from django.http import Http404
from django.shortcuts import get_object_or_404
from django.template.loader import render_to_string
from django.utils.functional import Promise
from django.utils.text import slugify
from django.utils.translation import gettext_lazy as _

from imtplan import paper
from imtplan.accounts.models import School
from imtplan.accounts.roles import Permission, has_permission
from imtplan.dashboard.element.page import KINDS as ELEMENTS
from imtplan.dashboard.scope import demanded_scope
from imtplan.exports import deck, paper_sheets, slides
from indicators.models import Indicator, Snapshot

AddressQuery = Mapping[str, str]
# Called with how many steps are done, of how many.
StepCallback = Callable[[int, int], None]


class Format(Enum):
    PDF = ("pdf", "application/pdf")
    PPTX = ("pptx", "application/vnd.openxmlformats-officedocument.presentationml.presentation")

    @property
    def ending(self) -> str:
        return self.value[0]

    @property
    def content_type(self) -> str:
        return self.value[1]


@dataclass(frozen=True)
class ExportKind:
    """`read` takes all that is needed out of the database; `write` makes the bytes of it.

    `title` says what a file of this subject is about: 404 for a subject that this person does not
    see. `stem` is the beginning of the file's name.
    """

    label: str | Promise
    stem: str
    format: Format
    title: Callable[[Any, str, AddressQuery], str]
    read: Callable[[Any, str, AddressQuery], Any]
    write: Callable[[Any, StepCallback], bytes]
    permission: Permission | None = Permission.READ_INSTITUTE  # None: whoever sees the subject
    is_scoped: bool = True  # of a plan, a year and a view; a snapshot is of its own
    filters: tuple[str, ...] = ()  # what the page's address may narrow it to, beside its scope

    def demand(self, user: Any, subject: str) -> None:
        """Raises PermissionDenied, or 404, unless this person may have such a file today."""
        if self.permission is None:
            self.title(user, subject, {})
        elif not has_permission(user, self.permission):
            raise PermissionDenied

    def name(self, subject: str, parameters: AddressQuery) -> str:
        """Names the file in letters that every system takes, with the year."""
        parts = ("imtplan", self.stem, slugify(subject), parameters.get("year", ""))
        return "-".join(part for part in parts if part) + "." + self.format.ending


def printed(
    template: str, page: Callable[[Any, str, AddressQuery], Any]
) -> dict[str, Callable[..., Any]]:
    """Prints a page as PDF: `page` gives what `template` shows as `sheet`."""

    def read(user: Any, subject: str, parameters: AddressQuery) -> str:
        return render_to_string(template, {"sheet": page(user, subject, parameters)})

    def write(html: str, step: StepCallback) -> bytes:
        step(1, 2)
        content = paper.pdf_of(html)
        step(2, 2)
        return content

    return {"read": read, "write": write}


# --- What a file is about -------------------------------------------------------------------------


def _plan(user: Any, subject: str, parameters: AddressQuery) -> str:
    if subject:
        raise Http404
    return demanded_scope(user, parameters).scope.plan.name


def _indicator(user: Any, subject: str, parameters: AddressQuery) -> str:
    return get_object_or_404(Indicator.objects.visible_to(user), code=subject).name


def _school(user: Any, subject: str, parameters: AddressQuery) -> str:
    school = get_object_or_404(School.objects.places_seen_by(user), code=subject)
    if not parameters.get("year"):
        return str(school.name)
    return str(school.name_in(demanded_scope(user, parameters).scope.year))


def _element(kind: str) -> Callable[[Any, str, AddressQuery], str]:
    model = ELEMENTS[kind]

    def title(user: Any, subject: str, parameters: AddressQuery) -> str:
        """Two plans may have an objective of the same code: it is that of the plan asked for."""
        plan = demanded_scope(user, parameters).scope.plan
        element = get_object_or_404(model.objects.visible_to(user), plan=plan, code=subject)
        return f"{element.code} {element.title}".strip()

    return title


def _matrix(user: Any, subject: str, parameters: AddressQuery) -> str:
    """Raises 404 for a choice that the page does not offer."""
    if subject:
        raise Http404
    return str(paper_sheets.matrix(user, subject, parameters).title)


def _snapshot(user: Any, subject: str, parameters: AddressQuery) -> str:
    if not (subject.isascii() and subject.isdecimal() and len(subject) < 18):
        raise Http404
    return get_object_or_404(Snapshot.objects.visible_to(user), pk=int(subject)).title


KINDS = {
    "dashboard-pdf": ExportKind(
        label=_("Dashboard, PDF"),
        stem="tableau-de-bord",
        format=Format.PDF,
        title=_plan,
        **printed("exports/paper/dashboard.html", paper_sheets.dashboard),
    ),
    "dashboard-slides": ExportKind(
        label=_("Dashboard, slides"),
        stem="tableau-de-bord",
        format=Format.PPTX,
        title=_plan,
        read=deck.read,
        write=slides.write,
    ),
    "indicator-pdf": ExportKind(
        label=_("Indicator, PDF"),
        stem="indicateur",
        format=Format.PDF,
        title=_indicator,
        **printed("exports/paper/indicator.html", paper_sheets.indicator),
    ),
    "school-pdf": ExportKind(
        label=_("School sheet, PDF"),
        stem="ecole",
        format=Format.PDF,
        title=_school,
        permission=None,
        **printed("exports/paper/school.html", paper_sheets.school),
    ),
    "objective-pdf": ExportKind(
        label=_("Objective, PDF"),
        stem="objectif",
        format=Format.PDF,
        title=_element("objective"),
        **printed("exports/paper/element.html", paper_sheets.element("objective")),
    ),
    "lever-pdf": ExportKind(
        label=_("Lever, PDF"),
        stem="levier",
        format=Format.PDF,
        title=_element("lever"),
        **printed("exports/paper/element.html", paper_sheets.element("lever")),
    ),
    "matrix-pdf": ExportKind(
        label=_("Matrix, PDF"),
        stem="matrice",
        format=Format.PDF,
        title=_matrix,
        filters=("by", "group", "school", "indicator", "only"),
        **printed("exports/paper/matrix.html", paper_sheets.matrix),
    ),
    "snapshot-pdf": ExportKind(
        label=_("Snapshot, PDF"),
        stem="arrete",
        format=Format.PDF,
        title=_snapshot,
        is_scoped=False,
        **printed("exports/paper/snapshot.html", paper_sheets.snapshot),
    ),
}
