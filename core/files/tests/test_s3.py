"""The same in an S3-compatible store: a real protocol server on loopback."""

from datetime import timedelta

import pytest
from django.core.files.storage import default_storage, storages

from core.errors import Missing, Unavailable
from core.files.actions import delete_files, purge
from core.files.models import StoredFile, place_of
from core.files.storage import stream
from core.files.tests.buckets import BUCKET, bucket_at, s3_server, stored_at
from core.files.tests.conftest import NOON, bytes_of
from core.health.checks import check_storage
from core.health.findings import Status

pytestmark = pytest.mark.django_db

AWAY = "http://127.0.0.1:9"
LATER = NOON + timedelta(days=3650)


@pytest.fixture(scope="module")
def server():
    with s3_server() as address:
        yield address


@pytest.fixture
def use(settings):
    """Files go to the bucket at this address."""

    def used(endpoint: str, **where: str) -> None:
        settings.STORAGES = settings.STORAGES | {"default": stored_at(endpoint, **where)}

    return used


@pytest.fixture(autouse=True)
def bucket(server, use):
    use(server)
    with bucket_at(server) as client:
        yield client


def test_a_file_goes_there_and_comes_back(store, client_of, student, bucket):
    file = store(b"0123456789", "digits.txt")
    (placed,) = bucket.list_objects_v2(Bucket=BUCKET)["Contents"]
    assert (placed["Key"], placed["Size"]) == (file.place, 10)
    assert bytes_of(file) == b"0123456789"
    client = client_of(student)
    whole = client.get(f"/api/files/{file.pk}/")
    part = client.get(f"/api/files/{file.pk}/", headers={"range": "bytes=2-4"})
    assert b"".join(whole.streaming_content) == b"0123456789"
    assert (part.status_code, b"".join(part.streaming_content)) == (206, b"234")


def test_nobody_reads_it_by_the_address_of_the_store(store, bucket):
    file = store()
    grants = bucket.get_object_acl(Bucket=BUCKET, Key=file.place)["Grants"]
    assert not [each for each in grants if "AllUsers" in each["Grantee"].get("URI", "")]


def test_its_bytes_go_with_its_row(store, bucket, django_capture_on_commit_callbacks):
    file = store()
    with django_capture_on_commit_callbacks(execute=True):
        delete_files([file])
    assert "Contents" not in bucket.list_objects_v2(Bucket=BUCKET)


def test_bytes_without_a_row_are_found(store):
    kept, lost = store(), store()
    StoredFile.objects.filter(pk=lost.pk).delete()
    assert purge(at=NOON - timedelta(days=3650)) == 0
    assert purge(at=LATER) == 1
    assert default_storage.exists(kept.place)
    assert not default_storage.exists(lost.place)


def test_what_is_not_there_is_missing(store):
    with pytest.raises(Missing):
        stream(place_of("00"), start=0, length=1)


def test_a_store_that_is_away_is_unavailable(store, use):
    use(AWAY)
    with pytest.raises(Unavailable):
        store()
    with pytest.raises(Unavailable):
        stream(place_of("00"), start=0, length=1)


def test_health_sees_whether_it_takes_files(use, bucket):
    assert check_storage().status is Status.HEALTHY
    assert "Contents" not in bucket.list_objects_v2(Bucket=BUCKET)
    use(AWAY)
    assert check_storage().status is Status.DEGRADED


def test_a_wrong_key_or_bucket_is_seen_by_health(use, server):
    use(server, bucket="nobodys")
    assert storages["default"].bucket_name == "nobodys"
    assert check_storage().status is Status.DEGRADED
