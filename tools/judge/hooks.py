"""What Schemathesis cannot know of these endpoints, and one check more."""

import itertools
import json
import pathlib
import uuid

import jsonschema_rs
import schemathesis

KEY = "Idempotency-Key"
PROBLEM = jsonschema_rs.Draft202012Validator(
    json.loads((pathlib.Path(__file__).parent / "problem.json").read_text()), validate_formats=True
)
keys = itertools.count(1)


@schemathesis.hook("before_call")
def a_new_key(context, case, kwargs):
    """A key says which requests are one: a new request has a new one. Those that are to be refused for their key keep it."""
    if KEY in (case.headers or {}) and case.meta and case.meta.generation.mode.is_positive:
        case.headers[KEY] = str(uuid.UUID(int=next(keys)))


@schemathesis.hook("before_call")
def somebody_calls(context, case, kwargs):
    """Whose orders are listed is said by the query, or else by who calls: IAM in an account, this header in a local run."""
    if case.operation.definition.raw.get("operationId") == "list-orders" and "user" not in (case.query or {}):
        case.headers = {**(case.headers or {}), "x-caller": "usr-judge"}


@schemathesis.check
def problem_details(ctx, response, case):
    """A refusal with a body is problem details (RFC 9457), of its own status."""
    if response.status_code < 400 or case.operation.method.upper() == "HEAD" or response.request.method == "HEAD":
        return
    content_type = (response.headers.get("content-type") or [""])[0]
    assert content_type == "application/problem+json", f"a refusal is {content_type or 'without a type'}"
    problem = response.json()
    faults = [error.message for error in PROBLEM.iter_errors(problem)]
    assert not faults, f"no problem details: {faults}"
    assert problem["status"] == response.status_code, f"{problem['status']} says a {response.status_code}"
