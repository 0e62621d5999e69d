"""Requests that lie about themselves. Arguments: the application's binary and a directory."""

import gzip
import json

from hostile import answer, read_all, request, status, target

it = target()
HONEST = b'{"path":"counter:read","args":{}}'
SMUGGLED = b"GET /http/hello/smuggled HTTP/1.1\r\nHost: a\r\nContent-Length: 0\r\n\r\n"


# Bodies beyond limits.

def declared():
    """More than is accepted, announced: refused before it is sent."""
    with it.connect() as connection:
        connection.sendall(request(b"{", length=1 << 40))
        return status(connection.recv(65536))


def chunked(path, megabytes):
    """More than is accepted, in chunks without an end."""
    with it.connect() as connection:
        head = f"POST {path} HTTP/1.1\r\nHost: a\r\nContent-Type: application/json\r\n"
        connection.sendall(head.encode() + b"Transfer-Encoding: chunked\r\n\r\n")
        chunk = b"10000\r\n" + b"x" * 65536 + b"\r\n"
        try:
            for _ in range(megabytes * 16):
                connection.sendall(chunk)
        except OSError:
            pass
        return status(read_all(connection))


def together(count):
    """Many large bodies at once, none of which ends."""
    connections = [it.connect() for _ in range(count)]
    part = b"x" * (4 << 20)
    for connection in connections:
        connection.sendall(request(b'{"path":"' + part, length=16 << 20))
    served = it.call("query", "counter:read", {})[0]
    for connection in connections:
        connection.close()
    return served


it.row("a body announced as 1 TB", declared, [400, 413])
it.row("a call of 40 MB in chunks", lambda: chunked("/api/query", 40), [400, 413])
it.row("16 bodies of 16 MB that stop at 4 MB", lambda: together(16), [200], growth=160)

# Compression: what is compressed is not taken apart.
bomb = gzip.compress(b'{"path":"counter:read","args":{}}' + b" " * (64 << 20))
for encoding in ("gzip", "deflate", "br", "gzip, gzip"):
    field = f"Content-Encoding: {encoding}"
    it.row(f"a body of 64 MB as {len(bomb) >> 10} KB, {field}", lambda: status(it.exchange(request(bomb, fields=[field]))), [400, 415])


def bomb_at_action():
    data = it.exchange(request(bomb, "/http/echo", fields=["Content-Encoding: gzip"]))
    return status(data), len(data.partition(b"\r\n\r\n")[2]) == len(bomb)


it.row("the same to an HTTP action, which gets it as it is", bomb_at_action, [(200, True)])


# Header injection: what is repeated in a head must not begin a line of its own.

def injected(data):
    head = data.partition(b"\r\n\r\n")[0].lower()
    lines = head.replace(b"\r", b"\n").split(b"\n")
    return any(line.startswith(b"set-cookie") for line in lines) or b"\x00" in head


EVIL = ["\rSet-Cookie: a=b", "\nSet-Cookie: a=b", "\r\n Set-Cookie: a=b", "\x00Set-Cookie: a=b", "\x0bSet-Cookie: a=b"]
for evil in EVIL:
    for name in ("Origin", "Access-Control-Request-Headers", "Convex-Client", "Convex-Request-Id", "Content-Type"):
        if evil.startswith("\nSet") and name != "Origin":
            continue  # The same to a parser: a field of the request's own.
        for path, method in (("/api/query", "OPTIONS"), ("/api/query", "POST"), ("/http/echo", "POST")):
            data = it.exchange(request(HONEST, path, method, [f"{name}: x{evil}"]))
            if injected(data):
                it.checks.that(f"{name} {evil!r} is not repeated in a head", False, repr(data[:300]))
it.row(
    "a path with encoded line ends",
    lambda: injected(it.exchange(request(b"", "/http/hello/a%0d%0aSet-Cookie:%20a=b", "GET"))),
    [False],
)


def stored_type():
    """A content type that an application takes from somewhere, on the way out of the storage."""
    _, stored = it.call("action", "files:store", {"bytes": {"$bytes": "aGk="}, "contentType": "text/plain\r\nSet-Cookie: a=b"})
    if stored.get("status") != "success":
        return "refused"
    data = it.exchange(request(b"", f"/api/storage/{stored['value']}", "GET"))
    _, listed = it.call("query", "files:url", {"id": stored["value"]})
    data += it.exchange(request(b"", "/" + listed["value"].split("/", 3)[3], "GET"))
    return "repeated" if injected(data) else "left out"


