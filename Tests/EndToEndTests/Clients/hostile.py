"""A server under attack: what is sent to it, what it makes of that, and whether it still serves."""

import json
import os
import resource
import socket
import subprocess
import sys

from checks import Checks
from server import Server

PATIENCE = 60


def raise_file_limit():
    """Has this process open as many sockets as the system lets it; returns how many."""
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    resource.setrlimit(resource.RLIMIT_NOFILE, (hard, hard))
    return hard


class Target:
    """A server of the conformance application, and rows of what was tried on it."""

    def __init__(self, binary, data, arguments=(), environment=None):
        self.server = Server(binary, data, arguments, environment)
        self.port = int(self.server.port)
        self.checks = Checks()
        # Once around, so that what is made at the first request is there.
        self.call("mutation", "counter:add", {"by": 1})

    def memory(self):
        """The server's own memory in MB, on Linux without the part of its file that is mapped."""
        process = self.server.process.pid
        try:
            with open(f"/proc/{process}/status") as status:
                return next(int(line.split()[1]) for line in status if line.startswith("RssAnon:")) / 1024
        except FileNotFoundError:
            return int(subprocess.check_output(["ps", "-o", "rss=", "-p", str(process)])) / 1024

    def row(self, what, attack, expected, growth=64):
        """Tries something: `attack` tells what happened, which must be among `expected`.

        Afterwards the server must answer, and its memory may have grown by `growth` MB.
        """
        before = self.memory()
        found = attack()
        after = self.memory()
        alive = self.call("query", "counter:read", {}) == (200, {"status": "success", "value": 1.0})
        told = f"{what}: {found}; memory {before:.0f} → {after:.0f} MB"
        self.checks.that(
            told,
            found in expected and after - before < growth and alive,
            f"expected one of {expected}, growth below {growth} MB, still serving: {alive}",
        )

    def connect(self):
        return socket.create_connection(("127.0.0.1", self.port), timeout=PATIENCE)

    def exchange(self, data, half_close=False):
        """Sends bytes on a connection of their own; returns everything that came back."""
        with self.connect() as connection:
            try:
                connection.sendall(data)
                if half_close:
                    connection.shutdown(socket.SHUT_WR)
            except OSError:
                pass  # Refused before all of it was sent, which is an answer.
            return read_all(connection)

    def call(self, kind, path, args, fields=()):
        """Calls a function; returns the status and the answer."""
        body = json.dumps({"path": path, "args": args}).encode()
        return answer(self.exchange(request(body, f"/api/{kind}", fields=fields)))

    def finish(self):
        self.checks.that("the server stops when told to", self.server.stop() == 0, self.server.log())
        self.checks.finish()


def request(body=b"", path="/api/query", method="POST", fields=(), length=None):
    lines = [f"{method} {path} HTTP/1.1", "Host: 127.0.0.1", "Content-Type: application/json"]
    lines += [f"Content-Length: {len(body) if length is None else length}", "Connection: close", *fields]
    return "\r\n".join(lines).encode() + b"\r\n\r\n" + body


def read_all(connection):
    received = b""
    try:
        while chunk := connection.recv(65536):
            received += chunk
    except (ConnectionError, TimeoutError) as error:
        return received or type(error).__name__.encode()
    return received


def status(data):
    return int(data.split(b" ", 2)[1]) if data.startswith(b"HTTP/1.1 ") else None


def answer(data):
    """The status and the JSON of an answer, or its text."""
    body = data.partition(b"\r\n\r\n")[2]
    try:
        return status(data), json.loads(body)
    except ValueError:
        return status(data), body


def target(environment=None, arguments=()):
    return Target(sys.argv[1], os.path.join(sys.argv[2], "data"), arguments, environment)
