"""Sends a server what no client sends: mangled, truncated, oversized and nested requests.

Usage: hostile_client.py HOST PORT SEED COUNT. Each line of output is one check; a request must be
answered by an HTTP status or a closed connection, and the next honest request must succeed.
"""

import json
import random
import socket
import sys

from checks import Checks

HOST, PORT, SEED, COUNT = sys.argv[1], int(sys.argv[2]), int(sys.argv[3]), int(sys.argv[4])
PATIENCE = 30


def request(body, path="/api/query", method="POST", headers=()):
    lines = [f"{method} {path} HTTP/1.1", f"Host: {HOST}", "Content-Type: application/json"]
    lines += [f"Content-Length: {len(body)}", "Connection: close", *headers]
    return "\r\n".join(lines).encode() + b"\r\n\r\n" + body


def call(path, args, kind="query"):
    body = json.dumps({"path": path, "args": args, "format": "json"}).encode()
    return request(body, f"/api/{kind}")


def exchange(data, half_close=False):
    """Sends bytes on a connection of their own; returns everything that came back.

    With `half_close` the server learns that nothing more will come, which ends what waits for more.
    """
    with socket.create_connection((HOST, PORT), timeout=PATIENCE) as connection:
        try:
            connection.sendall(data)
            if half_close:
                connection.shutdown(socket.SHUT_WR)
        except OSError:
            pass  # Refused before all of it was sent, which is an answer.
        received = b""
        try:
            while chunk := connection.recv(65536):
                received += chunk
        except ConnectionError:
            pass
        return received


def status(answer):
    return int(answer.split(b" ", 2)[1]) if answer.startswith(b"HTTP/1.1 ") else None


HONEST = call("master_data/customers:list", {})
VALID = [
    HONEST,
    call("master_data/customers:search", {"query": "budi"}),
    call("master_data/customers:create", {"name": "Nemo", "phone": "0812"}, "mutation"),
    request(b"", "/version", "GET"),
]


def mangled(generator):
    data = bytearray(generator.choice(VALID))
    for _ in range(generator.randint(1, 8)):
        position = generator.randrange(len(data))
        kind = generator.randrange(4)
        if kind == 0:
            data[position] = generator.randrange(256)
        elif kind == 1:
            del data[position : position + generator.randint(1, 20)]
        elif kind == 2:
            data[position:position] = generator.randbytes(generator.randint(1, 40))
        else:
            data[position:position] = data[: generator.randint(1, 60)]
        if not data:
            break
    return bytes(data)


checks = Checks()
nested = b'{"path":"master_data/customers:search","args":{"query":' + b"[" * 100_000
answers = {
    "a deeply nested body": (request(nested + b"]" * 100_000 + b"}}"), {200, 400}),
    "a body that is not JSON": (request(b"\xff\xfe{"), {400}),
    "a head that does not end": (b"GET /version HTTP/1.1\r\nX: " + b"a" * 1_000_000, {400, 431, None}),
    "a thousand header fields": (
        request(b"", "/version", "GET", [f"X-{n}: y" for n in range(1000)]),
        {400, 431},
    ),
    "a length that is no number": (request(b"{}").replace(b"Length: 2", b"Length: two"), {400}),
    "a negative length": (request(b"{}").replace(b"Length: 2", b"Length: -2"), {400}),
    "two lengths": (request(b"{}", headers=["Content-Length: 3"]), {400}),
    "a length and chunks": (request(b"{}", headers=["Transfer-Encoding: chunked"]), {400}),
    "a body of a length nobody accepts": (
        request(b"").replace(b"Length: 0", b"Length: 99999999999999999999"),
        {400, 413},
    ),
    "a method nobody knows": (request(b"", method="BREW"), {400, 404, 405, 501}),
    "a path that climbs": (request(b"", "/../../../etc/passwd", "GET"), {400, 404}),
    "a path of invalid UTF-8": (request(b"", "/api/%ff%fe", "GET"), {400, 404}),
    "an unknown format": (request(b'{"path":"a:b","args":{},"format":"xml"}'), {400}),
    "a token that is none": (request(b'{"path":"a:b","args":{}}', headers=["Authorization: Bearer x.y.z"]), {401}),
    "an upgrade to HTTP/2": (
        request(b"", "/version", "GET", ["Upgrade: h2c", "HTTP2-Settings: AAMAAABkAAQ"]),
        {200},
    ),
}
for what, (data, expected) in answers.items():
    found = status(exchange(data))
    checks.that(f"{what} is answered with {found}", found in expected, f"expected one of {expected}")

generator = random.Random(SEED)
counts = {}
for _ in range(COUNT):
    data = mangled(generator)
    found = status(exchange(data, half_close=True))
    counts[found] = counts.get(found, 0) + 1
    if found is not None and not 200 <= found < 500:
        checks.that("no request is the server's fault", False, f"{found} for {data!r}")
checks.that(f"{COUNT} mangled requests were answered: {counts}", True)

# Connections that say nothing, or half of something, keep nobody else waiting.
silent = [socket.create_connection((HOST, PORT), timeout=PATIENCE) for _ in range(200)]
for number, connection in enumerate(silent):
    connection.sendall(HONEST[: number % len(HONEST)])
checks.that("an honest request succeeds beside 200 idle ones", status(exchange(HONEST)) == 200)
for connection in silent:
    connection.close()
checks.that("an honest request succeeds afterwards", status(exchange(HONEST)) == 200)
checks.finish()