it.row("a stored content type with a line end", stored_type, ["refused", "left out"])


# Smuggling: what two parsers could split in two ways is refused, or the rest is not read.

def smuggle(*fields, body=b"", version="HTTP/1.1"):
    lines = [f"POST /api/query {version}".encode(), b"Host: a", b"Content-Type: application/json"]
    lines += [field if isinstance(field, bytes) else field.encode() for field in fields]
    data = it.exchange(b"\r\n".join(lines) + b"\r\n\r\n" + body + SMUGGLED, half_close=True)
    return "smuggled" if b"smuggled" in data else status(data)


chunks = b"21\r\n" + HONEST + b"\r\n0\r\n\r\n"
assert len(HONEST) == 0x21
SHAPES = {
    "two lengths": (["Content-Length: 0", f"Content-Length: {len(SMUGGLED)}"], b""),
    "two lengths in one field": ([f"Content-Length: 0, {len(SMUGGLED)}"], b""),
    "a length and chunks": ([f"Content-Length: {len(chunks)}", "Transfer-Encoding: chunked"], chunks),
    "chunks and a length": (["Transfer-Encoding: chunked", "Content-Length: 4"], chunks),
    "chunked twice": (["Transfer-Encoding: chunked", "Transfer-Encoding: chunked"], chunks),
    "chunked, then identity": (["Transfer-Encoding: chunked, identity"], chunks),
    "an unknown coding": (["Transfer-Encoding: xchunked"], chunks),
    "a coding behind a vertical tab": ([b"Transfer-Encoding: \x0bchunked"], chunks),
    "a space before the colon": (["Transfer-Encoding : chunked", "Content-Length: 4"], chunks),
    "a folded coding": (["Transfer-Encoding:", " chunked", "Content-Length: 4"], chunks),
    "a length with a sign": (["Content-Length: +0"], b""),
    "a length in hexadecimal": (["Content-Length: 0x0"], b""),
    "a chunk length with a sign": (["Transfer-Encoding: chunked"], b"+0\r\n\r\n"),
    "a chunk length in another notation": (["Transfer-Encoding: chunked"], b"0x0\r\n\r\n"),
    "a chunk length beyond every integer": (["Transfer-Encoding: chunked"], b"fffffffffffffffffff\r\n"),
    "a chunk longer than it says": (["Transfer-Encoding: chunked"], b"1\r\n" + HONEST + b"\r\n0\r\n\r\n"),
    "bare line feeds": ([b"Content-Length: 0\n\n"], b""),
    "a field name with a null": ([b"Content\x00-Length: 0"], b""),
    "a field without a colon": (["Content-Length"], b""),
}
for what, (fields, body) in SHAPES.items():
    it.row(what, lambda: smuggle(*fields, body=body), [400, None])
it.row("chunks in HTTP/1.0", lambda: smuggle("Transfer-Encoding: chunked", body=chunks, version="HTTP/1.0"), [200, 400, None])
it.row("a version nobody knows", lambda: smuggle("Content-Length: 0", version="HTTP/9.9"), [400, 505, None])


# Paths.
_, stored = it.call("action", "files:store", {"bytes": {"$bytes": "aGk="}, "contentType": "text/plain"})
UP = ["../", "..%2f", "%2e%2e/", "%2e%2e%2f", "..%5c", "..\\", "....//", "..%c0%af", "%252e%252e%252f", ".%00./"]
FILES = ["data.sqlite", "admin-key", "etc/passwd", "proc/self/environ"]
leaks = []
for mount in ("/api/storage/", f"/api/storage/{stored['value']}/", "/http/files/", "/", "//", "/api/"):
    for up in UP:
        for file in FILES:
            for depth in (1, 2, 8):
                data = it.exchange(request(b"", mount + up * depth + file, "GET"))
                # The application itself fails for what is no id.
                refusals = (400, 404, 500) if mount.startswith("/http/") else (400, 404)
                if status(data) not in refusals or any(
                    mark in data for mark in (b"SQLite format", b"root:", b"PATH=", b"|01")
                ):
                    leaks.append((mount + up * depth + file, status(data)))
it.row(f"{6 * len(UP) * len(FILES) * 3} paths that climb", lambda: leaks[:3], [[]])
it.finish()
