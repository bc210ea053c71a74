"""Faults in AWS's answers to functions: what a handler meets when a service has a bad day.

A share of the calls to DynamoDB, SES and SQS fails, in every request that the SDK makes for the call, so that the handler
sees the failure and not only the SDK. Half of those are refused before anything happened (an internal error, or
throttling); of the other half the answer is lost: each request is carried out, and then answered with an internal error.

Only requests with the temporary credentials of a function's role fail, so a test looks on undisturbed with the keys of the
root user. Functions on a stream are spared: here they run on the thread that polls every queue, which their waiting would
stop. The fates of calls are drawn from a seed, in the order in which the calls come.
"""

import json
import random
import re
from dataclasses import asdict, dataclass

from ministack.core.iam_evaluator import resolve_caller_identity
from ministack.services import lambda_svc

SHOWN = "/_ministack/faults"
# "AWS4-HMAC-SHA256 Credential=<key>/<date>/<region>/<service>/aws4_request, ..."; temporary keys begin with ASIA.
SIGNED = re.compile(r"Credential=(?P<key>ASIA\w+)/\d+/[\w-]+/(?P<service>\w+)/")
JSON = "application/x-amz-json-1.0"
# How each service says that it is not well, and that there is too much of us.
ANSWERS = {
    "dynamodb": ((500, "InternalServerError"), (400, "ThrottlingException")),
    "ses": ((500, "InternalServiceErrorException"), (429, "TooManyRequestsException")),
    "sqs": ((500, "InternalFailure"), (403, "RequestThrottled")),
}


@dataclass
class Fault:
    """What became of a call of a function. `requests` is how often the SDK tried it."""

    fate: str
    answer: tuple[int, str]
    function: str
    service: str
    action: str
    request: str
    requests: int = 0


class Faults:
    """An ASGI application before the emulator's own."""

    def __init__(self, emulator, share: float, seed: int) -> None:
        self._emulator, self._share, self._seed = emulator, share, seed
        self._random = random.Random(seed)
        # By the SDK's invocation id, which is the same in all requests of one call. None: it is let through.
        self._calls: dict[str, Fault | None] = {}

    async def __call__(self, scope, receive, send) -> None:
        if scope["type"] == "http" and scope["path"] == SHOWN:
            return await answer(send, 200, json.dumps(self.seen()).encode())
        call = call_of_a_function(scope)
        if call is None:
            return await self._emulator(scope, receive, send)
        body = await read(receive)
        if body is None:
            return
        fault = self._fate(scope, body, *call)
        if fault is None:
            return await self._emulator(scope, again(body, receive), send)
        fault.requests += 1
        if fault.fate == "lost":
            await self._emulator(scope, again(body, receive), nobody)
        await refuse(send, *fault.answer)

    def seen(self) -> dict:
        """What a test asks for: how many calls there were, and those that failed."""
        faults = [asdict(fault) for fault in self._calls.values() if fault]
        return {"seed": self._seed, "calls": len(self._calls), "faults": faults}

    def _fate(self, scope, body: bytes, function: str, service: str) -> Fault | None:
        call = header(scope, b"amz-sdk-invocation-id")
        if call not in self._calls:
            drawn = self._draw(service)
            action = header(scope, b"x-amz-target").rpartition(".")[2] or scope["path"]
            self._calls[call] = drawn and Fault(*drawn, function, service, action, body.decode())
        return self._calls[call]

    def _draw(self, service: str) -> tuple[str, tuple[int, str]] | None:
        # Three numbers for every call, so that one call's fate does not move the fates of the others.
        chosen, lost, throttled = (self._random.random() for _ in range(3))
        internal, throttling = ANSWERS[service]
        if chosen >= self._share:
            return None
        if lost < 0.5:
            return "lost", internal
        return "refused", throttling if throttled < 0.5 else internal


def call_of_a_function(scope) -> tuple[str, str] | None:
    """Which function calls which service; none where the request is not one that may fail."""
    signed = scope["type"] == "http" and header(scope, b"amz-sdk-invocation-id") and SIGNED.search(header(scope, b"authorization"))
    if not signed or signed["service"] not in ANSWERS:
        return None
    caller = resolve_caller_identity(signed["key"])
    function = caller["userArn"].rpartition("/")[2] if caller else ""
    return (function, signed["service"]) if fed_by_a_queue(function) else None


def fed_by_a_queue(function: str) -> bool:
    return any(
        ":sqs:" in mapping.get("EventSourceArn", "") and mapping.get("FunctionName") == function
        for _, _, mapping in lambda_svc._iter_all_esms()
    )


def header(scope, name: bytes) -> str:
    return dict(scope["headers"]).get(name, b"").decode("latin-1")


async def read(receive) -> bytes | None:
    """The whole body; none if the client is gone before it was sent."""
    body, more = b"", True
    while more:
        message = await receive()
        if message["type"] == "http.disconnect":
            return None
        body += message.get("body", b"")
        more = message.get("more_body", False)
    return body


def again(body: bytes, receive):
    """Gives the body that was read already, and then whatever comes."""
    given = False

    async def replay():
        nonlocal given
        if given:
            return await receive()
        given = True
        return {"type": "http.request", "body": body, "more_body": False}

    return replay


async def nobody(_message) -> None:
    """Takes an answer that is lost."""


async def refuse(send, status: int, error: str) -> None:
    body = json.dumps({"__type": error, "message": "A fault that this emulator was asked to make."}).encode()
    await answer(send, status, body, (b"x-amzn-errortype", error.encode()))


async def answer(send, status: int, body: bytes, *headers: tuple[bytes, bytes]) -> None:
    headers = [(b"content-type", JSON.encode()), (b"content-length", str(len(body)).encode()), *headers]
    await send({"type": "http.response.start", "status": status, "headers": headers})
    await send({"type": "http.response.body", "body": body})
