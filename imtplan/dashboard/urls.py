from django.urls import path

import imtplan.dashboard.about.views as about
import imtplan.dashboard.element.views as element
import imtplan.dashboard.explanation.views as explanation
import imtplan.dashboard.history.views as history
import imtplan.dashboard.indicator.views as indicator
import imtplan.dashboard.matrix.views as matrix
import imtplan.dashboard.overview.views as overview
import imtplan.dashboard.projects.views as projects
import imtplan.dashboard.school.views as school
import imtplan.dashboard.sensitivity.views as sensitivity

urlpatterns = [
    path("", overview.home, name="home"),
    path("tableau-de-bord/", overview.dashboard, name="dashboard"),
    path("indicateurs/<slug:code>/", indicator.indicator, name="indicator"),
    path("ecoles/", school.schools, name="schools"),
    path("ecoles/<slug:code>/", school.school, name="school"),
    path("objectifs/<str:code>/", element.element, {"kind": "objective"}, name="objective"),
    path("leviers/<str:code>/", element.element, {"kind": "lever"}, name="lever"),
    path("matrice/", matrix.matrix, name="matrix"),
    path("projets/", projects.projects, name="projects"),
    path("projets/<str:code>/", projects.project, name="project"),
    path("explication/indicateurs/<slug:code>/", explanation.explain_value, name="explain-value"),
    path("explication/cibles/<slug:code>/", explanation.explain_progress, name="explain-progress"),
    path(
        "explication/ecoles/<slug:school>/<slug:code>/",
        explanation.explain_share,
        name="explain-share",
    ),
    path("explication/plan/", explanation.explain_plan, name="explain-plan"),
    path(
        "explication/objectifs/<str:code>/",
        explanation.explain_objective,
        name="explain-objective",
    ),
    path("explication/leviers/<str:code>/", explanation.explain_lever, name="explain-lever"),
    path("explication/projets/<str:code>/", explanation.explain_project, name="explain-project"),
    path("historique/", history.history, name="history"),
    path("historique/changements/", history.plan_changes, name="plan_changes"),
    path("historique/comparer/", history.compare, name="compare"),
    path("arretes/nouveau/", history.snapshot_new, name="snapshot_new"),
    path("arretes/<int:number>/", history.snapshot, name="snapshot"),
    *(
        path(
            f"arretes/<int:number>/arrete.{kind}",
            history.snapshot_file,
            {"kind": kind},
            name=f"snapshot_{kind}",
        )
        for kind in ("json", "csv", "xlsx", "ods")
    ),
    path("sensibilite/", sensitivity.sensitivity, name="sensitivity"),
    path("sante/", about.health, name="health"),
    path("guide/", about.guide, name="guide"),
    path("accessibilite/", about.accessibility, name="accessibility"),
    path("charte/", about.styleguide, name="styleguide"),
]
