"""The outside world of the emulated system: providers that take what the deployed functions send, and tell what they were told.

They answer under /_outside on the emulator's own port: Stripe (charges, refunds, customers; keys are kept as Stripe keeps them), Slack, and
signed webhooks (CRM, affiliates, warehouse; a wrong signature is refused). `GET /_outside/calls` tells every call, oldest first;
`PUT /_outside/fail/crm` with `1` makes a provider answer 503 until told otherwise.
"""

import base64
import hashlib
import hmac
import json
import time
from urllib.parse import parse_qsl

KEY = "whsec_" + base64.b64encode(b"the emulator's webhook signing key").decode()
STRIPE_KEY = "sk_test_emulator"
WEBHOOKS = ("crm", "affiliates", "warehouse")
PREFIX = "/_outside/"


def secrets(endpoint: str) -> dict[str, dict[str, str]]:
    """What each provider's secret holds, by the secret's name."""
    url = endpoint + PREFIX
    return {
        "stripe": {"key": STRIPE_KEY, "url": url + "stripe"},
        "slack": {"url": url + "slack"},
        **{name: {"url": url + name, "key": KEY} for name in WEBHOOKS},
    }


class Outside:
    """Stands before the emulator and takes what is for the outside world."""

    def __init__(self, emulator):
        self.emulator = emulator
        self.calls = []
        self.failing = set()
        self.kept = {}

    async def __call__(self, scope, receive, send):
        if scope["type"] != "http" or not scope["path"].startswith(PREFIX):
            return await self.emulator(scope, receive, send)
        body = b""
        while True:
            message = await receive()
            body += message.get("body", b"")
            if not message.get("more_body"):
                break
        headers = {name.decode().lower(): value.decode() for name, value in scope["headers"]}
        status, answer = self.answer(scope["method"], scope["path"].removeprefix(PREFIX), headers, body)
        text = answer if isinstance(answer, str) else json.dumps(answer)
        kind = b"text/plain" if isinstance(answer, str) else b"application/json"
        start = {"type": "http.response.start", "status": status, "headers": [(b"content-type", kind), (b"retry-after", b"1")][: 1 + (status == 503)]}
        await send(start)
        await send({"type": "http.response.body", "body": text.encode()})

    def answer(self, method, path, headers, body):
        provider, _, rest = path.partition("/")
        if (method, path) == ("GET", "calls"):
            return 200, self.calls
        if (method, provider) == ("PUT", "fail"):
            (self.failing.add if float(body or b"1") else self.failing.discard)(rest)
            return 200, sorted(self.failing)
        call = {"at": time.time(), "provider": provider, "path": rest, "key": headers.get("idempotency-key") or headers.get("webhook-id")}
        self.calls.append(call)
        if provider in self.failing:
            call["status"], answer = 503, {"error": "made to fail"}
        else:
            call["status"], answer = self.served(provider, rest, headers, body, call)
        return call["status"], answer

    def served(self, provider, path, headers, body, call):
        if provider == "stripe":
            return self.stripe(path, headers, body, call)
        if provider not in ("slack", *WEBHOOKS):
            return 404, {"error": f"there is no {provider}"}
        if provider in WEBHOOKS and not signed(headers, body):
            return 401, {"error": "the signature is wrong or missing"}
        call["body"] = json.loads(body)
        if provider == "warehouse" and call["body"]["type"] == "parcel.requested":
            call["answer"] = {"carrier": "DHL", "tracking": "JD" + hashlib.sha256(call["key"].encode()).hexdigest()[:18].upper()}
            return 200, call["answer"]
        return 200, "ok"

    def stripe(self, path, headers, body, call):
        if headers.get("authorization") not in (f"Bearer {STRIPE_KEY}", basic(STRIPE_KEY)):
            return 401, error("invalid_request_error", "Invalid API Key provided")
        call["body"] = dict(parse_qsl(body.decode(), keep_blank_values=True))
        asked = (path, tuple(sorted(call["body"].items())))
        if call["key"] in self.kept and self.kept[call["key"]][0] != asked:
            return 400, error("idempotency_error", "Keys for idempotent requests can only be used with the same parameters")
        if call["key"] not in self.kept:
            self.kept[call["key"]] = (asked, self.did(path, call["body"], len(self.kept)))
        call["replayed"] = any(other is not call and other.get("key") == call["key"] for other in self.calls)
        return self.kept[call["key"]][1]

    def did(self, path, form, number):
        if path == "v1/charges":
            declines = {"tok_chargeDeclined": "generic_decline", "tok_chargeDeclinedInsufficientFunds": "insufficient_funds"}
            if code := declines.get(form.get("source", "")):
                return 402, error("card_error", "Your card was declined.", code="card_declined", decline_code=code)
            charge = {"id": f"ch_emulator{number:08}", "object": "charge", "status": "succeeded", "paid": True, "captured": True}
            return 200, {**charge, "amount": int(form["amount"]), "currency": form["currency"]}
        if path == "v1/refunds":
            return 200, {"id": f"re_emulator{number:08}", "object": "refund", "status": "succeeded", "charge": form["charge"]}
        if path == "v1/customers":
            return 200, {"id": f"cus_emulator{number:08}", "object": "customer", "email": form.get("email")}
        return 404, error("invalid_request_error", f"Unrecognized request URL ({path})")


def error(kind, message, **more):
    return {"error": {"type": kind, "message": message, **more}}


def basic(key):
    return "Basic " + base64.b64encode(f"{key}:".encode()).decode()


def signed(headers, body):
    """As the specification of Standard Webhooks says."""
    names = ("webhook-id", "webhook-timestamp", "webhook-signature")
    if any(name not in headers for name in names):
        return False
    id, at, signatures = (headers[name] for name in names)
    if abs(time.time() - float(at)) > 300:
        return False
    expected = hmac.digest(base64.b64decode(KEY.removeprefix("whsec_")), f"{id}.{at}.".encode() + body, "sha256")
    return f"v1,{base64.b64encode(expected).decode()}" in signatures.split()
