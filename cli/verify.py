"""`ocr-wordcount verify`: an address is proven, by the mail that comes to it, on this machine's cloud."""

from __future__ import annotations

from cli import show
from cli.cloud import state_folder
from cli.errors import BAD_USAGE, CommandError
from cli.proof import Proofs
from cli.service import RefusedError, Service, UnreachableError
from cli.tokens import KeptTokens
from local.client import find_running
from runtime.core.errors import BadRequest
from runtime.core.mail.file_name import shown
from runtime.core.pictures import CONTENT_TYPES
from runtime.core.use_cases.requests import Wish


def check_address(address: str) -> None:
    """Refuse what is no address, as the service does.

    Raises:
        CommandError: It is none.
    """
    try:
        Wish(email=address, filename="", content_type=CONTENT_TYPES[0], size=1)
    except BadRequest as error:
        raise CommandError(f"{address!r}: {error.detail}", BAD_USAGE) from error


def verify(address: str) -> int:
    """Prove an address, anew if it was proven before.

    Returns:
        0.

    Raises:
        CommandError: It is no address, or no cloud is running here.
    """
    check_address(address)
    cloud = find_running(state_folder())
    if cloud is None:
        raise CommandError("No cloud is running on this machine: start one with `ocr-wordcount up`.")
    proofs = Proofs(Service(cloud.endpoint), cloud, KeptTokens(state_folder()))
    try:
        proofs.renewed(address, proofs.token(address))
    except (RefusedError, UnreachableError) as error:
        raise CommandError(str(error)) from error
    show.console().print(f"{shown(address)} is verified now.")
    return 0
