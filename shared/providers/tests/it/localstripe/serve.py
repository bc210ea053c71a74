"""localstripe on a free port of loopback, in memory, until standard input ends. By itself it listens everywhere and writes to /tmp."""

import os
import socket
import sys
import threading

from aiohttp import web
from localstripe.resources import store
from localstripe.server import app


def end_with_the_test():
    sys.stdin.read()
    os._exit(0)


store.dump_to_disk = lambda: None
listener = socket.create_server(("127.0.0.1", 0))
print(listener.getsockname()[1], flush=True)
threading.Thread(target=end_with_the_test, daemon=True).start()
web.run_app(app, sock=listener, print=None)
