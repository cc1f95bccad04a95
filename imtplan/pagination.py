"""Cut the long lists of the API into pages."""

from django.utils.translation import gettext_lazy as _
from rest_framework.exceptions import ValidationError
from rest_framework.pagination import PageNumberPagination
from rest_framework.request import Request


class Pages(PageNumberPagination):
    """100 rows a page unless asked; more than 500 is refused, never cut to 500.

    The order that makes pages stable is the work of `imtplan.rest.Ordering`.
    """

    page_size = 100
    max_page_size = 500
    page_size_query_param = "page_size"
    page_size_query_description = _("Rows on a page, from 1 to 500; 100 unless asked.")
    page_query_description = _("Number of the page, from 1.")

    def get_page_size(self, request: Request) -> int:
        size_text = request.query_params.get(self.page_size_query_param)
        if not size_text:
            return self.page_size
        # A dozen digits are more than enough, and int() is slow on a million of them.
        is_short_number = size_text.isascii() and size_text.isdecimal() and len(size_text) <= 12
        if not (is_short_number and 0 < int(size_text) <= self.max_page_size):
            raise ValidationError(
                {self.page_size_query_param: [_("A page has a whole number of rows, 1 to 500.")]}
            )
        return int(size_text)
