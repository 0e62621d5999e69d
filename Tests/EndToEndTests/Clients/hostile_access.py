"""Callers who want what is not theirs. Arguments: the application's binary and a directory."""

import base64
import hashlib
import hmac
import json
import os
import subprocess
import sys
import time

from cryptography.hazmat.primitives import serialization

from hostile import Target, answer, request, status, target
from provider import Key, Provider, base64url
from sync_client import SyncClient

key = Key("first")
provider = Provider(key)
it = target(provider.environment())
other = Target(sys.argv[1], os.path.join(sys.argv[2], "other"))


def post(path, body, *fields):
    return answer(it.exchange(request(json.dumps(body).encode(), path, fields=fields)))


# Internal functions, by every spelling and every way to call.
SPELLINGS = []
for name in ("counter:secret", "hostile:secretWrite"):
    module, function = name.split(":")
    SPELLINGS += [
        name, f"{module}.js:{function}", f"{module}.ts:{function}", f"/{name}", f"./{name}", f"{module}/:{function}",
        f"{module}//:{function}", f"x/../{name}", name.upper(), f" {name}", f"{name} ", f"{name}\u0000", f"{name}\n",
        f"{module}%3A{function}", f"{module}::{function}", f"{module}:{function}:default", f"{module}/{function}",
        f"{module}.{function}", f"internal.{module}.{function}", f"api.{module}.{function}", f"_system/{name}",
        f"{module}\u200b:{function}", name.replace("s", "\uff53"), name.replace("c", "\u0441"), f"{module}:./{function}",
    ]


def call_internals():
    seen = []
    for path in SPELLINGS:
        args = [{}]
        answers = [post(f"/api/{kind}", {"path": path, "args": {}}) for kind in ("query", "mutation", "action", "function")]
        answers.append(post("/api/query_at_ts", {"path": path, "args": {}, "ts": "AAAAAAAAAAA="}))
        answers.append(post("/api/query_batch", {"queries": [{"path": path, "args": {}}]}))
        quoted = "".join(f"%{byte:02x}" for byte in path.encode())
        answers.append(answer(it.exchange(request(b"", f"/api/query?path={quoted}&args={{}}", "GET"))))
        answers.append(post(f"/api/run/{quoted}", {"args": {}}))
        answers.append(post("/api/run/" + path.replace(":", "/").replace(" ", "%20").strip("\x00\n"), {"args": {}}))
        answers.append(post("/api/query", {"path": path, "args": args}, "Convex-Client: npm-1.27.0"))
        seen += [(path, found) for found in answers if "hidden" in str(found) or found[0] == 500]
        if path.isascii():
            for kind in ("query", "mutation"):
                client = SyncClient(it.port)
                try:
                    seen.append((path, getattr(client, kind)(path, {})))
                except Exception:  # noqa: BLE001
                    pass  # Refused, or the connection closed for it.
    return seen[:3]


it.row(f"{len(SPELLINGS)} spellings of internal functions, 12 ways each", call_internals, [[]])
it.row("what they would have written", lambda: it.call("query", "hostile:leftovers", {})[1]["value"], [0.0])

# What only operators may do.
with open(os.path.join(it.server.data, "admin-key")) as file:
    ADMIN = file.read().strip()
with open(os.path.join(other.server.data, "admin-key")) as file:
    OTHERS = file.read().strip()
