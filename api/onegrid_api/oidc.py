"""Logging in at the office's own provider: OpenID Connect, code flow with PKCE, state and nonce.

The browser keeps what a login began with in a cookie of its own, for ten minutes: no process of
the service has to remember it.
"""

from __future__ import annotations

import base64
import binascii
import json
import secrets
import threading
import time
from dataclasses import asdict, dataclass
from typing import TYPE_CHECKING, Any, Final, NoReturn

from onegrid.errors import AccessError, InputError, Problem

if TYPE_CHECKING:
    from collections.abc import Mapping

    from onegrid_api.settings import Oidc

BEGUN_COOKIE: Final = "onegrid_oidc"
BEGUN_S: Final = 600
_WAIT_S: Final = 10  # for the provider
_FRESH_S: Final = 3600  # how long its addresses and keys are taken to hold
_LEEWAY_S: Final = 60  # by which clocks may differ
_SIGNED: Final = ["RS256", "PS256", "ES256", "EdDSA"]  # never "none", never a shared secret
_SCOPE: Final = "openid profile"


@dataclass(frozen=True)
class Begun:
    """What a login began with; ``page`` is where to go afterwards."""

    state: str
    nonce: str
    verifier: str
    page: str

    def as_cookie(self) -> str:
        """Return it as the value of a cookie."""
        return base64.urlsafe_b64encode(json.dumps(asdict(self)).encode()).decode()

    @staticmethod
    def of_cookie(value: str) -> Begun | None:
        """Return what a cookie holds, None if it is none of ours.

        Examples
        --------
        >>> begun = Begun("s", "n", "v", "/plan")
        >>> Begun.of_cookie(begun.as_cookie()) == begun, Begun.of_cookie("x")
        (True, None)
        """
        try:
            told = json.loads(base64.urlsafe_b64decode(value))
            return Begun(**{name: str(told[name]) for name in Begun.__dataclass_fields__})
        except (binascii.Error, ValueError, KeyError, TypeError):
            return None


@dataclass(frozen=True)
class Identity:
    """Who the provider says somebody is: ``subject`` never changes, the others may."""

    subject: str
    user_id: str
    name: str


