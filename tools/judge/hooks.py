"""What Schemathesis cannot know of these endpoints, and one check more."""

import collections
import itertools
import json
import os
import pathlib
import uuid

import jsonschema_rs
import schemathesis

KEY = "Idempotency-Key"
CALLER = "x-caller"
SECRET = "order-secret"
PROBLEM = jsonschema_rs.Draft202012Validator(
    json.loads((pathlib.Path(__file__).parent / "problem.json").read_text()), validate_formats=True
)
# What judge.py has made before, by the operation that can be asked about it; and where it wants to know what was answered.
KNOWN = json.loads(os.environ.get("JUDGE_KNOWN", "{}"))
ANSWERED = os.environ.get("JUDGE_ANSWERED")
keys = itertools.count(1)
turns = collections.Counter()
# Who may ask about an order that was placed meanwhile, by its id: the headers that say so.
owners = {}


def name_of(case):
    return case.operation.definition.raw.get("operationId")


def is_positive(case):
    return case.meta is not None and case.meta.generation.mode.is_positive


@schemathesis.hook("before_call")
def a_new_key(context, case, kwargs):
    """A key says which requests are one: a new request has a new one. Those that are to be refused for their key keep it."""
    if KEY in (case.headers or {}) and is_positive(case):
        case.headers[KEY] = str(uuid.UUID(int=next(keys)))


@schemathesis.hook("before_call")
def something_that_is_there(context, case, kwargs):
    """Ids are given by answers, and no schema knows one: every second request that is to be served is about something that is there."""
    known = KNOWN.get(name_of(case))
    if known is None or not is_positive(case):
        return
    turns[name_of(case)] += 1
    if turns[name_of(case)] % 2:
        case.path_parameters = {**(case.path_parameters or {}), **known.get("path", {})}
        case.query = {**(case.query or {}), **known.get("query", {})}
        case.headers = {**(case.headers or {}), **known.get("headers", {})}
        if isinstance(case.body, dict):
            case.body = {**case.body, **known.get("body", {})}


@schemathesis.hook("before_call")
def to_another_account(context, case, kwargs):
    """No schema can say that two fields differ: a transfer that is to be served goes to another account than it comes from."""
    if name_of(case) == "transfer" and is_positive(case) and isinstance(case.body, dict):
        if case.body.get("from") is not None and case.body.get("from") == case.body.get("to"):
            case.body = {**case.body, "to": "acc-2" if case.body["from"] != "acc-2" else "acc-1"}


@schemathesis.hook("before_call")
def whoever_it_belongs_to(context, case, kwargs):
    """Who calls is said by IAM in an account and by headers here; no schema and no link can say it. So each asks about what is theirs.

    Also with what is to be refused: it would be refused for who calls, and nothing would be known of the rest.
    """
    id = (case.path_parameters or {}).get("id")
    if name_of(case) == "list-orders":
        theirs = KNOWN[name_of(case)]["headers"]
    elif case.operation.path.startswith(("/users/{id}", "/customers/{id}")):
        theirs = {CALLER: id} if is_name(id) else {}
    else:
        theirs = owners.get(id, {}) if isinstance(id, str) and is_positive(case) else {}
    if theirs:
        case.headers = {**(case.headers or {}), **theirs}


def is_name(id):
    """Whether a header can say it."""
    return isinstance(id, str) and 0 < len(id) <= 255 and id.isascii() and id.isprintable() and id == id.strip()


@schemathesis.hook("after_call")
def whose_it_is(context, case, response):
    """An order is whose who placed it; a guest's, whose who has its secret."""
    if name_of(case) == "place-order" and response.status_code == 202:
        placed = response.json()
        owners[placed["orderId"]] = {SECRET: placed["secret"]} if "secret" in placed else {CALLER: case.headers[CALLER]}


@schemathesis.hook("after_call")
def answered(context, case, response):
    if ANSWERED:
        with open(ANSWERED, "a") as answers:
            print(name_of(case), response.status_code, file=answers)


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
