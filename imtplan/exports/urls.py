from django.urls import path, register_converter

from imtplan.dashboard.element.tables import ELEMENT
from imtplan.dashboard.indicator.tables import INDICATOR
from imtplan.dashboard.overview.tables import DASHBOARD
from imtplan.exports import views


class WordConverter:
    """One of a few words, which stand in the address as they are."""

    regex: str

    def to_python(self, value: str) -> str:
        return value

    def to_url(self, value: str) -> str:
        return value


class EndingConverter(WordConverter):
    regex = "xlsx|ods|csv"


class ElementConverter(WordConverter):
    regex = "objective|lever"


register_converter(EndingConverter, "spreadsheet")
register_converter(ElementConverter, "element")

urlpatterns = [
    path("", views.files, name="files"),
    path("demander/", views.ask, name="file_ask"),
    path("<int:number>/", views.download, name="file_download"),
    path("<int:number>/refaire/", views.again, name="file_again"),
    path(
        "tableau-de-bord/<slug:slug>.<spreadsheet:ending>",
        views.page_table,
        {"tabled": DASHBOARD},
        name="dashboard_table",
    ),
    path(
        "indicateurs/<slug:code>/<slug:slug>.<spreadsheet:ending>",
        views.page_table,
        {"tabled": INDICATOR},
        name="indicator_table",
    ),
    path(
        "elements/<element:kind>/<str:code>/<slug:slug>.<spreadsheet:ending>",
        views.page_table,
        {"tabled": ELEMENT},
        name="element_table",
    ),
    path(
        "pages/<slug:of>/<slug:slug>.<spreadsheet:ending>",
        views.named_page_table,
        name="page_table",
    ),
]
