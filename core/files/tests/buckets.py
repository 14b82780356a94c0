"""An S3-compatible store on loopback, for whoever stores files in it: a real protocol server."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import boto3
from moto.server import ThreadedMotoServer

BUCKET = "uploads"
KEYS = {"access_key": "key", "secret_key": "secret", "region_name": "us-east-1"}


@contextmanager
def s3_server() -> Iterator[str]:
    """Its address."""
    running = ThreadedMotoServer(ip_address="127.0.0.1", port=0, verbose=False)
    running.start()
    host, port = running.get_host_and_port()
    try:
        yield f"http://{host}:{port}"
    finally:
        running.stop()


@contextmanager
def bucket_at(server: str) -> Iterator[Any]:
    """A client of the store, with the bucket there as long as this lasts."""
    client = boto3.client(
        "s3",
        endpoint_url=server,
        aws_access_key_id="key",
        aws_secret_access_key="secret",
        region_name="us-east-1",
    )
    client.create_bucket(Bucket=BUCKET)
    yield client
    for key in keys_in(client):
        client.delete_object(Bucket=BUCKET, Key=key)
    client.delete_bucket(Bucket=BUCKET)


def keys_in(client: Any) -> list[str]:
    return [each["Key"] for each in client.list_objects_v2(Bucket=BUCKET).get("Contents", [])]


def stored_at(endpoint: str, bucket: str = BUCKET) -> dict[str, Any]:
    """What `settings.STORAGES["default"]` is for files that go there."""
    options = {"bucket_name": bucket, "endpoint_url": endpoint, "default_acl": None, **KEYS}
    return {"BACKEND": "core.files.s3.Bucket", "OPTIONS": options}
