from django.urls import path

from imtplan.campaigns import views

urlpatterns = [
    path("saisies/", views.submissions, name="submissions"),
    path("saisie/<int:year>/<slug:school>/", views.entry, name="entry"),
    path("saisie/<int:year>/<slug:school>/relire/", views.review, name="review"),
    path("saisie/<int:year>/<slug:school>/decider/", views.decide, name="decide"),
]
