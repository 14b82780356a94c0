"""Where private files are found."""

from django.urls import path

from core.files.api.views import FileView

urlpatterns = [path("files/<uuid:file_id>/", FileView.as_view(), name="file")]
