"""How passwords are hashed."""

from django.contrib.auth.hashers import Argon2PasswordHasher


class ClassroomArgon2(Argon2PasswordHasher):
    """Argon2id by OWASP's figures: 19 MiB, two passes, one lane.

    Django's own take 100 MiB and eight lanes for each sign-in: ten times the processor time, and a
    class of sixty that signs in at nine would want 6 GB.
    """

    time_cost = 2
    memory_cost = 19 * 1024
    parallelism = 1
