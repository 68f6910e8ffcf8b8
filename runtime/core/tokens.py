"""Tokens: whoever holds one may do what it is for. Kept is its hash, or the secret that it is derived from."""

from __future__ import annotations

import hashlib
import hmac


def hashed(token: str) -> str:
    """SHA-256 of a token, hex. Of any text, half characters too: a header can hold them."""
    return hashlib.sha256(token.encode("utf-8", "replace")).hexdigest()


def same(token_hash: str, token: str) -> bool:
    """Whether the hash is of this token, in the same time whether it is or not."""
    return hmac.compare_digest(token_hash, hashed(token))


def derived(secret: str, purpose: str) -> str:
    """A token of 128 bits for one purpose. Who holds it can derive neither the secret nor one for another purpose."""
    return hmac.new(secret.encode(), purpose.encode("utf-8", "replace"), hashlib.sha256).hexdigest()[:32]
