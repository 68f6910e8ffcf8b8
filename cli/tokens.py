"""The tokens that a command was given, kept in the state folder for the next one, as the page keeps its own."""

from __future__ import annotations

import json
import os
import shutil
from dataclasses import asdict, dataclass
from typing import TYPE_CHECKING, Final

from runtime.core.addresses import name_of

if TYPE_CHECKING:
    from pathlib import Path

_FOLDER: Final = "tokens"


@dataclass(frozen=True)
class ProvenAddress:
    """What proves an address, and how it was proven: that works again, within its day, without another mail."""

    address_token: str
    proof_id: str
    proof_token: str
    confirm_token: str = ""


class KeptTokens:
    """The tokens in a state folder, which nobody else may read."""

    def __init__(self, state: Path) -> None:
        self._folder = state / _FOLDER

    def address(self, email: str) -> ProvenAddress | None:
        """What proves an address."""
        told = self._read(name_of(email))
        return ProvenAddress(**told) if told else None

    def keep_address(self, email: str, proven: ProvenAddress) -> None:
        """Keep it."""
        self._write(name_of(email), asdict(proven))

    def request(self, request_id: str) -> str | None:
        """A request's access token."""
        told = self._read(request_id)
        return told["access_token"] if told else None

    def keep_request(self, request_id: str, access_token: str) -> None:
        """Keep it."""
        self._write(request_id, {"access_token": access_token})

    def forget(self) -> None:
        """Forget all of them."""
        shutil.rmtree(self._folder, ignore_errors=True)

    def _read(self, name: str) -> dict[str, str] | None:
        try:
            told: dict[str, str] = json.loads((self._folder / name).read_text(encoding="utf-8"))
        except (OSError, ValueError):
            return None
        return told

    def _write(self, name: str, told: dict[str, str]) -> None:
        self._folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        unfinished = self._folder / f".{name}-{os.getpid()}"
        unfinished.write_text(json.dumps(told), encoding="utf-8")
        unfinished.chmod(0o600)
        unfinished.rename(self._folder / name)
