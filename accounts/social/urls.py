"""Pages of social sign-in, at allauth's own paths and names."""

from django.urls import path

from accounts.social import views
from accounts.social.apple import carry_over

urlpatterns = [
    path("3rdparty/", views.connections, name="socialaccount_connections"),
    path("3rdparty/<int:pk>/disconnect/", views.disconnect, name="socialaccount_disconnect"),
    path("3rdparty/signup/", views.join, name="socialaccount_signup"),
    path("3rdparty/login/cancelled/", views.cancelled, name="socialaccount_login_cancelled"),
    path("apple/login/callback/", carry_over, name="apple_callback"),
    path(
        "apple/login/callback/finish/",
        views.finish,
        {"provider": "apple"},
        name="apple_finish_callback",
    ),
    *(
        path(f"{name}/login/", views.begin, {"provider": name}, name=f"{name}_login")
        for name in views.ADAPTERS
    ),
    *(
        path(f"{name}/login/callback/", views.finish, {"provider": name}, name=f"{name}_callback")
        for name in ("google", "github")
    ),
]
