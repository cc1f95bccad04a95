"""The addresses of the site, the same in both languages."""

from django.contrib import admin
from django.urls import include, path
from django.views.generic import RedirectView

urlpatterns = [
    path("", include("imtplan.dashboard.urls")),
    path("fichiers/", include("imtplan.exports.urls")),
    path("", include("imtplan.campaigns.urls")),
    path("plan/", include("imtplan.planning.urls")),
    path("controle/", include("imtplan.integrity.urls")),
    path("compte/", include("imtplan.accounts.urls")),
    path("compte/", include("allauth.account.urls")),
    path("api/v1/", include("imtplan.api_urls")),
    # There is one page to sign in; a person without a right to the administration goes home.
    path("administration/login/", RedirectView.as_view(pattern_name="home")),
    path("administration/", admin.site.urls),
]