name, secret = ADMIN.split("|")
KEYS = {
    "no key": [],
    "an empty key": ["Authorization: Convex "],
    "a key with its last digit changed": [f"Authorization: Convex {ADMIN[:-1]}{'0' if ADMIN[-1] != '0' else '1'}"],
    "a key cut off": [f"Authorization: Convex {ADMIN[:-2]}"],
    "a key with more behind it": [f"Authorization: Convex {ADMIN}00"],
    "the name alone": [f"Authorization: Convex {name}|"],
    "another version": [f"Authorization: Convex {name}|02{secret[2:]}"],
    "another server's key": [f"Authorization: Convex {OTHERS}"],
    "another server's secret under this name": [f"Authorization: Convex {name}|{OTHERS.split('|')[1]}"],
    "the key as a user's token": [f"Authorization: Bearer {ADMIN}"],
    "the key as a password": ["Authorization: Basic " + base64.b64encode(f"admin:{ADMIN}".encode()).decode()],
    "the key as another field": [f"X-Admin-Key: {ADMIN}"],
}
ADMIN_CALLS = [
    ("/api/function", "POST", {"path": "counter:secret", "args": {}}),
    ("/api/check_admin_key", "GET", None),
    ("/api/v1/list_environment_variables", "GET", None),
    ("/api/list_environment_variables", "GET", None),
    ("/api/v1/update_environment_variables", "POST", {"changes": [{"name": "EVIL", "value": "1"}]}),
    ("/api/update_environment_variables", "POST", {"changes": [{"name": "EVIL", "value": "1"}]}),
]


def administer(fields):
    found = set()
    for path, method, body in ADMIN_CALLS:
        text = b"" if body is None else json.dumps(body).encode()
        found.add(status(it.exchange(request(text, path, method, fields))))
    return found


for what, fields in KEYS.items():
    it.row(f"admin routes with {what}", lambda: administer(fields) <= {400, 401, 403, 404}, [True])
it.row("nothing was changed", lambda: it.call("query", "surroundings:variable", {"name": "EVIL"})[1]["value"], [None])
it.row("the right key works", lambda: 200 in administer([f"Authorization: Convex {ADMIN}"]), [True])


# Tokens.
def me(token):
    found, text = it.call("query", "people:me", {}, [f"Authorization: Bearer {token}"])
    return found if found != 200 else f"signed in: {text}"


def signed(header, claims, secret):
    text = ".".join(base64url(json.dumps(part).encode()) for part in (header, claims))
    return text + "." + base64url(hmac.new(secret, text.encode(), hashlib.sha256).digest())


now = int(time.time())
claims = provider.claims()
good = key.sign(claims)
head, payload, signature = good.split(".")
public = key.key.public_key()
PEM = public.public_bytes(serialization.Encoding.PEM, serialization.PublicFormat.SubjectPublicKeyInfo)
DER = public.public_bytes(serialization.Encoding.DER, serialization.PublicFormat.SubjectPublicKeyInfo)
stranger = Key("first")
unsigned = base64url(json.dumps({"alg": "none", "typ": "JWT"}).encode()) + "." + payload + "."
forged = base64url(json.dumps(provider.claims(sub="root")).encode())
TOKENS = {
    "alg none, no signature": unsigned,
    "alg none, another's signature": unsigned + signature,
    "alg None": key.sign(claims, alg="None"),
    "alg missing": key.sign(claims, alg=None),
    "HS256 with the public key (PEM)": signed({"alg": "HS256", "kid": "first"}, claims, PEM),
    "HS256 with the public key (DER)": signed({"alg": "HS256", "kid": "first"}, claims, DER),
    "HS256 with the key set": signed({"alg": "HS256", "kid": "first"}, claims, json.dumps(key.jwk()).encode()),
    "HS256 with an empty secret": signed({"alg": "HS256", "kid": "first"}, claims, b""),
    "a stranger's key of the same name": stranger.sign(claims),
    "a key brought along (jwk)": stranger.sign(claims, jwk=stranger.jwk()),
    "a key set elsewhere (jku)": stranger.sign(claims, jku="http://127.0.0.1:9/keys"),
    "a name that is a path": stranger.sign(claims, kid="../../../../dev/null"),
    "claims exchanged": f"{head}.{forged}.{signature}",
    "no signature": f"{head}.{payload}.",
    "a signature with a byte changed": good[:-8] + ("A" if good[-8] != "A" else "B") + good[-7:],
    "an extension that must be understood": key.sign(claims, crit=["exp"]),
    "another type": key.sign(claims, typ="at+jwt"),
    "expired": key.sign(provider.claims(exp=now - 1)),
    "an expiry that is no number": key.sign(provider.claims(exp="never")),
    "no expiry": key.sign(provider.claims(exp=None)),
    "another audience": key.sign(provider.claims(aud="other")),
    "this audience among others": key.sign(provider.claims(aud=["petshop", "other"])),
    "no audience": key.sign(provider.claims(aud=None)),
    "another issuer": key.sign(provider.claims(iss="https://evil.example")),
    "the issuer with a slash": key.sign(provider.claims(iss=provider.issuer + "/.")),
    "no subject": key.sign(provider.claims(sub=None)),
    "a subject that is a list": key.sign(provider.claims(sub=["ani"])),
    "100 KB of token": key.sign(provider.claims(x="y" * 100_000)),
    "parts missing": head,
    "nothing but dots": "..",
}
for what, token in TOKENS.items():
    it.row(f"a token: {what}", lambda: me(token), [400, 401, 431])
