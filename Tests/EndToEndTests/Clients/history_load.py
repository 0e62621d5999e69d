"""Runs transactions from many clients over both protocols while the server is killed and started again,
and prints what each client saw, one JSON object a line.

Arguments: the application's binary, a data directory, seconds, kills, a seed. A transaction is printed
as {"outcome", "operations", "start", "end"}, the balances of all accounts as {"balances"}. Times are
nanoseconds of the system's monotonic clock.

An answer may be lost to a blow. Without one every request must be answered, and by nothing that the
load did not ask for: anything else ends the script with a failure.
"""

import http.client
import json
import random
import signal
import sys
import threading
import time

from server import Server
from sync_client import Refused, SyncClient
from workers import Workers

BINARY, DATA = sys.argv[1:3]
SECONDS, KILLS, SEED = float(sys.argv[3]), int(sys.argv[4]), int(sys.argv[5])
HTTP_CLIENTS, SOCKET_CLIENTS = 8, 4
ACCOUNTS, BALANCE = 10, 100
KEYS = 6
PATIENCE = 120


class Unknown(Exception):
    """Nobody knows whether it happened."""


class Blows:
    """How often the server was about to be killed, and how often it was there again."""

    def __init__(self):
        self.moments = 0

    def strike(self, server):
        self.moments += 1
        server.kill()
        server.start()
        self.moments += 1

    @property
    def is_falling(self):
        return self.moments % 2 == 1


class HTTPCaller:
    def __init__(self, port, blows):
        self.port = port
        self.blows = blows
        self.connection = None
        # When the connection was good for the last time.
        self.moment = blows.moments

    def call(self, kind, path, args):
        began = self.blows.moments
        try:
            if self.connection is None:
                self.connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=60)
            body = json.dumps({"path": path, "args": args, "format": "json"})
            self.connection.request("POST", f"/api/{kind}", body, {"Content-Type": "application/json"})
            answer = self.connection.getresponse()
            text = answer.read()
            if answer.getheader("Content-Length") is None:
                raise http.client.IncompleteRead(text)
        except (OSError, http.client.HTTPException) as error:
            if self.blows.moments == self.moment and not self.blows.is_falling:
                raise AssertionError(f"no answer from a server that was there: {error!r}") from error
            self.moment = self.blows.moments
            self.connection = None
            time.sleep(0.02)  # The server is being started; how long does not matter.
            raise Unknown from None
        self.moment = began
        if answer.status not in (200, 503):
            raise AssertionError(f"{path} was answered with {answer.status}: {text}")
        result = json.loads(text)
        if answer.status == 503:
            raise Refused(result)
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
        return outcome

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


def tell(record):
    with printing:
        print(json.dumps(record), flush=True)


def run(server):
    blows = Blows()
    opening = {"accounts": ACCOUNTS, "balance": BALANCE}
    HTTPCaller(server.port, blows).call("mutation", "histories:open", opening)
    began = time.monotonic()
    callers = [SocketCaller(server.port) for _ in range(SOCKET_CLIENTS)]
    callers += [HTTPCaller(server.port, blows) for _ in range(HTTP_CLIENTS)]
    workers = Workers([Worker(number, caller, began, tell).run for number, caller in enumerate(callers)])
    generator = random.Random(SEED)
    for blow in sorted(generator.uniform(0, SECONDS) for _ in range(KILLS)):
        workers.watch(began + blow - time.monotonic())
        blows.strike(server)
    workers.join(began + SECONDS + PATIENCE - time.monotonic())

    # What came of it all, read when nothing else happens: it decides about losses, so it must be known.
    last = Worker(99, HTTPCaller(server.port, blows), began, tell)
    for first in range(0, (int(SECONDS) + 60) * KEYS, KEYS):
        keys = list(range(first, first + KEYS))
        outcome = last.record(
            [{"read": key} for key in keys],
            lambda: last.caller.call("query", "histories:read", {"keys": keys}),
        )
        if outcome != "ok":
            sys.exit(f"the last read of {keys} is {outcome}")
    tell({"balances": values(last.caller.call("query", "histories:balances", {}))})


def give_up(*_):
    sys.exit("told to end")


signal.signal(signal.SIGTERM, give_up)
printing = threading.Lock()
server = Server(BINARY, DATA)
try:
    run(server)
    if (status := server.stop()) != 0:
        sys.exit(f"the server stopped with status {status}: {server.log()}")
finally:
    server.process.kill()
