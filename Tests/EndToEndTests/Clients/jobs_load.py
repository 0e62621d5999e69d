"""Schedules functions as fast as several connections can and prints each acknowledged batch, until cut
off.

Arguments: host, port, a prefix that makes the batches of this run unique, the number of connections.
"""

import http.client
import json
import sys
import threading
from functools import partial

from workers import Workers

host, port, prefix, connections = sys.argv[1], int(sys.argv[2]), sys.argv[3], int(sys.argv[4])
printing = threading.Lock()


def call(connection, path, args):
    body = json.dumps({"path": path, "args": args})
    connection.request("POST", "/api/mutation", body, {"Content-Type": "application/json"})
    return json.loads(connection.getresponse().read())


def schedule(worker):
    connection = http.client.HTTPConnection(host, port, timeout=30)
    number = 0
    try:
        while True:
            batch = f"{prefix}W{worker}N{number}"
            answer = call(connection, "jobs:schedule", {"batch": batch, "count": 3})
            if answer["status"] != "success":
                raise SystemExit(f"refused: {answer}")
            with printing:
                print(batch, flush=True)
            answer = call(connection, "jobs:scheduleAndFail", {"batch": batch})
            if answer.get("errorData") != "changed my mind":
                raise SystemExit(f"not refused: {answer}")
            number += 1
    except TimeoutError:
        raise SystemExit("not answered in time") from None
    except (OSError, http.client.HTTPException):
        return  # the server is gone, as planned


Workers(partial(schedule, worker) for worker in range(connections)).join()
