from django.urls import path

from imtplan.accounts import views_mails
from imtplan.integrity import views, views_runs

urlpatterns = [
    path("", views.report, name="integrity"),
    path("verifier/", views.check_now, name="check_now"),
    path("calculs/", views_runs.runs, name="runs"),
    path("calculs/tout/", views_runs.everything, name="recompute_everything"),
    path("calculs/<int:number>/reprendre/", views_runs.retry, name="retry_run"),
    path("courriels/", views_mails.mails, name="mails"),
    path("courriels/<int:pk>/relancer/", views_mails.retry, name="retry-mail"),
]
