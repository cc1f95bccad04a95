from django.urls import path

from imtplan.dashboard import views
from imtplan.dashboard.about import views as views_about
from imtplan.dashboard.explanation import views as views_explanations
from imtplan.dashboard.history import views as views_history
from imtplan.dashboard.sensitivity import views as views_sensitivity

urlpatterns = [
    path("", views.home, name="home"),
    path("tableau-de-bord/", views.dashboard, name="dashboard"),
    path("indicateurs/<slug:code>/", views.indicator, name="indicator"),
    path("ecoles/", views.schools, name="schools"),
    path("ecoles/<slug:code>/", views.school, name="school"),
    path("objectifs/<str:code>/", views.element, {"kind": "objective"}, name="objective"),
    path("leviers/<str:code>/", views.element, {"kind": "lever"}, name="lever"),
    path("matrice/", views.matrix, name="matrix"),
    path("projets/", views.projects, name="projects"),
    path("projets/<str:code>/", views.project, name="project"),
    path(
        "explication/indicateurs/<slug:code>/",
        views_explanations.explain_value,
        name="explain-value",
    ),
    path(
        "explication/cibles/<slug:code>/",
        views_explanations.explain_progress,
        name="explain-progress",
    ),
    path(
        "explication/ecoles/<slug:school>/<slug:code>/",
        views_explanations.explain_share,
        name="explain-share",
    ),
    path("explication/plan/", views_explanations.explain_plan, name="explain-plan"),
    path(
        "explication/objectifs/<str:code>/",
        views_explanations.explain_objective,
        name="explain-objective",
    ),
    path(
        "explication/leviers/<str:code>/",
        views_explanations.explain_lever,
        name="explain-lever",
    ),
    path(
        "explication/projets/<str:code>/",
        views_explanations.explain_project,
        name="explain-project",
    ),
    path("historique/", views_history.history, name="history"),
    path("historique/comparer/", views_history.compare, name="compare"),
    path("arretes/nouveau/", views_history.snapshot_new, name="snapshot_new"),
    path("arretes/<int:number>/", views_history.snapshot, name="snapshot"),
    *(
        path(
            f"arretes/<int:number>/arrete.{kind}",
            views_history.snapshot_file,
            {"kind": kind},
            name=f"snapshot_{kind}",
        )
        for kind in ("json", "csv", "xlsx", "ods")
    ),
    path("sensibilite/", views_sensitivity.sensitivity, name="sensitivity"),
    path("sante/", views.health, name="health"),
    path("guide/", views_about.guide, name="guide"),
    path("accessibilite/", views_about.accessibility, name="accessibility"),
    path("charte/", views.styleguide, name="styleguide"),
]
