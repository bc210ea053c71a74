"""Starts LocalStack on loopback: 4.14.0 ignores the IPv4 address that it is told to listen on, and takes all of them."""

import sys

from twisted.internet import endpoints


class Loopback(endpoints.TCP4ServerEndpoint):
    def __init__(self, reactor, port, backlog=50, interface="127.0.0.1"):
        super().__init__(reactor, port, backlog, interface)


endpoints.TCP4ServerEndpoint = Loopback
sys.argv = sys.argv[:1]  # the argument is the state folder: it tells this server's processes from others in `ps`

from localstack.runtime.main import main  # noqa: E402

main()
