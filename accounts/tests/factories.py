"""Believable people, by trait."""

import factory
from factory.django import DjangoModelFactory

from accounts.models import Role, User

PASSWORD = "correct horse battery"


class UserFactory(DjangoModelFactory):
    class Meta:
        model = User
        skip_postgeneration_save = True

    class Params:
        trainer = factory.Trait(role=Role.TRAINER)
        admin = factory.Trait(role=Role.ADMIN)
        superadmin = factory.Trait(role=Role.SUPERADMIN)

    email = factory.Sequence(lambda n: f"person{n}@example.test")
    name = factory.Faker("name")
    role = Role.STUDENT

    @classmethod
    def _create(cls, model_class, *args, **kwargs):
        return model_class.objects.create_user(password=kwargs.pop("password", PASSWORD), **kwargs)
