"""The contract: complete, and true."""

import json
from collections.abc import Iterator
from functools import cache
from typing import Any

import pytest
import schemathesis
import yaml
from django.core.management import call_command
from django.core.signals import request_finished, request_started
from django.core.wsgi import get_wsgi_application
from django.db import close_old_connections
from django.test import Client
from hypothesis import HealthCheck, Phase, given
from hypothesis import settings as hypothesis_settings
from hypothesis import strategies as st
from schemathesis import GenerationMode
from schemathesis.checks import CheckFunction
from schemathesis.schemas import APIOperation, BaseSchema
from schemathesis.specs.openapi.checks import (
    content_type_conformance,
    response_schema_conformance,
    status_code_conformance,
)

from core import errors
from core.api.docs import schema_in
from core.api.schema import may_raise

Operation = tuple[str, dict[str, Any]]


@cache
def operations() -> list[Operation]:
    return [
        (f"{method.upper()} {path}", operation)
        for path, methods in schema_in("en")["paths"].items()
        for method, operation in methods.items()
    ]


def each_operation():
    return pytest.mark.parametrize(
        "operation", [pytest.param(each, id=name) for name, each in operations()]
    )


def contents(operation: dict[str, Any]) -> Iterator[tuple[str, dict[str, Any]]]:
    """What goes in and what comes out when all is well, by media type."""
    yield from operation.get("requestBody", {}).get("content", {}).items()
    for status, response in operation["responses"].items():
        if status.startswith("2"):
            yield from response.get("content", {}).items()


@each_operation()
def test_every_operation_has_a_summary_and_a_capability(operation):
    assert operation["summary"]
    assert len(operation["tags"]) == 1


@each_operation()
def test_every_operation_has_an_example(operation):
    shown = [each for _, each in contents(operation) if each["schema"].get("format") != "binary"]
    assert not shown or any(each.get("examples") for each in shown)


@each_operation()
def test_everything_that_goes_in_or_comes_out_is_typed(operation):
    for media_type, content in contents(operation):
        schema = content["schema"]
        assert schema.keys() & {"$ref", "type", "oneOf", "allOf", "anyOf"}, media_type
        is_shapeless = schema.get("type") == "object" and not schema.get("properties")
        assert not is_shapeless, media_type


@each_operation()
def test_every_operation_says_how_it_can_fail(operation):
    assert {"429", "500", "503"} <= set(operation["responses"])
    for status, response in operation["responses"].items():
        if status >= "4" and "$ref" not in response:
            schema = response["content"]["application/json"]["schema"]
            assert schema == {"$ref": "#/components/schemas/Error"}, status


def test_the_generator_has_nothing_to_complain_of():
    call_command("spectacular", file="/dev/null", fail_on_warn=True, validate=True)


def test_the_versioned_routes_are_served_and_not_told_twice():
    assert not [path for path in schema_in("en")["paths"] if path.startswith("/api/v1/")]
    assert Client().get("/api/v1/schema/").status_code == 200


def test_a_handler_names_the_refusals_of_its_action():
    class Closed(errors.Denied):
        code = "CLOSED"

    @may_raise(Closed, errors.Conflict)
    def post(self, request): ...

    assert post.may_raise == (Closed, errors.Conflict)


@pytest.mark.parametrize(
    ("asked", "read"),
    [
        ({}, json.loads),
        ({"headers": {"Accept": "application/json"}}, json.loads),
        ({"headers": {"Accept": "application/vnd.oai.openapi"}}, yaml.safe_load),
        ({"query_params": {"format": "json"}}, json.loads),
        ({"query_params": {"format": "yaml"}}, yaml.safe_load),
    ],
)
def test_the_schema_is_served_in_both_forms(asked, read):
    answer = Client().get("/api/schema/", **asked)
    assert answer.status_code == 200
    assert read(answer.content)["openapi"].startswith("3.")
    assert Client().get("/api/schema/", headers={"If-None-Match": answer["ETag"]}).status_code in {
        200,
        304,
    }


@pytest.mark.parametrize("path", ["/api/docs/", "/api/redoc/"])
def test_the_readers_of_the_schema_come_from_us_alone(path):
    answer = Client().get(path)
    page = answer.content.decode()
    assert answer.status_code == 200
    assert 'data-schema="/api/schema/"' in page
    assert "http://" not in page
    assert "https://" not in page
    assert "<style" not in page
    assert "unsafe-eval" not in answer["Content-Security-Policy"]


def test_every_code_of_ours_is_explained_to_client_authors(pytestconfig):
    told = (pytestconfig.rootpath / "docs" / "api.md").read_text()
    kinds = [each for each in vars(errors).values() if isinstance(each, type)]
    for kind in kinds:
        if issubclass(kind, errors.DomainError):
            assert f"`{kind.code}`" in told


# Requests that are made up from the schema, sensible ones and others.


def no_fault_of_ours(_context: Any, answer: Any, _case: Any) -> None:
    """A 503 is an answer that the schema knows: what stands behind is away, or not set up."""
    assert answer.status_code != 500


CHECKS: list[CheckFunction] = [
    no_fault_of_ours,
    status_code_conformance,
    content_type_conformance,
    response_schema_conformance,
]
FEW = hypothesis_settings(
    max_examples=6,
    deadline=None,
    phases=[Phase.explicit, Phase.generate],
    suppress_health_check=list(HealthCheck),
    derandomize=True,
    database=None,
)


@pytest.fixture
def ways_in(client_of, student):
    client = client_of(student)
    client.get("/api/docs/")
    cookies = {name: morsel.value for name, morsel in client.cookies.items()}
    session = "; ".join(f"{name}={value}" for name, value in cookies.items())
    return {
        "nobody": {"Accept-Encoding": "identity"},
        "student": {
            "Accept-Encoding": "identity",
            "Cookie": session,
            "X-CSRFToken": cookies["csrftoken"],
        },
    }


@cache
def schema_over_wsgi() -> BaseSchema:
    """Read once: with each reading, the constants of all our code are gathered anew."""
    return schemathesis.openapi.from_wsgi("/api/schema/", get_wsgi_application())


@pytest.fixture
def schema(db):
    """Outside of Django's test client, each request would end the test's own transaction."""
    for signal in (request_started, request_finished):
        signal.disconnect(close_old_connections)
    yield schema_over_wsgi()
    for signal in (request_started, request_finished):
        signal.connect(close_old_connections)


def can_be_sent_wrongly(operation: APIOperation) -> bool:
    """Not where nothing is taken, or any word will do, and from anybody."""
    told = operation.definition.raw
    is_open = {} in told.get("security", [])
    takes_any_word = all(
        each["in"] == "path" and each["schema"] == {"type": "string"}
        for each in told.get("parameters", [])
    )
    return bool(operation.body) or not (is_open and takes_any_word)


@pytest.mark.parametrize("who", ["nobody", "student"])
@pytest.mark.parametrize("name", [name for name, _ in operations()])
def test_nobody_gets_an_answer_that_the_schema_does_not_know(name, who, ways_in, schema, settings):
    settings.THROTTLE_FACTOR = 1_000_000
    method, path = name.split(" ")
    operation = schema[path][method]
    modes = list(GenerationMode) if can_be_sent_wrongly(operation) else [GenerationMode.POSITIVE]

    @given(data=st.data())
    @FEW
    def call(data):
        for mode in modes:
            case = data.draw(operation.as_strategy(mode))
            case.call_and_validate(headers=ways_in[who], checks=CHECKS)

    call()
