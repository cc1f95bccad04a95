from django.urls import path

from imtplan.planning import views, views_workbook

urlpatterns = [
    path("", views.plans, name="plans"),
    path("ecoles/", views.schools, name="plan_schools"),
    path("ajouter/<slug:kind>/", views.add, name="plan_add"),
    path("modifier/<slug:kind>/<int:pk>/", views.edit, name="plan_edit"),
    path("archiver/<slug:kind>/<int:pk>/", views.archive, name="plan_archive"),
    path("confirmer/<slug:kind>/<int:pk>/", views.confirm, name="plan_confirm"),
    path("classeur/", views_workbook.load, name="plan_load_new"),
    path("classeur.xlsx", views_workbook.workbook, name="plan_workbook_new"),
    path("classeur.<book:book>", views_workbook.workbook, name="plan_workbook_new"),
    path("plans/<slug:code>/", views.plan, name="plan"),
    path("plans/<slug:code>/classeur/", views_workbook.load, name="plan_load"),
    path("plans/<slug:code>/classeur.xlsx", views_workbook.workbook, name="plan_workbook"),
    path("plans/<slug:code>/classeur.<book:book>", views_workbook.workbook, name="plan_workbook"),
    path(
        "plans/<slug:code>/ecoles/<slug:indicator>/",
        views.school_targets,
        name="plan_school_targets",
    ),
]
