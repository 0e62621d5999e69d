"""Runs transactions from many clients over both protocols while the server is killed and started again,
and prints what each client saw, one JSON object a line.

Arguments: the application's binary, a data directory, seconds, kills, a seed. A transaction is printed
as {"outcome", "operations", "start", "end"}, the balances of all accounts as {"balances"}. Times are
nanoseconds of the system's monotonic clock.
"""

import http.client
import json
import random
import sys
import threading
import time

from server import Server
from sync_client import Refused, SyncClient

BINARY, DATA = sys.argv[1:3]
SECONDS, KILLS, SEED = float(sys.argv[3]), int(sys.argv[4]), int(sys.argv[5])
HTTP_CLIENTS, SOCKET_CLIENTS = 8, 4
ACCOUNTS, BALANCE = 10, 100
KEYS = 6


class Unknown(Exception):
    """Nobody knows whether it happened."""


class HTTPCaller:
    def __init__(self, port):
        self.port = port
        self.connection = None

    def call(self, kind, path, args):
        try:
            if self.connection is None:
                self.connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=60)
            body = json.dumps({"path": path, "args": args, "format": "json"})
            self.connection.request("POST", f"/api/{kind}", body, {"Content-Type": "application/json"})
            answer = self.connection.getresponse()
            result = json.loads(answer.read())
        except (OSError, http.client.HTTPException, ValueError):
            self.connection = None
            time.sleep(0.02)  # The server is being started; how long does not matter.
            raise Unknown from None
        if answer.status == 503:
            raise Refused(result)
        if answer.status != 200:
            raise Unknown
        if result["status"] != "success":
            raise Refused(result)
        return result["value"]


class SocketCaller:
    """Connects anew and sends again by itself, so that all is known in the end."""

    def __init__(self, port):
        self.client = SyncClient(port)

    def call(self, kind, path, args):
        return (self.client.query if kind == "query" else self.client.mutation)(path, args)


def values(list_):
    return [int(value) for value in list_]


class Worker:
    def __init__(self, number, caller, began, write):
        self.number = number
        self.caller = caller
        self.random = random.Random(f"{SEED} {number}")
        self.began = began
        self.write = write
        self.count = 0

    def run(self):
        while time.monotonic() < self.began + SECONDS:
            self.random.choices([self.transact, self.read, self.transfer, self.balances], [6, 2, 2, 1])[0]()

    def key(self):
        # New lists now and then, so that none becomes long.
        return int(time.monotonic() - self.began) * KEYS + self.random.randrange(KEYS)

    def record(self, operations, call):
        start = time.monotonic_ns()
        try:
            results = call()
            outcome = "ok"
        except Refused:
            results, outcome = [None] * len(operations), "fail"
        except Unknown:
            results, outcome = [None] * len(operations), "unknown"
        end = time.monotonic_ns()
        for operation, result in zip(operations, results):
            if "read" in operation and result is not None:
                operation["values"] = values(result)
        self.write({"outcome": outcome, "operations": operations, "start": start, "end": end})

    def transact(self):
        operations = []
        for _ in range(self.random.randint(1, 4)):
            if self.random.random() < 0.5:
                self.count += 1
                operations.append({"append": self.key(), "value": self.number * 10_000_000 + self.count})
            else:
                operations.append({"read": self.key()})
        asked = [dict(operation) for operation in operations]
        if self.random.random() < 0.1:
            asked.append({"fail": True})
        self.record(
            operations,
            lambda: self.caller.call("mutation", "histories:transact", {"operations": asked}),
        )

    def read(self):
        keys = [self.key() for _ in range(self.random.randint(1, 4))]
        self.record(
            [{"read": key} for key in keys],
            lambda: self.caller.call("query", "histories:read", {"keys": keys}),
        )

    def transfer(self):
        first, second = self.random.sample(range(ACCOUNTS), 2)
        try:
            self.caller.call(
                "mutation",
                "histories:transfer",
                {"from": first, "to": second, "amount": self.random.randint(1, 30)},
            )
        except (Unknown, Refused):
            pass  # Whatever became of it, the sum stays.

    def balances(self):
        try:
            self.write({"balances": values(self.caller.call("query", "histories:balances", {}))})
        except (Unknown, Refused):
            pass


server = Server(BINARY, DATA)
HTTPCaller(server.port).call("mutation", "histories:open", {"accounts": ACCOUNTS, "balance": BALANCE})
printing = threading.Lock()


def write_record(record):
    with printing:
        print(json.dumps(record), flush=True)


began = time.monotonic()
callers = [SocketCaller(server.port) for _ in range(SOCKET_CLIENTS)]
callers += [HTTPCaller(server.port) for _ in range(HTTP_CLIENTS)]
threads = [
    threading.Thread(target=Worker(number, caller, began, write_record).run)
    for number, caller in enumerate(callers)
]
for thread in threads:
    thread.start()

generator = random.Random(SEED)
for blow in sorted(generator.uniform(0, SECONDS) for _ in range(KILLS)):
    time.sleep(max(0, began + blow - time.monotonic()))
    server.kill()
    server.start()
for thread in threads:
    thread.join()

# What came of it all, read when nothing else happens.
last = Worker(99, HTTPCaller(server.port), began, write_record)
for first in range(0, (int(SECONDS) + 60) * KEYS, KEYS):
    keys = list(range(first, first + KEYS))
    last.record(
        [{"read": key} for key in keys],
        lambda: last.caller.call("query", "histories:read", {"keys": keys}),
    )
last.balances()
sys.exit(server.stop())
