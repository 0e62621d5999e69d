"""Checks a data file directly: intact, and each acknowledged code there exactly once.

Arguments: the data file; the codes come on standard input, one a line.
"""

import sqlite3
import sys

acknowledged = [line.strip() for line in sys.stdin if line.strip()]
database = sqlite3.connect(f"file:{sys.argv[1]}?mode=ro", uri=True)
(verdict,) = database.execute("pragma integrity_check").fetchone()
if verdict != "ok":
    sys.exit(f"integrity_check: {verdict}")
counts = dict(database.execute("select code, count(*) from customers group by code"))
lost = [code for code in acknowledged if counts.get(code) != 1]
if lost:
    sys.exit(f"{len(lost)} of {len(acknowledged)} acknowledged writes are not there once: {lost[:5]}")
twice = [code for code, count in counts.items() if count != 1]
if twice:
    sys.exit(f"written more than once: {twice[:5]}")
print(f"{len(acknowledged)} acknowledged, {len(counts)} stored, file intact")
