"""Pages of Markdown."""

from django.urls import path

from core.markdown import views

urlpatterns = [path("preview/", views.preview, name="markdown_preview")]