it.checks.that("the good token is good", str(me(good)).startswith("signed in"))

# Cursors: those of another query, of another server, and altered ones.
it.call("mutation", "jobs:schedule", {"batch": "a", "count": 0})
for _ in range(2):
    it.call("mutation", "jobs:schedule", {"batch": "b", "count": 0})
other.call("mutation", "jobs:schedule", {"batch": "a", "count": 0})


def page(query, cursor, server=it):
    _, found = server.call("query", f"hostile:{query}", {"cursor": cursor})
    return found["value"]["continueCursor"] if found["status"] == "success" else "refused"


mine, others = page("page", None), page("page", None, other)
middle = len(mine) // 2
CURSORS = {
    "another query's cursor": page("otherPage", None),
    "another server's cursor": others,
    "a cursor with a digit changed": mine[:middle] + ("0" if mine[middle] != "0" else "1") + mine[middle + 1 :],
    "a cursor cut off": mine[:-2],
    "a cursor that is none": "00" * 64,
    "an empty cursor": "",
    "a cursor of 1 MB": "ab" * (1 << 19),
}
for what, cursor in CURSORS.items():
    it.row(what, lambda: page("page", cursor), ["refused"])
it.checks.that("the right cursor works", page("page", mine) != "refused")


# Upload tokens.
def upload(url, fields=()):
    path = "/" + url.split("/", 3)[3]
    return status(it.exchange(request(b"hi", path, fields=fields)))


url = it.call("mutation", "files:uploadUrl", {})[1]["value"]
place, token = url.split("token=")
foreign = other.call("mutation", "files:uploadUrl", {})[1]["value"].split("token=")[1]
UPLOADS = {
    "without a token": place.rstrip("?&"),
    "with an empty token": place + "token=",
    "with a digit changed": place + "token=" + ("0" if token[0] != "0" else "1") + token[1:],
    "with the token's time changed": place + "token=" + token[:30] + ("0" if token[30] != "0" else "1") + token[31:],
    "with the token cut off": place + "token=" + token[:-2],
    "with another server's token": place + "token=" + foreign,
    "with a cursor for a token": place + "token=" + mine,
    "with the admin key for a token": place + "token=" + ADMIN.replace("|", "%7C"),
}
for what, address in UPLOADS.items():
    it.row(f"an upload {what}", lambda: upload(address), [400, 401, 403])
it.row("a token used twice, which is allowed within its hour", lambda: (upload(url), upload(url)), [(200, 200)])
it.row("an upload that lies about its digest", lambda: upload(url, ["Digest: sha-256=AAAA"]), [400])
it.row("files that were stored", lambda: len(it.call("query", "files:all", {})[1]["value"]), [2])

provider.stop()
other.server.stop()
it.finish()
