"""Writes as fast as several connections can and prints each acknowledged code, until cut off.

Arguments: host, port, a prefix that makes the codes of this run unique, the number of connections.
"""

import http.client
import json
import sys
import threading
from functools import partial

from workers import Workers

host, port, prefix, connections = sys.argv[1], int(sys.argv[2]), sys.argv[3], int(sys.argv[4])
printing = threading.Lock()


def write(worker):
    connection = http.client.HTTPConnection(host, port, timeout=30)
    number = 0
    try:
        while True:
            code = f"{prefix}W{worker}N{number}"
            body = json.dumps({
                "path": "master_data/customers:create",
                "args": {"code": code, "name": f"Customer {code}", "phone": f"08{worker}{number:06}"},
            })
            connection.request("POST", "/api/mutation", body, {"Content-Type": "application/json"})
            answer = json.loads(connection.getresponse().read())
            if answer["status"] != "success":
                raise SystemExit(f"refused: {answer}")
            with printing:
                print(code, flush=True)
            number += 1
    except TimeoutError:
        raise SystemExit("not answered in time") from None
    except (OSError, http.client.HTTPException):
        return  # the server is gone, as planned


Workers(partial(write, worker) for worker in range(connections)).join()
