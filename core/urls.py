"""Every address of the platform, by app."""

from django.contrib import admin
from django.urls import include, path

from core.appearance import choose_theme
from core.security import ViolationReports

api = [
    path("", include("core.api.urls")),
    path("", include("accounts.api.urls")),
    path("", include("curriculum.api.urls")),
    path("", include("questions.api.urls")),
    path("", include("quizzes.api.urls")),
]

urlpatterns = [
    path("", include("core.probes")),
    path("", include("core.at_the_root")),
    path("", include("accounts.urls")),
    path("", include("curriculum.urls")),
    path("", include("questions.urls")),
    path("", include("quizzes.urls")),
    path("admin/", admin.site.urls),
    path("theme/", choose_theme, name="theme"),
    path("markdown/", include("core.markdown.urls")),
    path("styleguide/", include("core.styleguide.urls")),
    path("api/", include(api)),
    path("api/v1/", include((api, "v1"))),
    path("csp-report/", ViolationReports.as_view(), name="csp-report"),
]

handler400 = "core.pages.bad_request"
handler403 = "core.pages.permission_denied"
handler404 = "core.pages.not_found"
handler500 = "core.pages.server_error"
