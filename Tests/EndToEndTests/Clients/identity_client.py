"""Signs users in at a provider of its own, with the official Python client against the real binary.

Arguments: the binary and a data directory. The binary learns about the provider from its environment.
"""

import sys
import time

from convex.http_client import ConvexHttpClient

from checks import Checks
from provider import Key, Provider
from server import Server

check = Checks()
key = Key("first")
provider = Provider(key)
server = Server(sys.argv[1], sys.argv[2], environment=provider.environment())
try:
    shop = ConvexHttpClient(server.url)

    def me(token):
        shop.set_auth(token)
        return shop.query("people:me", {})

    check.equal("without a token a caller is nobody", shop.query("people:me", {}), None)
    token = key.sign(provider.claims(name="Ani Wijaya", email="ani@a.example", email_verified=True, role="clerk", jti="1"))
    check.equal(
        "a function learns who the bearer is",
        me(token),
        {
            "email": "ani@a.example",
            "emailVerified": True,
            "issuer": provider.issuer,
            "name": "Ani Wijaya",
            "role": "clerk",
            "subject": "ani",
            "tokenIdentifier": f"{provider.issuer}|ani",
        },
    )
    check.equal("and so for the next token", me(key.sign(provider.claims(sub="budi")))["subject"], "budi")
    refused = {
        "an expired token": (key.sign(provider.claims(exp=int(time.time()) - 1)), "Could not verify OIDC token claim"),
        "a token for others": (key.sign(provider.claims(aud="other")), "NoAuthProvider"),
        "a token of a stranger": (Key("first").sign(provider.claims()), "Could not verify OIDC token claim"),
        "an unsigned token": (key.sign(provider.claims(), alg="none"), "Could not verify OIDC token claim"),
        "a token without a subject": (key.sign(provider.claims(sub=None)), "Could not parse as OIDC ID token"),
        "no token at all": ("nonsense", "Could not parse JWT payload"),
    }
    for what, (bad, text) in refused.items():
        check.raises(f"{what} is refused", Exception, "401", lambda: me(bad))
        check.raises(f"{what} is told why", Exception, text, lambda: me(bad))
    shop.clear_auth()
    check.equal("without it the caller is nobody again", shop.query("people:me", {}), None)

    second = Key("second")
    provider.keys = [second]
    check.equal("a new key is found", me(second.sign(provider.claims(sub="citra")))["subject"], "citra")
    check.equal("who signed in before stays", me(token)["subject"], "ani")
    check.raises("the old key signs nobody in", Exception, "401", lambda: me(key.sign(provider.claims(sub="dewi"))))

    provider.stop()
    check.equal("the provider may go", me(second.sign(provider.claims(sub="eka")))["subject"], "eka")
finally:
    status = server.stop()
check.equal("the server stops when told to", status, 0)
check.finish()
