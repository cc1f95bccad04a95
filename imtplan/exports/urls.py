from django.urls import path, register_converter

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
        "tableau-de-bord/<slug:name>.<spreadsheet:ending>",
        views.dashboard_table,
        name="dashboard_table",
    ),
    path(
        "indicateurs/<slug:code>/<slug:name>.<spreadsheet:ending>",
        views.indicator_table,
        name="indicator_table",
    ),
    path(
        "elements/<element:kind>/<str:code>/<slug:name>.<spreadsheet:ending>",
        views.element_table,
        name="element_table",
    ),
    path(
        "pages/<slug:of>/<slug:name>.<spreadsheet:ending>",
        views.page_table,
        name="page_table",
    ),
]
