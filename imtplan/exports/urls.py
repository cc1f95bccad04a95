from django.urls import path, register_converter

from imtplan.exports import views


class Ending:
    """The two kinds of spreadsheet."""

    regex = "xlsx|csv"

    def to_python(self, value: str) -> str:
        return value

    def to_url(self, value: str) -> str:
        return value


register_converter(Ending, "spreadsheet")

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
]
