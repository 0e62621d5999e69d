"""Lives on a WebSocket: the official Python client, whose core is the Rust client, against the real
binary.

Arguments: the binary of the conformance application and a data directory.
"""

import signal
import sys

from convex import ConvexClient, ConvexError, ConvexInt64
from convex.http_client import ConvexHttpClient

from checks import Checks
from provider import Key, Provider
from server import Server

check = Checks()

# The client waits without letting Python code run, so only the system can end a wait for nothing.
signal.alarm(240)


class Live:
    """A subscription whose results are taken one by one."""

    def __init__(self, client, *query):
        self.subscription = client.subscribe(*query)
        self.iterator = iter(self.subscription)

    def next(self):
        return next(self.iterator)

    def until(self, wanted):
        """Skips results that others caused meanwhile."""
        result = self.next()
        while result != wanted:
            result = self.next()
        return result


key = Key("first")
provider = Provider(key)
server = Server(sys.argv[1], sys.argv[2], ["--audit"], provider.environment())
try:
    client = ConvexClient(server.url)
    elsewhere = ConvexHttpClient(server.url)

    check.equal("a query is answered", client.query("counter:read"), 0.0)
    total = Live(client, "counter:read")
    check.equal("a subscription begins with what is", total.next(), 0.0)
    check.equal("a change made elsewhere", elsewhere.mutation("counter:add", {"by": 2}), 2.0)
    check.equal("is seen here", total.next(), 2.0)
    check.equal("a mutation of one's own is answered", client.mutation("counter:add", {"by": 3}), 5.0)
    check.equal("and seen", total.next(), 5.0)

    error = check.raises(
        "a refusal is an error with its data",
        ConvexError,
        "",
        lambda: client.mutation("counter:refuse", {"data": {"code": "FULL", "left": ConvexInt64(0)}}),
    )
    check.equal("as the function gave it", error.data, {"code": "FULL", "left": ConvexInt64(0)})
    check.raises("a failure is an error", Exception, "Server Error", lambda: client.mutation("counter:lie"))
    check.equal("of which nothing is left", client.query("counter:read"), 5.0)
    check.equal("an action is answered", client.action("counter:addTwice", {"by": 1}), 7.0)
    check.equal("and what it did is seen", total.until(7.0), 7.0)

    check.raises("a function that does not exist", Exception, "Could not find public function", lambda: client.query("counter:nothing"))
    check.raises("an internal function", Exception, "Could not find public function", lambda: client.query("counter:secret"))
    failing = Live(client, "counter:fail")
    check.raises("a failing query says so", Exception, "Server Error", failing.next)
    check.raises("arguments are checked", Exception, "ArgumentValidationError", lambda: client.mutation("counter:add", {"by": "x"}))

    values = {"bytes": b"\x00\xff", "int64": ConvexInt64(2**63 - 1), "infinity": float("inf"), "text": "日本語 🐶", "list": [None, True, 1.5]}
    check.equal("values come back", client.query("values:echo", {"value": values}), dict(sorted(values.items())))
    stored = client.mutation("values:store", {"value": values})
    check.equal("and from the store", client.query("values:load", {"id": stored}), dict(sorted(values.items())))

    second = Live(client, "counter:read", {})
    check.equal("the same question again", second.next(), 7.0)
    second.subscription.unsubscribe()
    check.equal("one subscription may end", elsewhere.mutation("counter:add", {"by": 1}), 8.0)
    check.equal("and the other goes on", total.until(8.0), 8.0)

    me = Live(client, "people:me")
    check.equal("a client is nobody at first", me.next(), None)
    client.set_auth(key.sign(provider.claims(name="Ani Wijaya")))
    check.equal("with a token it is someone", me.next()["name"], "Ani Wijaya")
    check.equal("in its queries, too", client.query("people:me")["subject"], "ani")
    client.set_auth(key.sign(provider.claims(sub="budi")))
    check.equal("with another it is someone else", me.next()["subject"], "budi")
    client.set_auth(None)
    check.equal("and without it is nobody again", me.next(), None)

    # Twenty clients at once: each sees its own and all others' mutations.
    clients = [ConvexClient(server.url) for _ in range(20)]
    lives = [Live(each, "counter:read") for each in clients]
    check.equal("many clients begin alike", [live.next() for live in lives], [8.0] * 20)
    for each in clients:
        each.mutation("counter:add", {"by": 1})
    check.equal("and end alike", [live.until(28.0) for live in lives], [28.0] * 20)
    check.equal("here as well", total.until(28.0), 28.0)

    # The server goes and comes back: clients connect again by themselves.
    server.restart()
    check.equal("after a restart a mutation is answered", client.mutation("counter:add", {"by": 1}), 29.0)
    check.equal("and the subscription goes on", total.until(29.0), 29.0)
    server.kill()
    server.start()
    check.equal("after a crash, too", client.mutation("counter:add", {"by": 1}), 30.0)
    check.equal("in the subscription", total.until(30.0), 30.0)
    check.equal("and for the others", [live.until(30.0) for live in lives], [30.0] * 20)
    check.that("the oracle is content", "wrong result" not in server.log(), server.log()[-2000:])
finally:
    status = server.stop()
    provider.stop()
check.equal("the server stops when told to", status, 0)
check.finish()