class Provider:
    """The provider that the settings name; its addresses and keys are asked for when needed."""

    def __init__(self, settings: Oidc) -> None:
        self._settings = settings
        self._lock = threading.Lock()
        self._known: dict[str, Any] = {}
        self._asked = -float(_FRESH_S)
        try:
            import authlib  # noqa: F401, PLC0415  (an extra, for those who use it)
        except ImportError:
            remedy = "pip install 'onegrid[oidc]'"
            problem = Problem("OIDC_SETTINGS", "authlib is not installed", remedy=remedy)
            raise InputError(problem) from None

    def begin(self, back: str, *, page: str) -> tuple[str, Begun]:
        """Return the provider's page where somebody logs in, and what is to be remembered.

        Parameters
        ----------
        back
            Address that the provider sends them back to.

        Raises
        ------
        InputError
            ``OIDC_AWAY``.
        """
        state, nonce, verifier = (secrets.token_urlsafe(32) for _ in range(3))
        begun = Begun(state, nonce, verifier, page)
        metadata = self._metadata()
        with self._client(back) as client:
            address, _ = client.create_authorization_url(
                metadata["authorization_endpoint"],
                state=begun.state,
                code_verifier=begun.verifier,
                nonce=begun.nonce,
            )
        return str(address), begun

    def finish(self, back: str, begun: Begun, answer: Mapping[str, str]) -> Identity:
        """Return who came back from the provider.

        Raises
        ------
        AccessError
            ``OIDC_REFUSED``: the provider said no, or what came back is not what was begun.
        InputError
            ``OIDC_AWAY``.
        """
        if not secrets.compare_digest(answer.get("state", "").encode(), begun.state.encode()):
            _refuse("it was not begun in this browser")
        if "code" not in answer:
            _refuse("the provider says no")
        metadata = self._metadata()
        token = self._token(back, begun, answer["code"], metadata["token_endpoint"])
        return self._identity(token, begun, metadata)

    def _token(self, back: str, begun: Begun, code: str, address: str) -> dict[str, Any]:
        import requests  # noqa: PLC0415  (comes with the extra)
        from authlib.common.errors import AuthlibBaseError  # noqa: PLC0415

        try:
            with self._client(back) as client:
                found: dict[str, Any] = client.fetch_token(
                    address, code=code, code_verifier=begun.verifier, timeout=_WAIT_S
                )
        except (requests.RequestException, ValueError):
            raise _away() from None
        except AuthlibBaseError:
            _refuse("the provider does not know the code")
        return found

    def _identity(
        self, token: Mapping[str, Any], begun: Begun, metadata: Mapping[str, Any]
    ) -> Identity:
        """Return whom a signed token is about, every claim of it proved."""
        from authlib.oidc.core import CodeIDToken  # noqa: PLC0415  (an extra)
        from joserfc import jwt  # noqa: PLC0415
        from joserfc.errors import JoseError  # noqa: PLC0415
        from joserfc.jwk import KeySet  # noqa: PLC0415

        settings = self._settings
        wanted = {
            "iss": {"essential": True, "value": metadata["issuer"]},
            "aud": {"essential": True, "value": settings.client_id},
        }
        about = {"nonce": begun.nonce, "client_id": settings.client_id,
                 "access_token": token.get("access_token")}  # fmt: skip
        try:
            keys = KeySet.import_key_set(metadata["keys"])
            read = jwt.decode(str(token.get("id_token", "")), keys, algorithms=_SIGNED)
            claims = CodeIDToken(read.claims, read.header, wanted, about)
            claims.validate(leeway=_LEEWAY_S)
        except (JoseError, ValueError):
            self._asked = -float(_FRESH_S)  # the provider may have new keys
            _refuse("what the provider says cannot be proved")
        user_id = str(claims.get(settings.claim) or "").strip()
        if not user_id:
            _refuse(f"the provider does not tell {settings.claim!r}")
        subject = f"{metadata['issuer']} {claims['sub']}"
        return Identity(subject, user_id, str(claims.get("name") or user_id))

    def _client(self, back: str) -> Any:  # noqa: ANN401  (authlib has no types)
        from authlib.integrations.requests_client import OAuth2Session  # noqa: PLC0415

        return OAuth2Session(
            self._settings.client_id,
            self._settings.secret or None,
            token_endpoint_auth_method="client_secret_basic" if self._settings.secret else "none",
            scope=_SCOPE,
            redirect_uri=back,
            code_challenge_method="S256",
        )

    def _metadata(self) -> dict[str, Any]:
        """Return the provider's addresses and keys."""
        import requests  # noqa: PLC0415  (comes with the extra)

        with self._lock:
            if time.monotonic() - self._asked < _FRESH_S:
                return self._known
            issuer = self._settings.issuer.rstrip("/")
            try:
                found = _json(f"{issuer}/.well-known/openid-configuration")
                found["keys"] = _json(str(found["jwks_uri"]))
            except (requests.RequestException, ValueError, KeyError):
                raise _away() from None
            if str(found.get("issuer", "")).rstrip("/") != issuer:
                _refuse("the provider calls itself something else")
            self._known, self._asked = found, time.monotonic()
            return found


def _json(address: str) -> dict[str, Any]:
    import requests  # noqa: PLC0415  (comes with the extra)

    answer = requests.get(address, timeout=_WAIT_S, allow_redirects=False)
    answer.raise_for_status()
    found: dict[str, Any] = answer.json()
    return found


def _refuse(what: str) -> NoReturn:
    raise AccessError(Problem("OIDC_REFUSED", what, remedy="log in again"))


def _away() -> InputError:
    return InputError(Problem("OIDC_AWAY", "the provider does not answer", remedy="try later"))
