"""Asks a server for four times as much as it can do, by the clock, and looks what becomes of it.

Arguments: host, port, the server's process id, seconds of overload. Times are printed, not judged.
"""

import asyncio
import http.client
import json
import multiprocessing
import sys
import time
from functools import partial

from checks import Checks
from convex import ConvexClient
from open_loop import OpenLoop
from workers import Workers

HOST, PORT, PROCESS, SECONDS = sys.argv[1], int(sys.argv[2]), sys.argv[3], float(sys.argv[4])
CODES = {"ExecuteFullError", "ExpiredInQueue"}


def memory():
    """The server's own memory in MB."""
    with open(f"/proc/{PROCESS}/status") as status:
        return next(int(line.split()[1]) for line in status if line.startswith("RssAnon:")) / 1024


def burn(steps, number):
    body = json.dumps({"path": "hostile:burn", "args": {"steps": steps, "number": number}})
    head = f"POST /api/query HTTP/1.1\r\nHost: {HOST}\r\nContent-Type: application/json\r\n"
    return f"{head}Content-Length: {len(body)}\r\n\r\n{body}".encode()


def call(path, args, kind="query", method="POST", target=None):
    connection = http.client.HTTPConnection(HOST, PORT, timeout=60)
    body = json.dumps({"path": path, "args": args})
    connection.request(method, target or f"/api/{kind}", body, {"Content-Type": "application/json"})
    answer = connection.getresponse()
    text = answer.read()
    connection.close()
    return answer.status, text


def capacity(steps, seconds, callers=8):
    """How many calls a second are answered when as many callers each wait for their answers."""
    count = 0
    end = time.monotonic() + seconds

    def ask(caller):
        nonlocal count
        connection = http.client.HTTPConnection(HOST, PORT, timeout=60)
        number = 0
        while time.monotonic() < end:
            number += 1
            body = {"path": "hostile:burn", "args": {"steps": steps, "number": caller + number / 1e6}}
            connection.request("POST", "/api/query", json.dumps(body), {"Content-Type": "application/json"})
            assert json.loads(connection.getresponse().read())["status"] == "success"
            count += 1
        connection.close()

    start = time.monotonic()
    Workers(partial(ask, caller + 1000) for caller in range(callers)).join()
    return count / (time.monotonic() - start)


checks = Checks()
# A call takes some milliseconds, so that what is sent is little beside what is done.
steps = 1000
while steps < 1e9:
    times = []
    for number in range(3):
        start = time.monotonic()
        assert call("hostile:burn", {"steps": steps, "number": -number})[0] == 200
        times.append(time.monotonic() - start)
    if min(times) > 0.010:
        break
    steps *= 2
peak = capacity(steps, 1.5)
before = memory()
most = before
done = multiprocessing.Event()
mutations = multiprocessing.Value("i", 0)
metrics = set()


def watch():
    """Beside the load: what operators see, and the server's memory."""
    global most
    while not done.is_set():
        most = max(most, memory())
        metrics.add(call("", {}, method="GET", target="/metrics")[0])
        time.sleep(0.1)


def mutate():
    """Beside the load: a client with a socket, which is made to wait but not refused.

    In a process of its own, because the client keeps other threads from running while it waits.
    """
    client = ConvexClient(f"http://{HOST}:{PORT}")
    while not done.is_set():
        client.mutation("counter:add", {"by": 1})
        mutations.value += 1


async def overload(rate):
    load = OpenLoop(HOST, PORT, lambda number: burn(steps, number), connections=3500)
    start = time.monotonic()
    sent = await load.run(rate, SECONDS)
    good = sum(1 for answer in load.answers if answer[0] == 200)
    goodput = good / (time.monotonic() - start)
    settled = await load.settle(60)
    # The flood is over: the next one who asks gets an answer.
    status = (await asyncio.get_running_loop().run_in_executor(
        None, call, "hostile:burn", {"steps": steps, "number": -1}
    ))[0]
    load.close()
    return load, sent, goodput, settled, status


mutating = multiprocessing.Process(target=mutate)
mutating.start()
watching = Workers([watch])
rate = peak * 4
while True:
    load, sent, goodput, settled, status = asyncio.run(overload(rate))
    if any(answer[0] == 503 for answer in load.answers) or rate > peak * 1000:
        break
    # Whatever else the machine had to do while the peak was measured is over.
    rate *= 4
done.set()
mutating.join()
assert mutating.exitcode == 0, "the client with a socket failed"
watching.join(60)

served = sorted(latency for status_, latency, _, _ in load.answers if status_ == 200)
refusals = [answer for answer in load.answers if answer[0] == 503]
codes = {json.loads(body)["code"] for _, _, _, body in refusals}
p50, p99 = (served[int(len(served) * share)] for share in (0.5, 0.99))
print(
    f"peak {peak:.0f}/s; {sent} sent at {rate:.0f}/s, {len(served)} served ({goodput:.0f}/s), "
    f"p50 {p50 * 1000:.0f} ms, p99 {p99 * 1000:.0f} ms; {len(refusals)} refused {sorted(codes)}, "
    f"{load.dropped} not sent; memory {before:.0f} MB, at most {most:.0f} MB"
)
statuses = {answer[0] for answer in load.answers}
checks.that("every request is served or refused", statuses == {200, 503}, f"{statuses}")
checks.that("no connection breaks", not load.broken, f"{len(load.broken)}, such as {load.broken[:5]}")
checks.that("every request has its answer", settled)
checks.that("every refusal has a code of overload", codes <= CODES, f"{codes - CODES}")
checks.that("every refusal says when to try again", all(answer[2] == b"1" for answer in refusals))
checks.that("a call afterwards is served", status == 200, f"{status}")
checks.that("operators are served meanwhile", metrics == {200}, f"{metrics}")
checks.that("a client with a socket goes on", mutations.value > 0)
added = json.loads(call("counter:read", {})[1])["value"]
checks.that("each of its mutations happened once", added == mutations.value, f"{added}")
checks.that("memory stays bounded", most - before < 256, f"{before:.0f} MB, {most:.0f} MB")
checks.finish()
