"""What the tests of private files share."""

from datetime import UTC, datetime, timedelta
from io import BytesIO

import pytest
from django.core.files.base import ContentFile
from django.core.files.storage import default_storage
from PIL import Image

from core import policies
from core.files import purposes
from core.files.actions import store_file
from core.files.kinds import ARCHIVES, DOCUMENTS, IMAGES
from core.files.purposes import FilePurpose
from core.registries import Registry

NOON = datetime(2026, 11, 20, 12, tzinfo=UTC)
LIMIT = 2000


@pytest.fixture(autouse=True)
def media(settings, tmp_path):
    settings.MEDIA_ROOT = tmp_path / "media"
    return settings.MEDIA_ROOT


@pytest.fixture(autouse=True)
def purpose(monkeypatch):
    """A purpose of these tests' own, whose files only their owner may read."""
    policies.policy("test.read_essay")(lambda user, file: file is None or file.owner_id == user.pk)
    for module in ("core.files.actions", "core.files.policies"):
        registry = Registry("purposes of files")
        monkeypatch.setattr(f"{module}.file_purposes", registry)
        for name, each in [*purposes.file_purposes, ("essay", ESSAY), ("brief", BRIEF)]:
            registry.register(name, each)
    yield
    del policies._policies["test.read_essay"]


ESSAY = FilePurpose(
    policy="test.read_essay",
    kinds=IMAGES | DOCUMENTS | ARCHIVES,
    max_bytes=LIMIT,
    max_files=3,
    max_total_bytes=2 * LIMIT,
)
BRIEF = FilePurpose(
    policy="test.read_essay",
    kinds=frozenset({"text"}),
    max_bytes=LIMIT,
    keep=timedelta(days=7),
    unused=lambda files: files.filter(name__startswith="nobody"),
)


@pytest.fixture
def store(student):
    def stored(
        content=b"An essay.\n",
        name="essay.txt",
        *,
        purpose="essay",
        owner=student,
        at=NOON,
    ):
        return store_file(
            content=ContentFile(content), name=name, purpose=purpose, owner=owner, at=at
        )

    return stored


def png(size=(4, 4)) -> bytes:
    made = BytesIO()
    Image.new("RGB", size, "teal").save(made, "PNG")
    return made.getvalue()


def bytes_of(file) -> bytes:
    with default_storage.open(file.place) as content:
        return content.read()
