"""A client of the sync protocol that keeps its session when it connects anew, as the JavaScript client
does: a mutation whose answer was lost is sent again under its number and happens once.

The official Python client begins a new session with each connection.
"""

import base64
import json
import os
import socket
import struct
import time
import uuid


class Refused(Exception):
    """The function failed; nothing was changed."""


class Closed(Exception):
    """The connection is gone."""


class SyncClient:
    def __init__(self, port, path="/api/1.27.0/sync", patience=60):
        self.port, self.path, self.patience = port, path, patience
        self.session = str(uuid.uuid4())
        self.connections = 0
        self.requests = 0
        self.observed = 0
        self.socket = None
        self.resent = 0

    def mutation(self, path, args):
        """Runs a mutation once, however often that takes asking."""
        number = self.requests
        self.requests += 1
        message = {"type": "Mutation", "requestId": number, "udfPath": path, "args": [args]}
        answer = self.exchange(
            [message],
            lambda answer: answer["type"] == "MutationResponse" and answer["requestId"] == number,
        )
        if not answer["success"]:
            raise Refused(answer["result"])
        self.observe(answer["ts"])
        return answer["result"]

    def query(self, path, args):
        """Subscribes, takes the first result and ends the subscription."""
        while True:
            try:
                self.connect()
                query, base = self.requests, self.version
                self.requests += 1
                self.version += 2
                add = {"type": "Add", "queryId": query, "udfPath": path, "args": [args]}
                remove = {"type": "Remove", "queryId": query}
                self.modify(base, add)
                while True:
                    answer = self.receive()
                    if answer["type"] != "Transition":
                        continue
                    self.observe(answer["endVersion"]["ts"])
                    for change in answer["modifications"]:
                        if change["queryId"] == query and change["type"] != "QueryRemoved":
                            self.modify(base + 1, remove)
                            if change["type"] == "QueryFailed":
                                raise Refused(change["errorMessage"])
                            return change["value"]
            except Closed:
                self.resent += 1

    def modify(self, base, change):
        self.send({
            "type": "ModifyQuerySet",
            "baseVersion": base,
            "newVersion": base + 1,
            "modifications": [change],
        })

    def observe(self, timestamp):
        value = int.from_bytes(base64.b64decode(timestamp), "little")
        self.observed = max(self.observed, value)

    def exchange(self, messages, is_answer):
        while True:
            try:
                self.connect()
                for message in messages:
                    self.send(message)
                while True:
                    answer = self.receive()
                    if is_answer(answer):
                        return answer
            except Closed:
                self.resent += 1

    def connect(self):
        if self.socket is not None:
            return
        while True:
            try:
                self.socket = socket.create_connection(("127.0.0.1", self.port), timeout=self.patience)
                self.socket.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
                break
            except OSError:
                time.sleep(0.02)  # The server is being started; how long does not matter.
        self.buffer = b""
        key = base64.b64encode(os.urandom(16)).decode()
        lines = [f"GET {self.path} HTTP/1.1", "Host: 127.0.0.1", "Upgrade: websocket"]
        lines += ["Connection: Upgrade", "Sec-WebSocket-Version: 13", f"Sec-WebSocket-Key: {key}"]
        self.write("\r\n".join(lines).encode() + b"\r\n\r\n")
        while b"\r\n\r\n" not in self.buffer:
            self.read()
        head, self.buffer = self.buffer.split(b"\r\n\r\n", 1)
        if not head.startswith(b"HTTP/1.1 101"):
            self.lose()
        message = {
            "type": "Connect",
            "sessionId": self.session,
            "connectionCount": self.connections,
            "lastCloseReason": "InitialConnect" if self.connections == 0 else "closed with code 1006",
        }
        if self.observed:
            seen = self.observed.to_bytes(8, "little")
            message["maxObservedTimestamp"] = base64.b64encode(seen).decode()
        self.connections += 1
        self.version = 0
        self.send(message)

    def send(self, message):
        self.send_frame(1, json.dumps(message).encode())

    def send_frame(self, opcode, payload):
        mask = os.urandom(4)
        length = len(payload)
        if length < 126:
            head = struct.pack("!BB", 0x80 | opcode, 0x80 | length)
        elif length < 65536:
            head = struct.pack("!BBH", 0x80 | opcode, 0x80 | 126, length)
        else:
            head = struct.pack("!BBQ", 0x80 | opcode, 0x80 | 127, length)
        stream = (mask * (length // 4 + 1))[:length]
        masked = (int.from_bytes(payload, "big") ^ int.from_bytes(stream, "big")).to_bytes(length, "big")
        self.write(head + mask + masked)

    def receive(self):
        """The next message; pings are answered on the way."""
        while True:
            first, length = self.take(2)
            length &= 0x7F
            if length == 126:
                (length,) = struct.unpack("!H", self.take(2))
            elif length == 127:
                (length,) = struct.unpack("!Q", self.take(8))
            payload = self.take(length)
            opcode = first & 0xF
            if opcode == 1:
                message = json.loads(payload)
                if message["type"] == "FatalError":
                    raise AssertionError(f"the server gave up: {message}")
                return message
            if opcode == 8:
                self.lose()
            if opcode == 9:
                self.send_frame(10, payload)

    def take(self, count):
        while len(self.buffer) < count:
            self.read()
        taken, self.buffer = self.buffer[:count], self.buffer[count:]
        return taken

    def read(self):
        try:
            data = self.socket.recv(65536)
        except TimeoutError:
            raise AssertionError(f"nothing was said for {self.patience} s") from None
        except OSError:
            data = b""
        if not data:
            self.lose()
        self.buffer += data

    def write(self, data):
        try:
            self.socket.sendall(data)
        except OSError:
            self.lose()

    def lose(self):
        self.socket.close()
        self.socket = None
        raise Closed
