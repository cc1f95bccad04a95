"""The plan office's pages. Who may open them is the first line of each view."""

from typing import Any

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.functional import SimpleLazyObject
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from imtplan.accounts.models import School
from imtplan.accounts.roles import Permission, demand
from imtplan.buttons import demand_button
from imtplan.planning.act_pages import ActPage, follow
from imtplan.planning.archive_forms import ArchiveForm, EndForm, has_an_end
from imtplan.planning.element_history import history_of
from imtplan.planning.forms import PlanForm
from imtplan.planning.forms_elements import FORMS
from imtplan.planning.forms_measures import IndicatorForm
from imtplan.planning.new_rows import proposed_for
from imtplan.planning.order_of_work import OrderOfWork
from imtplan.planning.plan_life import steps_of
from imtplan.planning.plan_life_page import people_to_invite
from imtplan.planning.plan_overview import PlanOverview
from imtplan.planning.targets.forms_school_targets import SchoolTargetsForm
from imtplan.planning.targets.side_by_side import years_of_schools
from indicators.models import FigureRule, Inapplicability, Indicator, IndicatorLink, Target
from objectives.models import StrategicPlan
from objectives.services import confirm_link
from projects.models import FlagshipProject, Serves

MOST_TYPED = 100
ARCHIVABLE = {
    "objectifs",
    "leviers",
    "projets",
    "suivis",
    "indicateurs",
    "cibles",
    "ruptures",
    "publications",
    "regles",
    "sans-objet",
}
# What stands on the page of an indicator, and leads back there.
OF_INDICATORS = {"ruptures", "publications", "regles", "sans-objet"}
# Added one at a time: a plan is filled next, a report or a break is of today.
ALONE = {"plans", "avancements", *OF_INDICATORS}
LINKS: dict[str, Any] = {"indicateur": IndicatorLink, "projet": Serves}


@require_safe
def plans(request: HttpRequest) -> HttpResponse:
    """Shows the plans, the latest first."""
    demand(request, Permission.EDIT_PLAN)
    rows = StrategicPlan.objects.visible_to(request.user).select_related("supersedes")
    return render(request, "planning/plans.html", {"plans": rows})


@require_safe
def plan(request: HttpRequest, code: str) -> HttpResponse:
    demand(request, Permission.EDIT_PLAN)
    row = get_object_or_404(StrategicPlan.objects.visible_to(request.user), code=code)
    overview = PlanOverview(row, request.user, typed=request.GET.get("q", "")[:MOST_TYPED])
    context = {
        "plan": row,
        "overview": overview,
        "work": OrderOfWork(overview),
        "steps": steps_of(row),
        "readers": row.readers.select_related("user") if row.is_draft else [],
        "to_invite": people_to_invite(row) if row.is_draft else [],
    }
    return render(request, "planning/plan.html", context)


@require_safe
def schools(request: HttpRequest) -> HttpResponse:
    """Shows every school, those that have ended too."""
    demand(request, Permission.EDIT_PLAN)
    rows = School.objects.visible_to(request.user).select_related("merged_into")
    return render(request, "planning/schools.html", {"schools": rows})


@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def add(request: HttpRequest, kind: str) -> HttpResponse:
    """Adds an element to a plan (`?plan=`), to a project (`?projet=`), or to the institute."""
    demand(request, Permission.EDIT_PLAN)
    form = _form_class(kind)
    parent = _parent(request, form)
    plan = _plan_in_address(request) if form is IndicatorForm else None
    page = ActPage(
        template="planning/element.html",
        title=_("Add: %(what)s") % {"what": _name_of(form)},
        back=_place(parent or plan, form),
        done="",
        extra={"parent": parent or plan, "kind": kind, "is_new": True},
        again=_address_of_another(kind, parent or plan),
    )
    made = {form.parent: parent} if form.parent else {}
    model = form._meta.model
    of_plan = parent if form.parent == "plan" else plan
    proposed = proposed_for(
        kind, model._default_manager.all(), of_plan, _indicator_in_address(request)
    )

    if kind == "sans-objet" and (school := _school_in_address(request)):
        proposed["school"] = school.pk

    def form_of(data: Any) -> PlanForm:
        filled = form(data, instance=model(**made), proposed=proposed)
        if isinstance(filled, IndicatorForm) and plan:
            filled.for_plan(plan)
        return filled

    return follow(request, form_of, page, after=lambda row: _after_adding(row, page.back))


