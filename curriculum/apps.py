"""What people learn, and what they hand in."""

from importlib import import_module

from django.apps import AppConfig


class CurriculumConfig(AppConfig):
    name = "curriculum"

    def ready(self) -> None:
        import_module("curriculum.registrations")
