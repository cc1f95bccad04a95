from django.urls import path

from imtplan.planning import plan_life_views, views
from imtplan.planning.next_plan import views as next_plan_views
from imtplan.planning.rules import views as rule_views
from imtplan.planning.workbook import views as workbook_views

urlpatterns = [
    path("", views.plans, name="plans"),
    path("ecoles/", views.schools, name="plan_schools"),
    path("ajouter/<slug:kind>/", views.add, name="plan_add"),
    path("modifier/<slug:kind>/<int:pk>/", views.edit, name="plan_edit"),
    path("archiver/<slug:kind>/<int:pk>/", views.archive, name="plan_archive"),
    path("confirmer/<slug:kind>/<int:pk>/", views.confirm, name="plan_confirm"),
    path("regles/<int:pk>/essai/", rule_views.trial, name="plan_rule_trial"),
    path("classeur/", workbook_views.load, name="plan_load_new"),
    path(
        "classeur/avancement/<str:token>/", workbook_views.load_progress, name="plan_load_progress"
    ),
    path("classeur.xlsx", workbook_views.workbook, name="plan_workbook_new"),
    path("classeur.<book:book>", workbook_views.workbook, name="plan_workbook_new"),
    path("plans/<slug:code>/", views.plan, name="plan"),
    path("plans/<slug:code>/suivant/", next_plan_views.prepare_next, name="plan_next"),
    path("plans/<slug:code>/vie/<slug:word>/", plan_life_views.step, name="plan_step"),
    path("plans/<slug:code>/supprimer/", plan_life_views.delete, name="plan_delete"),
    path("plans/<slug:code>/lecteurs/", plan_life_views.invite, name="plan_invite_reader"),
    path(
        "plans/<slug:code>/lecteurs/<int:pk>/",
        plan_life_views.withdraw,
        name="plan_withdraw_reader",
    ),
    path("plans/<slug:code>/classeur/", workbook_views.load, name="plan_load"),
    path("plans/<slug:code>/classeur.xlsx", workbook_views.workbook, name="plan_workbook"),
    path("plans/<slug:code>/classeur.<book:book>", workbook_views.workbook, name="plan_workbook"),
    path(
        "plans/<slug:code>/ecoles/<slug:indicator>/",
        views.school_targets,
        name="plan_school_targets",
    ),
]