@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def edit(request: HttpRequest, kind: str, pk: int) -> HttpResponse:
    """Changes an element; its links and its history are on the page. Stored, it leads back to the
    plan, of an indicator the one from whose page it was opened (`?plan=`)."""
    demand(request, Permission.EDIT_PLAN)
    form = _form_class(kind)
    row = _row(request, form, pk)
    parent = getattr(row, form.parent) if form.parent else None
    page = ActPage(
        template="planning/element.html",
        title=_title_of(row),
        back=_place(parent or _plan_in_address(request) or row, form),
        done=_("Stored: %(what)s.") % {"what": row},
        extra={
            "row": row,
            "parent": parent,
            "kind": kind,
            "may_archive": kind in ARCHIVABLE,
            "history": SimpleLazyObject(lambda: history_of(request.user, row)),
            **_excused(request, row),
        },
    )
    return follow(
        request,
        lambda data: form(data, instance=_row(request, form, pk)),
        page,
        after=lambda _row: page.back,
    )


@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def archive(request: HttpRequest, kind: str, pk: int) -> HttpResponse:
    """Puts an element aside, or brings it back; shows first what moves."""
    demand(request, Permission.EDIT_PLAN)
    form = _form_class(kind)
    if kind not in ARCHIVABLE:
        raise Http404
    row = _row(request, form, pk)
    words = {"what": row}
    aside = row.archived_at is not None
    page = ActPage(
        template="planning/archive.html",
        title=_("Bring back: %(what)s") % words if aside else _("Put aside: %(what)s") % words,
        back=reverse("plan_edit", args=[kind, pk]),
        done=_("Back in use: %(what)s.") % words if aside else _("Put aside: %(what)s.") % words,
        extra={"row": row, "aside": aside, "kind": kind},
    )
    shown: Any = ArchiveForm if aside or not has_an_end(row) else EndForm
    return follow(request, lambda data: shown(data, row=row), page, after=lambda _row: page.back)


@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def school_targets(request: HttpRequest, code: str, indicator: str) -> HttpResponse:
    """Changes the schools' targets for one indicator, beside the institute's target."""
    demand(request, Permission.EDIT_PLAN)
    row = get_object_or_404(StrategicPlan.objects.visible_to(request.user), code=code)
    measured = get_object_or_404(Indicator.objects.visible_to(request.user), code=indicator)
    page = ActPage(
        template="planning/school_targets.html",
        title=_("Targets of the schools: %(what)s") % {"what": measured},
        back=_place(row),
        done=_("Stored: %(what)s.") % {"what": _("targets of the schools")},
        extra={
            "plan": row,
            "indicator": measured,
            "years": SimpleLazyObject(lambda: years_of_schools(request.user, row, measured)),
        },
    )
    return follow(
        request,
        lambda data: SchoolTargetsForm(data, plan=row, indicator=measured),
        page,
        after=lambda _row: page.back,
    )


@require_POST
def confirm(request: HttpRequest, kind: str, pk: int) -> HttpResponse:
    """Confirms a link that was deduced. No number moves, so nothing is shown first."""
    demand(request, Permission.EDIT_PLAN)
    if kind not in LINKS:
        raise Http404
    link = get_object_or_404(LINKS[kind], pk=pk)
    demand_button(request, "confirm")
    confirm_link(link=link, by=request.user)
    messages.success(request, _("Confirmed: %(what)s.") % {"what": link})
    end = link.project or link.objective or link.lever
    return redirect(_place(end.plan) + "#unsure")


def _form_class(kind: str) -> type[PlanForm]:
    if kind not in FORMS:
        raise Http404
    return FORMS[kind]


def _name_of(form: type[PlanForm]) -> str:
    return str(form._meta.model._meta.verbose_name)


