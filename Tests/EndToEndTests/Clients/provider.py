"""A provider of identities: an HTTP server with real RSA keys."""

import base64
import json
import multiprocessing
import tempfile
import time
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import padding, rsa


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


class Provider:
    """Serves its discovery document and the keys it has at the moment.

    In a process of its own: the WebSocket client waits without letting other Python code run.
    """

    def __init__(self, *keys):
        self.file = tempfile.NamedTemporaryFile("w+")
        self.keys = list(keys)
        server = ThreadingHTTPServer(("127.0.0.1", 0), self.handler())
        self.issuer = f"http://127.0.0.1:{server.server_port}"
        self.process = multiprocessing.get_context("fork").Process(target=server.serve_forever, daemon=True)
        self.process.start()
        server.socket.close()

    @property
    def keys(self):
        return self._keys

    @keys.setter
    def keys(self, keys):
        self._keys = keys
        self.file.seek(0)
        self.file.truncate()
        json.dump({"keys": [key.jwk() for key in keys]}, self.file)
        self.file.flush()

    def handler(self):
        provider = self

        class Handler(BaseHTTPRequestHandler):
            def do_GET(self):
                if self.path == "/.well-known/openid-configuration":
                    body = json.dumps({"issuer": provider.issuer, "jwks_uri": provider.issuer + "/keys"})
                elif self.path == "/keys":
                    with open(provider.file.name) as file:
                        body = file.read()
                else:
                    self.send_error(404)
                    return
                self.send_response(200)
                self.send_header("Content-Type", "application/json")
                self.send_header("Content-Length", str(len(body)))
                self.send_header("Cache-Control", "max-age=3600")
                self.end_headers()
                self.wfile.write(body.encode())

            def log_message(self, *arguments):
                pass

        return Handler

    def environment(self):
        """What tells the conformance application about it."""
        return {"HULL_TEST_OIDC_DOMAIN": self.issuer, "HULL_TEST_APPLICATION_ID": "petshop"}

    def claims(self, **others):
        """The claims of a token that is good for an hour; None leaves one out."""
        now = int(time.time())
        given = {"iss": self.issuer, "sub": "ani", "aud": "petshop", "iat": now, "exp": now + 3600, **others}
        return {name: value for name, value in given.items() if value is not None}

    def stop(self):
        # Not terminate(): whoever started this script may have it ignore that signal.
        self.process.kill()
        self.process.join()
