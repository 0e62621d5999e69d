"""The endpoint of the FastAPI rows: what one would write by hand instead of `Notes`.

One process and one connection; statements run on the event loop, which is the fastest here.
"""

import os
import sqlite3
import time
import uuid

from fastapi import FastAPI, HTTPException
from pydantic import BaseModel

db = sqlite3.connect(os.environ["NOTES_FILE"], isolation_level=None)
db.executescript(
    f"""
    pragma journal_mode = wal;
    pragma synchronous = {os.environ["NOTES_SYNCHRONOUS"]};
    pragma cache_size = -8192;
    pragma mmap_size = 2147418112;
    create table if not exists notes (id text primary key, created real, number real, text text);
    create index if not exists notes_by_number on notes (number);
    """
)
app = FastAPI()


class Note(BaseModel):
    number: float
    text: str


@app.post("/notes")
async def create(note: Note) -> str:
    id = uuid.uuid4().hex
    row = (id, time.time(), note.number, note.text)
    db.execute("insert into notes (id, created, number, text) values (?, ?, ?, ?)", row)
    return id


@app.get("/notes/{id}")
async def read(id: str) -> dict:
    row = db.execute("select id, created, number, text from notes where id = ?", (id,)).fetchone()
    if row is None:
        raise HTTPException(404)
    return dict(zip(("id", "created", "number", "text"), row))
