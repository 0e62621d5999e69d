"""Signs users in at a provider of its own, with the official Python client against the real binary.

Arguments: the binary and a data directory. The provider is an HTTP server in this process with a
real RSA key; the binary learns about it from its environment.
"""

import base64
import json
import os
import re
import subprocess
import sys
import threading
import time
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

from convex.http_client import ConvexHttpClient
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import padding, rsa

from checks import Checks

check = Checks()


def base64url(data):
    return base64.urlsafe_b64encode(data).rstrip(b"=").decode()


def number(value):
    return base64url(value.to_bytes((value.bit_length() + 7) // 8, "big"))


class Key:
    def __init__(self, name):
        self.name = name
        self.key = rsa.generate_private_key(public_exponent=65537, key_size=2048)

    def jwk(self):
        public = self.key.public_key().public_numbers()
        return {"kty": "RSA", "use": "sig", "alg": "RS256", "kid": self.name, "n": number(public.n), "e": number(public.e)}

    def sign(self, claims, **header):
        header = {"alg": "RS256", "typ": "JWT", "kid": self.name, **header}
        signed = ".".join(base64url(json.dumps(part).encode()) for part in (header, claims))
        signature = self.key.sign(signed.encode(), padding.PKCS1v15(), hashes.SHA256())
        return signed + "." + base64url(signature)


class Provider(BaseHTTPRequestHandler):
    keys = []

    def do_GET(self):
        if self.path == "/.well-known/openid-configuration":
            document = {"issuer": issuer, "jwks_uri": issuer + "/keys"}
        elif self.path == "/keys":
            document = {"keys": [key.jwk() for key in Provider.keys]}
        else:
            self.send_error(404)
            return
        body = json.dumps(document).encode()
        self.send_response(200)
        self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", str(len(body)))
        self.send_header("Cache-Control", "max-age=3600")
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *arguments):
        pass


provider = ThreadingHTTPServer(("127.0.0.1", 0), Provider)
issuer = f"http://127.0.0.1:{provider.server_port}"
threading.Thread(target=provider.serve_forever, daemon=True).start()

key = Key("first")
Provider.keys = [key]

server = subprocess.Popen(
    [sys.argv[1], "serve", "--port", "0", "--data", sys.argv[2]],
    stdout=subprocess.PIPE,
    stderr=subprocess.DEVNULL,
    stdin=subprocess.DEVNULL,
    text=True,
    env={**os.environ, "HULL_TEST_OIDC_DOMAIN": issuer, "HULL_TEST_APPLICATION_ID": "petshop"},
)
try:
    url = next(match[0] for line in server.stdout if (match := re.search(r"http://127\.0\.0\.1:\d+", line)))
    shop = ConvexHttpClient(url)

    def claims(**others):
        now = int(time.time())
        given = {"iss": issuer, "sub": "ani", "aud": "petshop", "iat": now, "exp": now + 3600, **others}
        return {name: value for name, value in given.items() if value is not None}

    def me(token):
        shop.set_auth(token)
        return shop.query("people:me", {})

    check.equal("without a token a caller is nobody", shop.query("people:me", {}), None)
    token = key.sign(claims(name="Ani Wijaya", email="ani@a.example", email_verified=True, role="clerk", jti="1"))
    check.equal(
        "a function learns who the bearer is",
        me(token),
        {
            "email": "ani@a.example",
            "emailVerified": True,
            "issuer": issuer,
            "name": "Ani Wijaya",
            "role": "clerk",
            "subject": "ani",
            "tokenIdentifier": f"{issuer}|ani",
        },
    )
    check.equal("and so for the next token", me(key.sign(claims(sub="budi")))["subject"], "budi")
    refused = {
        "an expired token": (key.sign(claims(exp=int(time.time()) - 1)), "Could not verify OIDC token claim"),
        "a token for others": (key.sign(claims(aud="other")), "NoAuthProvider"),
        "a token of a stranger": (Key("first").sign(claims()), "Could not verify OIDC token claim"),
        "an unsigned token": (key.sign(claims(), alg="none"), "Could not verify OIDC token claim"),
        "a token without a subject": (key.sign(claims(sub=None)), "Could not parse as OIDC ID token"),
        "no token at all": ("nonsense", "Could not parse JWT payload"),
    }
    for what, (bad, text) in refused.items():
        check.raises(f"{what} is refused", Exception, "401", lambda: me(bad))
        check.raises(f"{what} is told why", Exception, text, lambda: me(bad))
    shop.clear_auth()
    check.equal("without it the caller is nobody again", shop.query("people:me", {}), None)

    second = Key("second")
    Provider.keys = [second]
    check.equal("a new key is found", me(second.sign(claims(sub="citra")))["subject"], "citra")
    check.equal("who signed in before stays", me(token)["subject"], "ani")
    check.raises("the old key signs nobody in", Exception, "401", lambda: me(key.sign(claims(sub="dewi"))))

    provider.shutdown()
    provider.server_close()
    check.equal("the provider may go", me(second.sign(claims(sub="eka")))["subject"], "eka")
finally:
    server.terminate()
    status = server.wait(timeout=60)
check.equal("the server stops when told to", status, 0)
check.finish()
