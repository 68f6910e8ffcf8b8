"""`ocr-wordcount up`: the cloud on this machine, kept running."""

from __future__ import annotations

import contextlib
import time

from cli import show
from cli.cloud import PROJECT, started, state_folder
from cli.errors import CommandError
from local.client import INBOX, find_running
from local.credentials import ROOT


def up(port: int) -> int:
    """Start the cloud and keep it until Ctrl-C or SIGTERM; afterwards no process and no port of it is left.

    Returns:
        0 once it was stopped.

    Raises:
        CommandError: It cannot start, one is running already, or it ended by itself.
    """
    state = state_folder()
    if running := find_running(state):
        raise CommandError(f"The cloud is running already, at {running.endpoint}: use it, or stop it where it runs.")
    console = show.console()
    console.print(
        "AWS on this machine: emulated by moto, Textract by Tesseract. Nothing leaves it, nothing is charged."
    )
    with contextlib.ExitStack() as stack:
        began = time.monotonic()
        with console.status("Starting …"):
            cloud = stack.enter_context(started(state, port=port, shared=True))
        console.print(
            f"Running after {time.monotonic() - began:.1f} s at {cloud.endpoint}\n\n"
            f"  The page:                              {_page(cloud.endpoint)}\n"
            f"  Everybody's inbox:                     {cloud.endpoint}{INBOX}\n"
            "  Send a picture (in another terminal):  ocr-wordcount run page.jpg\n"
            f"  Mails, as files:                       {state / 'mails'}\n"
            f"  Logs:                                  {state / 'logs'}\n"
            f"  Any AWS tool:                          AWS_ENDPOINT_URL={cloud.endpoint} "
            f"AWS_REGION={cloud.outputs['region']} AWS_ACCESS_KEY_ID={ROOT.access_key_id} "
            f"AWS_SECRET_ACCESS_KEY={ROOT.secret_access_key}\n\n"
            "Ctrl-C stops it."
        )
        try:
            cloud.wait()
        except KeyboardInterrupt:
            console.print("\nStopping …")
            return 0
    raise CommandError(f"The cloud ended by itself; {state / 'cloud.log'} says more.")


def _page(endpoint: str) -> str:
    """Where the page is; there is none as long as nobody has written it."""
    return f"{endpoint}/" if (PROJECT / "web" / "index.html").is_file() else "none: web/ has no index.html"
