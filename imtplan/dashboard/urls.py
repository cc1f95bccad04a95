from django.urls import path

from imtplan.dashboard import views

urlpatterns = [
    path("", views.home, name="home"),
    path("tableau-de-bord/", views.dashboard, name="dashboard"),
    path("indicateurs/<slug:code>/", views.indicator, name="indicator"),
    path("projets/<str:code>/", views.project, name="project"),
    path("sante/", views.health, name="health"),
    path("charte/", views.styleguide, name="styleguide"),
]
