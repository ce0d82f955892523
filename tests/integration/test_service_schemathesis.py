"""What the description of the service allows, and what it does not, is answered as it says."""

import pytest
import schemathesis
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st
from schemathesis.checks import not_a_server_error
from schemathesis.specs.openapi.checks import response_schema_conformance, status_code_conformance

from service import Browser

pytestmark = pytest.mark.integration
CHECKS = [not_a_server_error, status_code_conformance, response_schema_conformance]
ENDS_THE_SESSION = {("DELETE", "/api/session"), ("POST", "/api/password")}
KNOWN = {"plan_id": "main", "layer": "cells", "item_id": "c0000", "name": "cells", "user_id": "own"}
EXAMPLES = 4


def failures(schema, headers):
    """Return what is wrong with the answers to a few calls of every operation."""
    found = {}
    for one in schema.get_all_operations():
        operation = one.ok()
        label = operation.label
        if (operation.method.upper(), operation.path) in ENDS_THE_SESSION:
            continue
        if operation.path.endswith("/events"):
            continue
        calls = st.one_of(
            operation.as_strategy(generation_mode=mode) for mode in schemathesis.GenerationMode
        )

        @given(case=calls)
        @settings(
            max_examples=EXAMPLES,
            derandomize=True,
            database=None,
            deadline=None,
            phases=[Phase.generate],
            suppress_health_check=list(HealthCheck),
        )
        def call(case):
            there = {name: KNOWN[name] for name in case.path_parameters if name in KNOWN}
            case.path_parameters = {**case.path_parameters, **there}
            case.call_and_validate(headers=headers, checks=CHECKS)

        try:
            call()
        except Exception as error:  # noqa: BLE001  (a fault of the service may be of any kind)
            found[label] = str(error)
    return found


@pytest.mark.parametrize("place", ["file"], indirect=True)
@pytest.mark.parametrize("who", ["admin", None])
def test_every_operation_answers_as_described(app, who):
    schema = schemathesis.openapi.from_asgi("/api/openapi.json", app)
    browser = Browser(app, who)
    cookies = "; ".join(f"{name}={value}" for name, value in browser.cookies.items())
    headers = {"Cookie": cookies, "X-CSRF-Token": browser.csrf} if who else {}
    assert failures(schema, headers) == {}


@pytest.mark.parametrize("place", ["file"], indirect=True)
def test_every_body_that_is_sent_is_shown_by_an_example(app):
    told = app.openapi()
    forms = told["components"]["schemas"]

    def shown(form):
        form = forms[form["$ref"].rsplit("/", 1)[-1]] if "$ref" in form else form
        each = form.get("properties", {})
        return {"example", "examples", "oneOf"} & set(form) or all(
            {"examples", "default"} & set(each[name]) for name in form.get("required", each)
        )

    bodies = {
        (method, path, kind): body
        for path, operations in told["paths"].items()
        for method, operation in operations.items()
        for kind, body in operation.get("requestBody", {}).get("content", {}).items()
        if kind != "application/octet-stream"  # any file
    }
    assert len(bodies) > 30
    assert [
        name
        for name, body in bodies.items()
        if not {"example", "examples"} & set(body) and not shown(body["schema"])
    ] == []
