"""Clients that are slow, silent or many. Arguments: the application's binary and a directory."""

import resource
import selectors
import socket
import threading
import time

from hostile import raise_file_limit, read_all, request, status, target

ten_thousand = min(10_000, raise_file_limit() - 500)
it = target()
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


stopping, trickling = begin("stopping", 90), begin("trickling", 0.1)


def half_open():
    """Connections whose client says nothing more, not even good-bye."""
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


it.row("500 half-open connections", half_open, ["answered or closed"])
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
it.finish()
