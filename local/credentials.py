"""Who signs: the access keys that the local account knows, and whose they are."""

from __future__ import annotations

import secrets
import threading
from dataclasses import dataclass
from typing import Final

ACCOUNT_ID: Final = "123456789012"
"""The account that everything is deployed in; moto's own number."""


@dataclass(frozen=True)
class Credentials:
    """An access key and whose it is.

    Attributes:
        access_key_id: Named in each signature.
        account_id: Whose they are.
        secret_access_key: What signs.
        session_token: Goes with the temporary keys of a role; None for the account's own.
        role_arn: The role that the keys act as; None for the account itself.
        function_name: The function that was given them; None for the account itself.
    """

    access_key_id: str
    secret_access_key: str
    session_token: str | None = None
    role_arn: str | None = None
    function_name: str | None = None
    account_id: str = ACCOUNT_ID


ROOT: Final = Credentials("AKIALOCALCLOUD000000", "local-cloud")
"""The account itself: what deploys, and what people and tests call with."""

STRANGER: Final = Credentials("AKIALOCALSTRANGER000", "local-stranger", account_id="999999999999")
"""Another account, of somebody whom we do not know: for trying what such a one can reach."""


class KeyRing:
    """Every access key that the account has given out, to tell callers apart."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._known: dict[str, Credentials] = {one.access_key_id: one for one in (ROOT, STRANGER)}
        self._of_function: dict[tuple[str, str], Credentials] = {}

    def for_function(self, function_name: str, role_arn: str) -> Credentials:
        """The temporary keys with which a function acts as its role: the same for all of its workers."""
        with self._lock:
            known = self._of_function.get((function_name, role_arn))
            if known is None:
                known = Credentials(
                    access_key_id=f"ASIA{secrets.token_hex(8).upper()}",
                    secret_access_key=secrets.token_urlsafe(30),
                    session_token=secrets.token_urlsafe(60),
                    role_arn=role_arn,
                    function_name=function_name,
                    account_id=role_arn.split(":")[4],
                )
                self._of_function[function_name, role_arn] = known
                self._known[known.access_key_id] = known
            return known

    def find(self, access_key_id: str) -> Credentials | None:
        """Whose an access key is; None when it is nobody's."""
        return self._known.get(access_key_id)
