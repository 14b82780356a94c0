"""Run as a program in a platform's environment: people, each signed in; prints their tokens."""

import sys

import django

django.setup()

from accounts.actions.sign_ins import start_token_sign_in  # noqa: E402
from accounts.models import User  # noqa: E402
from core import clock  # noqa: E402
from core.callers import Caller  # noqa: E402

for number in range(int(sys.argv[1])):
    person = User.objects.create(email=f"bench{number}@example.test")
    print(start_token_sign_in(person, way="password", caller=Caller(), at=clock.now()).access)
