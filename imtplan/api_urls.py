"""The addresses under /api/v1/. Every one of them needs a token or a sign-in."""

from typing import Any

from django.contrib.auth.decorators import login_required
from django.urls import path, re_path
from drf_spectacular.views import SpectacularJSONAPIView, SpectacularSwaggerSplitView
from rest_framework.permissions import IsAuthenticated
from rest_framework.routers import APIRootView, DefaultRouter

from imtplan.accounts.api import SchoolViewSet
from imtplan.campaigns.entry.api import CellView, EntryView
from imtplan.rest import AnswersInSentences, NoSuchAddress
from indicators.api.as_of import at_a_moment
from indicators.api.figures import FigureViewSet, IndicatorViewSet
from indicators.api.figures_csv import FigureCsvView
from indicators.api.results import ProgressViewSet, RollUpViewSet, ValueViewSet
from indicators.api.results_files import FILES
from indicators.api.targets import TargetViewSet
from levers.api import LeverViewSet
from objectives.api import ObjectiveViewSet, PlanViewSet
from projects.api import ProjectViewSet

LISTS = {
    "plans": PlanViewSet,
    "objectives": ObjectiveViewSet,
    "levers": LeverViewSet,
    "projects": ProjectViewSet,
    "schools": SchoolViewSet,
    "indicators": IndicatorViewSet,
    "targets": TargetViewSet,
    "figures": FigureViewSet,
    "values": ValueViewSet,
    "progress": ProgressViewSet,
    "roll-ups": RollUpViewSet,
}


class Root(AnswersInSentences, APIRootView):
    """What there is under this address."""


class Schema(AnswersInSentences, SpectacularJSONAPIView):
    """The description of every address, for programs."""

    understood = ("lang",)


class Router(DefaultRouter):
    """The root page also names what is not a list."""

    APIRootView = Root
    include_format_suffixes = False

    def get_api_root_view(self, api_urls: Any = None) -> Any:
        lists = {name: f"api-{name}-list" for name in LISTS}
        files = {name: f"api-{name}" for name in FILES}
        others = (
            {"figures.csv": "figures-csv"} | files | {"schema": "api-schema", "docs": "api-docs"}
        )
        return self.APIRootView.as_view(api_root_dict=lists | others)


router = Router()
for name, viewset in LISTS.items():
    router.register(name, at_a_moment(viewset), basename=f"api-{name}")

SIGNED_IN = [IsAuthenticated]  # drf-spectacular's own views are open to everybody unless told

schema = Schema.as_view(permission_classes=SIGNED_IN)
# The script comes from an address of its own, and our template has no inline style as theirs has:
# the page works under the site's Content-Security-Policy as it is.
docs = SpectacularSwaggerSplitView.as_view(
    permission_classes=SIGNED_IN, url_name="api-schema", template_name="api/docs.html"
)

urlpatterns = [
    path("figures.csv", at_a_moment(FigureCsvView).as_view({"get": "list"}), name="figures-csv"),
    *(
        path(name, at_a_moment(view).as_view({"get": "list"}), name=f"api-{name}")
        for name, view in FILES.items()
    ),
    path("entries/<int:year>/<slug:school>/", EntryView.as_view(), name="api-entry"),
    path(
        "entries/<int:year>/<slug:school>/<slug:indicator>/",
        CellView.as_view(),
        name="api-entry-cell",
    ),
    path("schema/", schema, name="api-schema"),
    # A page for people: who is not signed in is sent to sign in, as on every other page.
    path("docs/", login_required(docs), name="api-docs"),
    *router.urls,
    re_path("", NoSuchAddress.as_view()),
]
