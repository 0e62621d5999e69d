"""Uploads, stores and deletes files as fast as several connections can, until cut off, and prints a
line for each thing that was acknowledged or may have happened:

stored ID DIGEST, deleting ID, deleted ID. An upload that is not answered prints nothing.

Arguments: host, port, a seed, the number of connections.
"""

import base64
import hashlib
import http.client
import json
import random
import sys
import threading
from functools import partial

from workers import Workers

host, port, seed, connections = sys.argv[1], int(sys.argv[2]), int(sys.argv[3]), int(sys.argv[4])
printing = threading.Lock()


def say(*words):
    with printing:
        print(*words, flush=True)


def call(connection, kind, path, args):
    body = json.dumps({"path": path, "args": args})
    connection.request("POST", f"/api/{kind}", body, {"Content-Type": "application/json"})
    answer = json.loads(connection.getresponse().read())
    if answer["status"] != "success":
        raise SystemExit(f"refused: {answer}")
    return answer["value"]


def work(worker):
    choices = random.Random(seed * 1000 + worker)
    connection = http.client.HTTPConnection(host, port, timeout=30)
    mine = []
    try:
        token = call(connection, "mutation", "files:uploadUrl", {}).split("?", 1)[1]
        while True:
            if mine and choices.random() < 0.4:
                file = mine.pop(choices.randrange(len(mine)))
                say("deleting", file)
                call(connection, "mutation", "files:delete", {"id": file})
                say("deleted", file)
                continue
            data = choices.randbytes(choices.choice([0, 1, 1000, 70_000, 400_000]))
            digest = base64.b64encode(hashlib.sha256(data).digest()).decode()
            if choices.random() < 0.5:
                connection.request(
                    "POST", f"/api/storage/upload?{token}", data, {"Digest": f"sha-256={digest}"}
                )
                answer = connection.getresponse()
                body = answer.read()
                if answer.status != 200:
                    raise SystemExit(f"refused: {answer.status} {body}")
                file = json.loads(body)["storageId"]
            else:
                encoded = base64.b64encode(data).decode()
                file = call(connection, "action", "files:store", {"bytes": {"$bytes": encoded}})
            say("stored", file, digest)
            mine.append(file)
    except TimeoutError:
        raise SystemExit("not answered in time") from None
    except (OSError, http.client.HTTPException):
        return  # the server is gone, as planned


Workers(partial(work, worker) for worker in range(connections)).join()
