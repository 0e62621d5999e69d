"""Stores files as applications do: a mutation hands out a URL, the client posts to it and keeps the
id, a live query shows the URL.

Arguments: the binary of the conformance application and a data directory.
"""

import base64
import hashlib
import json
import os
import signal
import sys
import threading
import urllib.error
import urllib.request

from convex import ConvexClient, ConvexError
from convex.http_client import ConvexHttpClient

from checks import Checks
from server import Server

check = Checks()
signal.alarm(240)


def request(url, method="GET", body=None, headers=None):
    """Status, header fields and body of an answer, whatever its status."""
    asked = urllib.request.Request(url, data=body, method=method, headers=headers or {})
    try:
        with urllib.request.urlopen(asked, timeout=60) as answer:
            return answer.status, answer.headers, answer.read()
    except urllib.error.HTTPError as error:
        return error.code, error.headers, error.read()


def digest(data):
    return base64.b64encode(hashlib.sha256(data).digest()).decode()


def stored_names():
    return sorted(os.listdir(os.path.join(sys.argv[2], "storage", "files")))


def wait_for_names(expected):
    """Bytes are removed after the answer that says so."""
    while stored_names() != sorted(expected):
        threading.Event().wait(0.01)
    return True


server = Server(sys.argv[1], sys.argv[2])
try:
    client = ConvexHttpClient(server.url)
    picture = os.urandom(300_000)

    url = client.mutation("files:uploadUrl")
    check.that("an upload URL is of this server", url.startswith(server.url + "/api/storage/upload?token="), url)
    status, headers, body = request(
        url, "POST", picture,
        {"Content-Type": "image/png", "Digest": f"sha-256={digest(picture)}", "Origin": "https://shop.example"},
    )
    check.equal("an upload is answered", status, 200)
    check.equal("to any site", headers["access-control-allow-origin"], "https://shop.example")
    file = json.loads(body)["storageId"]
    row = client.query("files:all")[0]
    check.equal("its row has the id", row["id"], file)
    check.equal("its digest", row["sha256"], digest(picture))
    check.equal("its size", row["size"], 300_000.0)
    check.equal("and its type", row["contentType"], "image/png")

    address = client.query("files:url", {"id": file})
    status, headers, body = request(address)
    check.equal("a download is answered", status, 200)
    check.that("with the bytes", body == picture)
    check.equal("their type", headers["content-type"], "image/png")
    check.equal("their digest", headers["digest"], f"sha-256={digest(picture)}")
    check.equal("their length", headers["content-length"], "300000")
    status, headers, body = request(address, headers={"Range": "bytes=-5"})
    check.equal("the end of a file is a part", status, 206)
    check.equal("named as such", headers["content-range"], "bytes 299995-299999/300000")
    check.that("with its bytes", body == picture[-5:])
    check.equal("a part beyond the end", request(address, headers={"Range": "bytes=300000-"})[0], 416)
    status, headers, body = request(address, "HEAD")
    check.equal("a head has the length", (status, headers["content-length"], body), (200, "300000", b""))

    status, _, body = request(url, "POST", b"other", {"Digest": f"sha-256={digest(picture)}"})
    check.equal("bytes of another digest are refused", status, 400)
    check.equal("by name", json.loads(body)["code"], "Sha256Mismatch")
    status, _, body = request(url[:-1] + ("1" if url[-1] == "0" else "0"), "POST", b"x")
    check.equal("an altered token is refused", (status, json.loads(body)["code"]), (401, "StorageTokenInvalid"))
    check.equal("an id is no path", request(f"{server.url}/api/storage/{file}")[0], 400)
    check.equal("and nothing else was stored", len(client.query("files:all")), 1)

    note = client.action("files:store", {"bytes": b"from an action", "contentType": "text/plain"})
    check.equal("an action stores bytes", client.action("files:load", {"id": note}), b"from an action")
    status, headers, body = request(client.query("files:url", {"id": note}))
    check.equal("which are served", (status, headers["content-type"], body), (200, "text/plain", b"from an action"))
    check.raises(
        "an action is told of a bad type", Exception, "media type",
        lambda: client.action("files:store", {"bytes": b"", "contentType": "nothing"}),
    )

    site = server.url + "/http/files"
    status, _, body = request(site, "POST", picture * 4, {"Content-Type": "application/x-four"})
    check.equal("an HTTP action stores what it gets", status, 201)
    four = json.loads(body)["storageId"]
    status, headers, body = request(f"{site}/{four}")
    check.equal("and gives it back", (status, headers["content-type"]), (200, "application/x-four"))
    check.that("whole", body == picture * 4)

    live = iter(ConvexClient(server.url).subscribe("files:url", {"id": file}))
    check.equal("a live query has the URL", next(live), address)
    check.raises(
        "a mutation that fails", ConvexError, "changed my mind",
        lambda: client.mutation("files:deleteAndFail", {"id": file}),
    )
    check.equal("deletes nothing", request(address)[0], 200)
    client.mutation("files:delete", {"id": file})
    check.equal("one that does not is seen by the live query", next(live), None)
    check.equal("and by whoever has the URL", request(address)[0], 404)
    check.raises(
        "what is deleted cannot be again", Exception, f"storage id {file} not found",
        lambda: client.mutation("files:delete", {"id": file}),
    )
    rest = [row["url"].rsplit("/", 1)[1] for row in client.query("files:all")]
    check.that("its bytes go from the disk", wait_for_names(rest))

    before = client.query("files:all")
    check.equal("a restart in good order", server.stop(), 0)
    server.start()
    check.equal("keeps the files", client.query("files:all"), before)
    check.that("and their bytes", request(client.query("files:url", {"id": four}))[2] == picture * 4)
    check.equal("a URL of before is still good", request(url, "POST", b"late")[0], 200)
finally:
    server.kill()
check.finish()
