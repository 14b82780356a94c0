"""Believable people, by trait."""

from datetime import datetime

import factory
from allauth.account.models import EmailAddress
from django.test import Client
from factory.django import DjangoModelFactory

from accounts.actions.sign_ins import start_browser_sign_in, start_token_sign_in
from accounts.middleware import SESSION_KEY
from accounts.models import Role, SignIn, User
from core.callers import Caller
from core.clock import now

PASSWORD = "correct horse battery"


class UserFactory(DjangoModelFactory):
    class Meta:
        model = User
        skip_postgeneration_save = True

    class Params:
        trainer = factory.Trait(role=Role.TRAINER)
        admin = factory.Trait(role=Role.ADMIN)
        superadmin = factory.Trait(role=Role.SUPERADMIN)

    # In the order in which they were made, however many have been before.
    email = factory.Sequence(lambda n: f"person{n:06}@example.test")
    name = factory.Faker("name")
    role = Role.STUDENT

    @classmethod
    def _create(cls, model_class, *args, **kwargs):
        is_proven = kwargs.pop("is_proven", True)
        user = model_class.objects.create_user(password=kwargs.pop("password", PASSWORD), **kwargs)
        EmailAddress.objects.create(user=user, email=user.email, primary=True, verified=is_proven)
        return user


def sign_in_browser(client: Client, user: User) -> SignIn:
    """What the sign-in page leaves behind, without its password."""
    client.force_login(user)
    sign_in = start_browser_sign_in(user, way="password", caller=Caller(), at=now())
    session = client.session
    session[SESSION_KEY] = str(sign_in.sid)
    session.save()
    return sign_in


def bearer_of(user: User, *, at: datetime | None = None) -> dict[str, str]:
    """Headers of an app that signed in at `at`; for what asks for a fresh proof, just now."""
    tokens = start_token_sign_in(user, way="password", caller=Caller(), at=at or now())
    return {"Authorization": f"Bearer {tokens.access}"}
