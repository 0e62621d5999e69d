"""Sends requests by the clock, whatever becomes of the earlier ones, and notes what came back.

One connection carries one request at a time; when none is free another is opened, up to a limit.
"""

import asyncio
import collections
import time


class Connection(asyncio.Protocol):
    def __init__(self, load):
        self.load = load
        self.received = b""
        self.sent = None

    def connection_made(self, transport):
        self.transport = transport

    def send(self, data):
        self.sent = time.monotonic()
        self.transport.write(data)

    def data_received(self, data):
        self.received += data
        head, separator, rest = self.received.partition(b"\r\n\r\n")
        if not separator:
            return
        lines = head.split(b"\r\n")
        fields = dict(line.lower().split(b": ", 1) for line in lines[1:])
        length = int(fields.get(b"content-length", b"0"))
        if len(rest) < length:
            return
        self.received = b""
        status = int(lines[0].split(b" ", 2)[1])
        self.load.answered(self, status, fields, rest[:length])

    def connection_lost(self, error):
        self.load.lost(self, error)


class OpenLoop:
    """Requests at a rate, in requests a second, for a time in seconds."""

    def __init__(self, host, port, request, connections):
        self.host, self.port = host, port
        self.request = request
        self.limit = connections
        self.idle = []
        self.open = 0
        self.waiting = collections.deque()
        self.number = 0
        self.answers = []
        self.dropped = 0
        self.broken = []
        self.opening = set()

    async def run(self, rate, seconds):
        loop = asyncio.get_running_loop()
        start = loop.time()
        sent = 0
        while (now := loop.time() - start) < seconds:
            due = int(now * rate)
            while sent < due:
                self.arrive()
                sent += 1
            await asyncio.sleep(0.002)
        return sent

    def arrive(self):
        self.number += 1
        if self.idle:
            self.idle.pop().send(self.request(self.number))
        elif self.open < self.limit:
            self.open += 1
            task = asyncio.ensure_future(self.connect(self.number))
            self.opening.add(task)
            task.add_done_callback(self.opening.discard)
        else:
            self.dropped += 1

    async def connect(self, number):
        loop = asyncio.get_running_loop()
        try:
            _, connection = await loop.create_connection(lambda: Connection(self), self.host, self.port)
        except OSError as error:
            self.open -= 1
            self.broken.append(f"connecting: {error}")
            return
        connection.send(self.request(number))

    def answered(self, connection, status, fields, body):
        latency = time.monotonic() - connection.sent
        connection.sent = None
        self.answers.append((status, latency, fields.get(b"retry-after"), body))
        self.idle.append(connection)

    def lost(self, connection, error):
        self.open -= 1
        if connection.sent is not None:
            waited = time.monotonic() - connection.sent
            self.broken.append(f"after {waited:.1f} s: {error}")
        elif connection in self.idle:
            self.idle.remove(connection)

    async def settle(self, seconds):
        """Waits until every request has its answer."""
        loop = asyncio.get_running_loop()
        end = loop.time() + seconds
        while (self.opening or len(self.idle) < self.open) and loop.time() < end:
            await asyncio.sleep(0.02)
        return len(self.idle) == self.open

    def close(self):
        for connection in self.idle:
            connection.transport.abort()
