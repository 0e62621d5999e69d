"""Uploads and downloads one large file, and checks that the server needs no memory for it.

Arguments: the binary of the conformance application, a data directory, the size of the file in MiB, and
how many MiB the server's peak may rise.
"""

import base64
import hashlib
import http.client
import json
import random
import subprocess
import sys
import time
import urllib.request

from checks import Checks
from server import Server

check = Checks()
size, allowed = int(sys.argv[3]) << 20, int(sys.argv[4])
block = random.Random(size).randbytes(1 << 20)


def peak():
    """The most memory the server had resident so far, in MiB; now, where the system does not tell."""
    try:
        with open(f"/proc/{server.process.pid}/status") as status:
            line = next(line for line in status if line.startswith("VmHWM"))
        return int(line.split()[1]) >> 10
    except FileNotFoundError:
        answer = subprocess.run(
            ["ps", "-o", "rss=", "-p", str(server.process.pid)], capture_output=True, check=True
        )
        return int(answer.stdout) >> 10


def call(kind, path, args):
    body = json.dumps({"path": path, "args": args}).encode()
    asked = urllib.request.Request(f"{server.url}/api/{kind}", body, {"Content-Type": "application/json"})
    return json.loads(urllib.request.urlopen(asked).read())["value"]


def blocks():
    for number in range(size >> 20):
        # No two blocks are the same, so that none can be mistaken for another.
        yield number.to_bytes(8, "big") + block[8:]


server = Server(sys.argv[1], sys.argv[2])
try:
    expected = hashlib.sha256()
    for part in blocks():
        expected.update(part)
    digest = base64.b64encode(expected.digest()).decode()

    # One small file first: what every upload needs once is there then.
    url = call("mutation", "files:uploadUrl", {})
    urllib.request.urlopen(urllib.request.Request(url, b"small", method="POST")).read()
    before = peak()

    start = time.monotonic()
    connection = http.client.HTTPConnection("127.0.0.1", int(server.port), timeout=600)
    connection.request(
        "POST", url[len(server.url):], blocks(),
        {"Content-Length": str(size), "Digest": f"sha-256={digest}"},
    )
    answer = connection.getresponse()
    check.equal("the upload is answered", answer.status, 200)
    file = json.loads(answer.read())["storageId"]
    uploaded = time.monotonic()
    rise = peak() - before
    check.that(f"an upload takes little memory: {rise} MiB", rise <= allowed)

    downloaded = hashlib.sha256()
    with urllib.request.urlopen(call("query", "files:url", {"id": file})) as answer:
        while part := answer.read(1 << 20):
            downloaded.update(part)
    check.equal("the download has the bytes", base64.b64encode(downloaded.digest()).decode(), digest)
    done = time.monotonic()
    rise = peak() - before
    check.that(f"a download takes little memory: {rise} MiB", rise <= allowed)

    # The same through an action, which reads the file piece by piece.
    asked = urllib.request.Request(f"{server.url}/http/files/copy/{file}", b"", method="POST")
    copy = json.loads(urllib.request.urlopen(asked, timeout=600).read())["storageId"]
    rows = {row["id"]: row for row in call("query", "files:all", {})}
    check.equal("an action copies it", rows[copy]["sha256"], digest)
    rise = peak() - before
    check.that(f"an action takes little memory: {rise} MiB", rise <= allowed)
    print(f"     {size >> 20} MiB up in {uploaded - start:.1f} s, down in {done - uploaded:.1f} s")
finally:
    server.kill()
check.finish()
