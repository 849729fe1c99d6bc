"""The keys that the development identity provider signs id_tokens with, and their rotation."""

from __future__ import annotations

import json
import threading
from typing import Any

import jwt
from cryptography.hazmat.primitives.asymmetric import rsa


class SigningKeys:
    """The newest key signs; those before it are published until they are forgotten."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._keys: dict[str, rsa.RSAPrivateKey] = {}
        self._n_made = 0
        self.rotate()
        self.rotate()

    def rotate(self) -> str:
        """Make a new key and sign with it from now on; return its name."""
        key = rsa.generate_private_key(65_537, 2048)
        with self._lock:
            self._n_made += 1
            name = f"op-{self._n_made}"
            self._keys[name] = key
        return name

    def forget_old(self) -> list[str]:
        """Publish the newest key alone; return what is left."""
        with self._lock:
            newest = list(self._keys)[-1]
            self._keys = {newest: self._keys[newest]}
            return [newest]

    def key_set(self) -> dict[str, Any]:
        """Return the public halves (RFC 7517 5)."""
        to_jwk = jwt.algorithms.RSAAlgorithm.to_jwk
        return {
            "keys": [
                {**json.loads(to_jwk(key.public_key())), "kid": name, "use": "sig", "alg": "RS256"}
                for name, key in self._keys.items()
            ]
        }

    def signed_anew(self, id_token: str) -> str:
        """Sign what an id_token says with the newest key, and name it."""
        claims = jwt.decode(id_token, options={"verify_signature": False})
        with self._lock:
            name = list(self._keys)[-1]
            return jwt.encode(claims, self._keys[name], "RS256", headers={"kid": name})
