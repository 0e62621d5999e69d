"""Schedules many functions that are due at once, and asks the server other things until all have run.

Arguments: the URL, the number of functions, the server's process id. Prints how many queries were
answered meanwhile, and by how many MB the server's memory grew.
"""

import http.client
import json
import subprocess
import sys
import threading
from urllib.parse import urlsplit

from convex import ConvexClient

from workers import Workers

url, count, process = sys.argv[1], int(sys.argv[2]), sys.argv[3]
address = urlsplit(url)


def memory():
    """The server's own memory in MB, on Linux without the part of its file that is mapped."""
    try:
        with open(f"/proc/{process}/status") as status:
            return next(int(line.split()[1]) for line in status if line.startswith("RssAnon:")) // 1024
    except FileNotFoundError:
        return int(subprocess.check_output(["ps", "-o", "rss=", "-p", process])) // 1024


class Caller:
    def __init__(self):
        self.connection = http.client.HTTPConnection(address.hostname, address.port, timeout=60)

    def call(self, kind, path, args):
        body = json.dumps({"path": path, "args": args})
        self.connection.request("POST", f"/api/{kind}", body, {"Content-Type": "application/json"})
        answer = json.loads(self.connection.getresponse().read())
        assert answer["status"] == "success", answer
        return answer["value"]


caller = Caller()
caller.call("mutation", "jobs:scheduleMany", {"count": 1, "at": 1e12 * 1.7})
before = memory()
done = threading.Event()
answered = 0
most = before


def ask():
    """Other clients: they must get answers while the functions run."""
    global answered, most
    other = Caller()
    number = 0
    while not done.is_set():
        other.call("mutation", "counter:add", {"by": 1})
        other.call("query", "values:echo", {"value": f"{number}"})
        number += 1
        answered += 2
        most = max(most, memory())


asking = Workers([ask])
left = count
while left > 0:
    batch = min(1000, left)
    caller.call("mutation", "jobs:scheduleMany", {"count": batch, "at": 1e12 * 1.7})
    left -= batch
answered_before = answered
for ups in ConvexClient(url).subscribe("jobs:ups", {}):
    if ups == count + 1:
        break
done.set()
asking.join(60)
grown = most - before
assert answered > answered_before, "nobody was answered while the functions ran"
print(f"{count} functions ran, {answered} requests were answered meanwhile, memory grew by {grown} MB")
assert grown < 300, f"the server's memory grew by {grown} MB"
