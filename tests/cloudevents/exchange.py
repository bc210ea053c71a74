"""Exchanges events with the official CloudEvents SDK.

  exchange.py read < EVENT     what the SDK makes of a structured-mode event: attributes, and data
  exchange.py pass < EVENT     the event, read and written again by the SDK
  exchange.py make < EVENT     an event that the SDK makes of {"attributes": ..., "data": ...}
"""

import json
import sys

from cloudevents.core.bindings.http import HTTPMessage, from_http_event, to_structured_event
from cloudevents.core.v1.event import CloudEvent


def read(body: bytes) -> CloudEvent:
    return from_http_event(HTTPMessage({"content-type": "application/cloudevents+json"}, body))


def main() -> None:
    command, given = sys.argv[1], sys.stdin.buffer.read()
    if command == "read":
        event = read(given)
        attributes = {**event.get_attributes(), "time": event.get_time().isoformat()}
        json.dump({"attributes": attributes, "data": event.get_data()}, sys.stdout)
    elif command == "pass":
        sys.stdout.buffer.write(to_structured_event(read(given)).body)
    elif command == "make":
        asked = json.loads(given)
        sys.stdout.buffer.write(to_structured_event(CloudEvent(asked["attributes"], asked["data"])).body)
    else:
        sys.exit(f"unknown command: {command}\n{__doc__}")


if __name__ == "__main__":
    main()
