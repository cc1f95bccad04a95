"""Every address of the site, in one set for both languages."""

from django.contrib import admin
from django.urls import include, path

urlpatterns = [
    path("", include("imtplan.dashboard.urls")),
    path("", include("imtplan.campaigns.urls")),
    path("compte/", include("imtplan.accounts.urls")),
    path("compte/", include("allauth.account.urls")),
    path("api/v1/", include("imtplan.api_urls")),
    path("administration/", admin.site.urls),
]
