"""Quizzes and the attempts at them."""

from importlib import import_module

from django.apps import AppConfig


class QuizzesConfig(AppConfig):
    name = "quizzes"

    def ready(self) -> None:
        import_module("quizzes.registrations")
