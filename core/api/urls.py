"""The floor's own endpoints."""

from django.urls import URLPattern

urlpatterns: list[URLPattern] = []
