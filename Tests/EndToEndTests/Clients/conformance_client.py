"""Sends every kind of value and error through the official Python client, there and back."""

import math
import sys

from convex import ConvexError, ConvexInt64
from convex.http_client import ConvexExecutionError, ConvexHttpClient

from checks import Checks

client = ConvexHttpClient(sys.argv[1])
check = Checks()


def echo(value):
    return client.query("values:echo", {"value": value})


def same(left, right):
    if type(left) is not type(right):
        return False
    if isinstance(left, float):
        return (math.isnan(left) and math.isnan(right)) or (
            left == right and math.copysign(1, left) == math.copysign(1, right)
        )
    if isinstance(left, list):
        return len(left) == len(right) and all(map(same, left, right))
    if isinstance(left, dict):
        return list(left) == list(right) and all(same(left[k], right[k]) for k in left)
    return left == right


values = {
    "null": None,
    "true": True,
    "false": False,
    "zero": 0.0,
    "minus zero": -0.0,
    "a whole float": 1.0,
    "a fraction": 0.1,
    "a large float": 1.7976931348623157e308,
    "a subnormal": 5e-324,
    "infinity": math.inf,
    "minus infinity": -math.inf,
    "nan": math.nan,
    "int64 zero": ConvexInt64(0),
    "int64 minus one": ConvexInt64(-1),
    "the least int64": ConvexInt64(-(2**63)),
    "the greatest int64": ConvexInt64(2**63 - 1),
    "empty bytes": b"",
    "all bytes": bytes(range(256)),
    "empty string": "",
    "a NUL": "a\0b",
    "quotes and escapes": "\"\\/\b\f\n\r\t\x7f\u2028",
    "unicode": "Größe 日本語 🐶👩‍👩‍👧 e\u0301",
    "the last code point": "\U0010ffff",
    "empty array": [],
    "nested arrays": [[[]], [1.0, [None, True]], "x"],
    "empty object": {},
    "an object": {"": 1.0, "A": [ConvexInt64(7)], "b c": {"d": b"\x00"}, "z": None},
}
for name, value in values.items():
    found = echo(value)
    check.that(f"{name} comes back", same(found, value), f"{found!r} is not {value!r}")

large = ["x" * 1000] * 8000
check.that("eight megabytes come back", echo(large) == large)
deep = 1.0
for _ in range(60):
    deep = [deep]
check.that("sixty levels come back", echo(deep) == deep)
for _ in range(10):
    deep = [deep]
check.raises("seventy levels are too many", ConvexExecutionError, "Value is too nested", lambda: echo(deep))
check.raises("8193 elements are too many", ConvexExecutionError, "Array length is too long (8193 > maximum length 8192)", lambda: echo([0.0] * 8193))

stored = client.mutation("values:store", {"value": values})
check.that("values survive the store", same(client.query("values:load", {"id": stored}), dict(sorted(values.items()))))
check.equal("a mutation counts", [client.mutation("counter:add", {"by": 2}) for _ in range(3)], [2.0, 4.0, 6.0])
check.equal("an action reaches the mutation", client.action("counter:addTwice", {"by": 1.0}), 8.0)
error = check.raises("an application error carries its data", ConvexError, "", lambda: client.mutation("counter:refuse", {"data": {"code": "FULL", "left": ConvexInt64(0)}}))
# This client hands the data on as it came over the wire, int64 included.
check.equal("as it was sent", error.data, {"code": "FULL", "left": {"$integer": "AAAAAAAAAAA="}})
error = check.raises("a string is data too", ConvexError, "plain", lambda: client.mutation("counter:refuse", {"data": "plain"}))
check.equal("and nothing of it was committed", client.query("counter:read"), 8.0)
check.raises("an unexpected error names the function", ConvexExecutionError, "Server Error\nUncaught Error: ", lambda: client.query("counter:fail"))
check.raises("a bad return value is refused", ConvexExecutionError, "ReturnsValidationError: ", lambda: client.mutation("counter:lie"))
check.equal("and rolled back", client.query("counter:read"), 8.0)
check.raises("a spinning function is stopped", ConvexExecutionError, "Function execution timed out (maximum duration: 1s)", lambda: client.query("counter:spin"))
check.raises("a bearer token without providers is refused", Exception, "401", lambda: (client.set_auth("not-a-jwt"), client.query("counter:read")))
client.clear_auth()
client.set_admin_auth(sys.argv[2])
check.equal("an admin reaches internal functions", client.query("counter:secret"), "hidden")
client.set_admin_auth("wrong|key")
check.raises("a wrong admin key is refused", Exception, "BadAdminKey", lambda: client.query("counter:secret"))
client.clear_auth()
check.raises("and nobody else does", ConvexExecutionError, "Could not find public function for 'counter:secret'.", lambda: client.query("counter:secret"))
check.finish()
