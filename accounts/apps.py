"""Who people are and how they come in."""

from django.apps import AppConfig


class AccountsConfig(AppConfig):
    name = "accounts"