def _title_of(row: Any) -> str:
    """Returns the row's name; a target, known by a code alone, has its indicator before it."""
    return f"{row.indicator} · {row}" if isinstance(row, Target) else str(row)


def _row(request: HttpRequest, form: type[PlanForm], pk: int) -> Any:
    rows = form._meta.model._default_manager.visible_to(request.user)
    parents = [form.parent] if form.parent else []
    return get_object_or_404(rows.select_related(*parents), pk=pk)


def _parent(request: HttpRequest, form: type[PlanForm]) -> Any:
    """Returns what the address names as the new row's parent: a plan, a project, an indicator."""
    if form.parent == "plan":
        rows = StrategicPlan.objects.visible_to(request.user)
        return get_object_or_404(rows, code=request.GET.get("plan", ""))
    if form.parent == "project":
        key = request.GET.get("projet", "")
        rows = FlagshipProject.objects.visible_to(request.user)
        return get_object_or_404(rows, pk=int(key) if key.isdecimal() else 0)
    if form.parent == "indicator":
        indicators = Indicator.objects.visible_to(request.user)
        return get_object_or_404(indicators, code=request.GET.get("indicateur", ""))
    return None


def _after_adding(row: Any, back: str) -> str:
    """Returns where a new row leads: a plan is filled next, a rule tried before it is switched
    on."""
    if isinstance(row, StrategicPlan):
        return _place(row)
    return reverse("plan_rule_trial", args=[row.pk]) if isinstance(row, FigureRule) else back


def _plan_in_address(request: HttpRequest) -> StrategicPlan | None:
    """Returns the plan from whose page an indicator is added, if it is from one's."""
    code = request.GET.get("plan")
    plans = StrategicPlan.objects.visible_to(request.user)
    return get_object_or_404(plans, code=code) if code else None


def _indicator_in_address(request: HttpRequest) -> Indicator | None:
    """Returns the indicator that the address names for a new target, if it names one."""
    code = request.GET.get("indicateur")
    indicators = Indicator.objects.visible_to(request.user)
    return indicators.filter(code=code).first() if code else None


def _school_in_address(request: HttpRequest) -> School | None:
    """Returns the school from whose page something is added, if it is from one's."""
    schools = School.objects.visible_to(request.user).without_the_institute()
    return schools.filter(code=request.GET.get("ecole", "")).first()


def _excused(request: HttpRequest, row: Any) -> dict[str, Any]:
    """Returns, for the page of an indicator or a school, what does not apply there, and of a school
    what may be declared so."""
    if not isinstance(row, Indicator | School):
        return {}
    name, other = ("school", "indicator") if isinstance(row, School) else ("indicator", "school")
    rows = Inapplicability.objects.visible_to(request.user).filter(**{name: row})
    from_schools = Indicator.objects.in_use().collected_from_schools()
    return {
        "inapplicabilities": rows.select_related(other),
        "declarable": from_schools.order_by("code") if isinstance(row, School) else None,
    }


def _address_of_another(kind: str, parent: Any) -> str:
    """Returns the address at which another of this kind is added in the same place; "" for what
    comes alone. A target after a target is for the next indicator that has none."""
    if kind in ALONE:
        return ""
    keys = {StrategicPlan: "plan", FlagshipProject: "projet"}
    key = keys.get(type(parent), "")
    value = parent.code if key == "plan" else getattr(parent, "pk", "")
    return reverse("plan_add", args=[kind]) + (f"?{key}={value}" if key else "")


def _place(row: Any, form: type[PlanForm] | None = None) -> str:
    """Returns the address to go back to: the plan, the project, the indicator, the schools or the
    plans."""
    if isinstance(row, StrategicPlan):
        return reverse("plan", args=[row.code])
    if isinstance(row, FlagshipProject):
        return reverse("plan_edit", args=["projets", row.pk])
    if isinstance(row, Indicator) and form is not None and form.slug in OF_INDICATORS:
        return reverse("plan_edit", args=["indicateurs", row.pk])
    return reverse("plan_schools" if form is FORMS["ecoles"] else "plans")
