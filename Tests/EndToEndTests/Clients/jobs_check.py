"""Waits until every scheduled function is over and checks that each ran as often as it may.

Argument: the URL. Standard input: the batches whose scheduling was acknowledged, a line each.
"""

import sys
from collections import Counter

from convex import ConvexClient
from convex.http_client import ConvexHttpClient

url = sys.argv[1]
acknowledged = sys.stdin.read().split()
for unfinished in ConvexClient(url).subscribe("jobs:unfinished", {}):
    if unfinished == 0:
        break

client = ConvexHttpClient(url)


def rows(table):
    return client.query("jobs:rows", {"table": table})


batches = {row["batch"] for row in rows("batches")}
missing = set(acknowledged) - batches
assert not missing, f"acknowledged batches are gone: {sorted(missing)[:5]}"
keys = {f"{batch}-{number}" for batch in batches for number in range(3)}

marks = Counter(row["key"] for row in rows("marks"))
assert set(marks) == keys, f"mutations that ran for no batch or not at all: {set(marks) ^ keys}"
twice = [key for key, count in marks.items() if count != 1]
assert not twice, f"mutations that ran more than once: {twice[:5]}"

steps = Counter((row["key"], row["step"]) for row in rows("notes"))
twice = [step for step, count in steps.items() if count != 1]
assert not twice, f"actions that ran more than once: {twice[:5]}"

interrupted = 0
actions = set()
for job in rows("_scheduled_functions"):
    state, (args,) = job["state"], job["args"]
    assert "completedTime" in job, job
    if job["name"] == "jobs.js:mark":
        assert state == {"kind": "success"}, job
    elif job["name"] == "jobs.js:act":
        actions.add(args["key"])
        if state["kind"] == "success":
            assert steps[args["key"], "ended"] == 1, job
        else:
            assert state == {"kind": "failed", "error": "Transient error while executing action"}, job
            interrupted += 1
assert actions == keys, "every batch has its actions, and no others exist"

ticks = sorted(row["at"] for row in rows("ticks"))
early = [(a, b) for a, b in zip(ticks, ticks[1:]) if b - a < 1]
assert not early, f"cron runs at the same moment: {early[:5]}"
# An interval of a second has as many runs as there were seconds, and one more; it begins at once.
assert len(ticks) <= (ticks[-1] - ticks[0]) / 1000 + 2, f"too many cron runs: {len(ticks)}"
print(f"{len(keys)} mutations, {len(actions)} actions ({interrupted} interrupted), {len(ticks)} ticks")
