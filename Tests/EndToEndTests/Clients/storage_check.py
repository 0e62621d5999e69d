"""Checks that rows and bytes of stored files belong together: every row has its bytes, with the right
digest; no bytes are without a row; what was acknowledged is there, and what was deleted is not.

Arguments: the server's URL and its data directory; the lines of storage_load.py on standard input.
"""

import base64
import hashlib
import json
import os
import sys
import urllib.request

url, data = sys.argv[1], sys.argv[2]
stored, uncertain, deleted = {}, set(), set()
for line in sys.stdin:
    match line.split():
        case ["stored", file, digest]:
            stored[file] = digest
        case ["deleting", file]:
            uncertain.add(file)
        case ["deleted", file]:
            deleted.add(file)

body = json.dumps({"path": "files:all", "args": {}}).encode()
asked = urllib.request.Request(f"{url}/api/query", body, {"Content-Type": "application/json"})
rows = {row["id"]: row for row in json.loads(urllib.request.urlopen(asked).read())["value"]}

faults = []
for file, digest in stored.items():
    if file in deleted and file in rows:
        faults.append(f"{file} was deleted and is there")
    if file not in uncertain and file not in rows:
        faults.append(f"{file} was acknowledged and is gone")
    if file in rows and rows[file]["sha256"] != digest:
        faults.append(f"{file} has another digest")
for file, row in rows.items():
    try:
        contents = urllib.request.urlopen(row["url"]).read()
    except OSError as error:
        faults.append(f"{file} has no bytes: {error}")
        continue
    if base64.b64encode(hashlib.sha256(contents).digest()).decode() != row["sha256"]:
        faults.append(f"{file} has other bytes than its row says")

named = {row["url"].rsplit("/", 1)[1] for row in rows.values()}
folder = os.path.join(data, "storage")
for name in set(os.listdir(os.path.join(folder, "files"))) - named:
    faults.append(f"{name} has no row")
for name in os.listdir(os.path.join(folder, "incoming")):
    faults.append(f"{name} was never finished")
if faults:
    sys.exit(f"{len(faults)} faults: {faults[:5]}")
print(f"{len(stored)} stored, {len(deleted)} deleted, {len(rows)} there")
