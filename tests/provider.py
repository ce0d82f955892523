"""A small OpenID provider on loopback, that can be told to misbehave."""

import base64
import hashlib
import json
import secrets
import threading
import time
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from urllib.parse import parse_qs, urlencode, urlsplit

from joserfc import jwt
from joserfc.jwk import KeySet, RSAKey

CLIENT, SECRET = "onegrid", "a secret of the two"


class Provider(ThreadingHTTPServer):
    """Logs in whoever asks as ``claims`` say; ``spoil`` changes a token before it is signed."""

    daemon_threads = True

    def __init__(self):
        super().__init__(("127.0.0.1", 0), _Handler)
        self.key = RSAKey.generate_key(2048, {"kid": "one"}, auto_kid=False)
        self.signing = self.key
        self.issuer = f"http://127.0.0.1:{self.server_address[1]}"
        self.claims = {"sub": "person-1", "preferred_username": "own", "name": "自己"}
        self.spoil = {}
        self.codes = {}

    def token(self, nonce):
        """Return a signed token about who is logged in."""
        now = int(time.time())
        told = {"iss": self.issuer, "aud": CLIENT, "iat": now, "exp": now + 300, "nonce": nonce}
        header = {"alg": "RS256", "kid": "one"}
        return jwt.encode(header, told | self.claims | self.spoil, self.signing)


class _Handler(BaseHTTPRequestHandler):
    def do_GET(self):
        path, asked = self._asked()
        provider = self.server
        if path == "/.well-known/openid-configuration":
            self._tell({
                "issuer": provider.issuer,
                "authorization_endpoint": f"{provider.issuer}/authorize",
                "token_endpoint": f"{provider.issuer}/token",
                "jwks_uri": f"{provider.issuer}/keys",
            })  # fmt: skip
        elif path == "/keys":
            self._tell(KeySet([provider.key]).as_dict(private=False))
        elif path == "/authorize":
            assert (asked["client_id"], asked["response_type"]) == (CLIENT, "code")
            assert asked["code_challenge_method"] == "S256"
            code = secrets.token_urlsafe(8)
            provider.codes[code] = asked
            self.send_response(302)
            back = urlencode({"code": code, "state": asked["state"]})
            self.send_header("Location", f"{asked['redirect_uri']}?{back}")
            self.end_headers()
        else:
            self._tell({}, 404)

    def do_POST(self):
        body = self.rfile.read(int(self.headers["Content-Length"])).decode()
        asked = {name: values[0] for name, values in parse_qs(body).items()}
        begun = self.server.codes.pop(asked.get("code"), None)  # a code is good once
        wanted = base64.b64encode(f"{CLIENT}:{SECRET}".encode()).decode()
        known = self.headers.get("Authorization") == f"Basic {wanted}"
        if begun is None or not known or asked["redirect_uri"] != begun["redirect_uri"]:
            self._tell({"error": "invalid_grant"}, 400)
            return
        digest = hashlib.sha256(asked["code_verifier"].encode()).digest()
        if base64.urlsafe_b64encode(digest).decode().rstrip("=") != begun["code_challenge"]:
            self._tell({"error": "invalid_grant"}, 400)
            return
        token = self.server.token(begun["nonce"])
        self._tell({"access_token": "x", "token_type": "Bearer", "id_token": token})

    def _asked(self):
        parts = urlsplit(self.path)
        return parts.path, {name: values[0] for name, values in parse_qs(parts.query).items()}

    def _tell(self, what, status=200):
        body = json.dumps(what).encode()
        self.send_response(status)
        self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *_):
        """Say nothing."""


@contextmanager
def running():
    """Give a provider that runs."""
    provider = Provider()
    thread = threading.Thread(target=provider.serve_forever, daemon=True)
    thread.start()
    try:
        yield provider
    finally:
        provider.shutdown()
        provider.server_close()
        thread.join()
