"""Clients that are slow, silent or many. Arguments: the application's binary and a directory."""

import re
import resource
import selectors
import socket
import sys
import threading
import time

from hostile import raise_file_limit, read_all, request, status, target

ten_thousand = min(10_000, raise_file_limit() - 500)
it = target()
# The option that freezes a connection, which Python does not name.
TCP_REPAIR = 19
LOST = 100
HONEST = request(b'{"path":"counter:read","args":{}}')


def trickle(data, pause, seconds):
    """Sends bytes one at a time until the server has enough of it; returns the status."""
    began = time.monotonic()
    with it.connect() as connection:
        connection.sendall(b"GET /version HTTP/1.1\r\nX-Slow: ")
        connection.setblocking(False)
        watch = selectors.DefaultSelector()
        watch.register(connection, selectors.EVENT_READ)
        position = 0
        while time.monotonic() - began < seconds:
            if watch.select(pause):
                connection.setblocking(True)
                return status(read_all(connection))
            connection.send(data[position : position + 1])
            position += 1
        return "still waiting"


# The other rows go on beside the two slow ones, whose time the server decides.
slow = {}


def begin(name, pause):
    def wait():
        began = time.monotonic()
        found = trickle(b"x" * 10_000, pause, 90)
        slow[name] = found, 10 < time.monotonic() - began < 60

    thread = threading.Thread(target=wait)
    thread.start()
    return thread


def open_connections():
    """How many connections the server believes to have, this one included."""
    text = it.exchange(request(path="/metrics", method="GET")).decode()
    return int(re.search(r"^hull_http_connections_open (\d+)$", text, re.MULTILINE)[1])


def until_open(is_enough, seconds):
    """Waits until the server has that many connections; returns how many it has in the end."""
    end = time.monotonic() + seconds
    while not is_enough(count := open_connections()) and time.monotonic() < end:
        time.sleep(0.1)
    return count


def why_nobody_is_lost():
    """Why this process may not lose a connection; None if it may."""
    if sys.platform != "linux":
        return "only Linux lets a connection be lost"
    with socket.socket() as tried:
        try:
            tried.setsockopt(socket.IPPROTO_TCP, TCP_REPAIR, 1)
        except OSError as error:
            return f"the system does not let a connection be lost: {error}"
    return None


def lose():
    """Half-open connections: their clients are gone in the middle of a request, without a word."""
    for number in range(LOST):
        connection = it.connect()
        connection.sendall(HONEST[: 1 + number % HONEST.index(b"\r\n\r\n")])
        # A connection under repair is closed without telling the other end.
        connection.setsockopt(socket.IPPROTO_TCP, TCP_REPAIR, 1)
        connection.close()
    return until_open(lambda count: count > LOST, 60) > LOST


reason = why_nobody_is_lost()
if reason is None:
    it.row(f"{LOST} half-open connections", lose, [True])
else:
    print(f"     left out, half-open connections: {reason}")
stopping, trickling = begin("stopping", 90), begin("trickling", 0.1)


def half_closed():
    """Connections whose client has said that it will say nothing more."""
    connections = [it.connect() for _ in range(500)]
    for number, connection in enumerate(connections):
        connection.sendall(HONEST[: number % len(HONEST)])
        connection.shutdown(socket.SHUT_WR)
    answers = {status(read_all(connection)) for connection in connections}
    for connection in connections:
        connection.close()
    return "answered or closed" if answers <= {None, 200, 400} else answers


def vanish():
    """Clients that are gone before their answer is there."""
    for _ in range(200):
        connection = it.connect()
        connection.sendall(request(b'{"path":"hostile:burn","args":{"steps":200000,"number":1}}'))
        # Closing with a linger time of zero resets the connection.
        connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, b"\1\0\0\0\0\0\0\0")
        connection.close()
    return "unread answers dropped"


def idle(count):
    """Connections that are opened, used once or never, and kept."""
    connections = [it.connect() for _ in range(count)]
    for connection in connections[:100]:
        connection.sendall(HONEST.replace(b"Connection: close\r\n", b""))
        connection.recv(65536)
    began = time.monotonic()
    served = {it.call("query", "counter:read", {})[0] for _ in range(20)}
    held = it.memory()
    took = time.monotonic() - began
    for connection in connections:
        connection.close()
    print(f"     {count} idle connections: {held:.0f} MB, 20 calls beside them in {took:.1f} s")
    return served


def slow_bodies():
    """Calls whose bodies stop half-way, as many as may be worked on at once and more."""
    data = request(b'{"path":"counter:read","args":{}}', length=10_000)
    connections = [it.connect() for _ in range(300)]
    for connection in connections:
        connection.sendall(data)
    served = it.call("query", "counter:read", {})[0]
    for connection in connections:
        connection.close()
    return served


def slow_uploads():
    """Requests to HTTP actions whose bodies do not go on: they take the places of their kind only."""
    data = request(b"begun", "/http/echo", length=10_000)
    connections = [it.connect() for _ in range(300)]
    for connection in connections:
        connection.sendall(data)
    served = it.call("query", "counter:read", {})[0], it.call("action", "counter:addTwice", {"by": 0})[0]
    for connection in connections:
        connection.close()
    return served


def slow_readers():
    """Clients that ask for much and read nothing of it."""
    connections = [it.connect() for _ in range(16)]
    for number, connection in enumerate(connections):
        body = b'{"path":"hostile:large","args":{"megabytes":8}}'
        connection.sendall(request(body))
    served = it.call("query", "counter:read", {})[0]
    for connection in connections:
        connection.close()
    return served


def no_more_files():
    """More connections than the server may have files open."""
    process = it.server.process.pid
    before = resource.prlimit(process, resource.RLIMIT_NOFILE, (150, usual[1]))
    connections = [it.connect() for _ in range(400)]
    connections[0].sendall(HONEST)
    first = status(read_all(connections[0]))
    for connection in connections:
        connection.close()
    after = it.call("query", "counter:read", {})[0]
    resource.prlimit(process, resource.RLIMIT_NOFILE, before)
    return first, after


it.row("500 half-closed connections", half_closed, ["answered or closed"])
it.row("200 clients that vanish", vanish, ["unread answers dropped"])
it.row(f"{ten_thousand} idle connections", lambda: idle(ten_thousand), [{200}], growth=256)
if hasattr(resource, "prlimit"):
    usual = resource.prlimit(it.server.process.pid, resource.RLIMIT_NOFILE)
    it.row("400 connections where 150 files may be open", no_more_files, [(200, 200)])
it.row("300 bodies that stop half-way", slow_bodies, [200])
it.row("300 requests to HTTP actions that stop half-way", slow_uploads, [(200, 200)])
it.row("16 readers of 8 MB that do not read", slow_readers, [200], growth=256)


def end(thread, name):
    thread.join()
    return slow[name]


it.row("a head that does not go on", lambda: end(stopping, "stopping"), [(408, True)])
it.row("a head that goes on a byte at a time", lambda: end(trickling, "trickling"), [(408, True)])
if reason is None:
    # A head must be there after 15 s; a client that is still there has 10 s more to read why not.
    it.row("half-open connections are let go", lambda: until_open(lambda count: count == 1, 60), [1])
it.finish()
