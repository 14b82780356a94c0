"""Lists by page."""

from rest_framework.pagination import PageNumberPagination


class Pages(PageNumberPagination):
    """`{"count", "next", "previous", "results"}`; a larger page_size than the most is cut to it."""

    page_size = 20
    page_size_query_param = "page_size"
    max_page_size = 100
