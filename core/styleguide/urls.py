"""Pages of the styleguide."""

from django.urls import path

from core.styleguide import views

urlpatterns = [
    path("", views.index, name="styleguide"),
    path("layouts/<slug:name>/", views.show_layout, name="styleguide-layout"),
    path("<slug:name>/", views.show_component, name="styleguide-component"),
]
