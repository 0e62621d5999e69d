"""Functions that no server wants to run. Arguments: the application's binary and a directory."""

from hostile import answer, read_all, request, target

it = target()


def run(kind, path, args=None):
    code, found = it.call(kind, path, args or {})
    if code != 200:
        return code
    return found.get("errorMessage", found["status"])


def matching(kind, path, texts, args=None):
    """Runs a function; returns the first of the texts that is in the answer, else all of that."""
    found = str(run(kind, path, args))
    return next((text for text in texts.split("|") if text in found), found)


TIMED_OUT = "Function execution timed out"
it.row("a query that loops for ever", lambda: matching("query", "hostile:loop", TIMED_OUT), [TIMED_OUT])
it.row(
    "a mutation that loops after it has written",
    lambda: matching("mutation", "hostile:loopAfterWriting", TIMED_OUT),
    [TIMED_OUT],
)
it.row("what it wrote", lambda: it.call("query", "hostile:leftovers", {})[1]["value"], [0.0])
it.row("a query nobody resumes", lambda: matching("query", "hostile:stuck", TIMED_OUT), [TIMED_OUT])


def together(count):
    """Many that never return: each has its answer, and others go on meanwhile."""
    connections = [it.connect() for _ in range(count)]
    body = b'{"path":"hostile:stuck","args":{}}'
    for connection in connections:
        connection.sendall(request(body))
    served = {run("mutation", "counter:add", {"by": 0}) for _ in range(10)}
    answers = {TIMED_OUT in answer(read_all(connection))[1]["errorMessage"] for connection in connections}
    return served, answers


it.row("40 of them at once", lambda: together(40), [({"success"}, {True})])


def abandoned():
    """An action that waits for an hour, whose client goes."""
    connection = it.connect()
    connection.sendall(request(b'{"path":"hostile:never","args":{}}', "/api/action"))
    connection.close()
    return "left to itself"


it.row("an action that sleeps for an hour", abandoned, ["left to itself"])
# A machine with other work may not get there in a function's time.
IN_TIME = ["success", TIMED_OUT]
it.row("64 MB in a query", lambda: matching("query", "hostile:allocate", f"success|{TIMED_OUT}", {"megabytes": 64}), IN_TIME, growth=160)
TOO_LARGE = ["too large", TIMED_OUT]
it.row("a result of 20 MB", lambda: matching("query", "hostile:large", "|".join(TOO_LARGE), {"megabytes": 20}), TOO_LARGE, growth=160)
it.row("a query that calls itself 7 times", lambda: run("query", "hostile:recurse", {"depth": 6}), IN_TIME)
it.row("a query that calls itself a million times", lambda: matching("query", "hostile:recurse", "depth", {"depth": 1e6}), ["depth"])
it.row("an action that calls itself", lambda: matching("action", "hostile:callItself", "depth"), ["depth"])
ENDED = ["Too many", TIMED_OUT]
it.row("a query that reads for ever", lambda: matching("query", "hostile:readForEver", "|".join(ENDED)), ENDED, growth=160)
it.row("a mutation that writes for ever", lambda: matching("mutation", "hostile:writeForEver", "|".join(ENDED)), ENDED, growth=160)
it.row("what it wrote, too", lambda: it.call("query", "hostile:leftovers", {})[1]["value"], [0.0])
it.row("a mutation that logs for ever", lambda: matching("mutation", "hostile:logForEver", TIMED_OUT), [TIMED_OUT])
it.row("a query that throws", lambda: matching("query", "counter:fail", "Uncaught"), ["Uncaught"])
it.row("a mutation that returns what it may not", lambda: matching("mutation", "counter:lie", "ReturnsValidationError"), ["ReturnsValidationError"])
it.finish()
