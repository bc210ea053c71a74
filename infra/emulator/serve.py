"""Starts ministack so that it enforces the templates' permissions on this machine.

Six things stand in the way, and are put right here:

- Queues, topics and buckets refuse whoever comes without TLS, and ministack obeys them. The server listens on loopback
  only, so there is nothing to encrypt: each request is marked as a proxy that ends TLS would mark it.
- SNS and SQS let a batch pass with the permission for one message (`sns:Publish` for `PublishBatch`); ministack asks for
  actions that do not exist in an account.
- KMS checks a request that names an alias as one for the alias's key, and a policy may ask which aliases that key has
  (`kms:ResourceAliases`); ministack checks it as one for the alias, and does not know whose it is.
- ministack does not know whose mail SES is asked to send, so a permission that names its sender would never match.
- SES refuses an address that is none; ministack takes whatever it gets.
- An alarm may watch an expression; ministack refuses the template. It gets the first metric of the expression to watch.

Where `emulator up --faults` asks for it, calls of functions fail (`faults.py`). The outside world answers on the same port (`outside.py`).
"""

import json
import os
import sys

import ministack.app as ministack
from faults import Faults
from ministack.core import iam_actions
from ministack.core.responses import get_account_id, get_region
from ministack.services import kms
from ministack.services.cloudformation import provisioners
from outside import Outside

emulator = ministack.app
enforce_ses = ministack._enforce_ses_v2
alarm_record = provisioners._cw_metric_alarm_record
extract_iam_action = iam_actions.extract_iam_action
extract_resource_arn = iam_actions.extract_resource_arn
request_tag_context = iam_actions.request_tag_context


async def behind_tls(scope, receive, send):
    if scope["type"] == "http":
        scope = {**scope, "headers": [*scope["headers"], (b"x-forwarded-proto", b"https")]}
    await emulator(scope, receive, send)


def without_batch(service, *request):
    action = extract_iam_action(service, *request)
    return action.removesuffix("Batch") if action and service in ("sns", "sqs") else action


def arn_of_key(service, *request):
    arn = extract_resource_arn(service, *request)
    key = kms._resolve_key(arn) if service == "kms" and arn != "*" else None
    return key["Arn"] if key else arn


def with_aliases(service, action, body, query_params):
    context = request_tag_context(service, action, body, query_params)
    if service != "kms":
        return context
    key = kms._resolve_key(json.loads(body or b"{}").get("KeyId", ""))
    aliases = [arn.split(":", 5)[5] for arn, id in kms._aliases.items() if key and id == key["KeyId"]]
    return {**context, "kms:resourcealiases": aliases}


def enforce_sender(method, path, headers, body, query_params, request_id):
    if (method, path) != ("POST", "/v2/email/outbound-emails"):
        return enforce_ses(method, path, headers, body, query_params, request_id)
    mail = json.loads(body)
    sender = mail.get("FromEmailAddress", "")
    denied = ministack._enforce_data_plane(
        "sesv2", "ses:SendEmail", headers, query_params, request_id,
        resource_arn=f"arn:aws:ses:{get_region()}:{get_account_id()}:identity/{sender}",
        service_context={"ses:fromaddress": sender},
    )  # fmt: skip
    return denied or refuse_addresses(mail.get("Destination", {}).get("ToAddresses", []))


def refuse_addresses(addresses):
    if not any(any(letter.isspace() for letter in address) for address in addresses):
        return None
    headers = {"Content-Type": "application/json", "x-amzn-errortype": "BadRequestException"}
    return 400, headers, json.dumps({"message": "Domain contains control or whitespace"}).encode()


def on_one_metric(name, properties):
    metrics = properties.get("Metrics")
    if not metrics:
        return alarm_record(name, properties)
    first = next(metric["MetricStat"] for metric in metrics if "MetricStat" in metric)
    one = {**first["Metric"], "Period": first["Period"], "Statistic": first["Stat"]}
    return alarm_record(name, {**properties, **one, "Metrics": None})


share = float(os.environ.get("TIDINGS_FAULTS", "0"))
if share > 0:
    emulator = Faults(emulator, share, int(os.environ["TIDINGS_FAULTS_SEED"]))

ministack.app = Outside(behind_tls)
ministack._enforce_ses_v2 = enforce_sender
provisioners._cw_metric_alarm_record = on_one_metric
iam_actions.extract_iam_action = without_batch
iam_actions.extract_resource_arn = arn_of_key
iam_actions.request_tag_context = with_aliases
sys.argv = sys.argv[:1]  # the argument is the state folder: it tells this server's processes from others in `ps`
ministack.main()
