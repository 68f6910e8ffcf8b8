"""The command `ocr-wordcount`."""

from __future__ import annotations

import argparse
import sys
from importlib.metadata import version
from pathlib import Path
from typing import TYPE_CHECKING, Final

from cli.process import exit_code

if TYPE_CHECKING:
    from collections.abc import Sequence

_EXAMPLES: Final = """\
examples:
  ocr-wordcount run page.jpg                     one page: its words on the screen, its mail in ocr-wordcount-out/
  ocr-wordcount run --json *.png --parallel 4    one JSON object a picture, for programs
  ocr-wordcount up                               keep the cloud running; `run` in another terminal then uses it
  ocr-wordcount run --unverified page.png        what happens to who has not verified the address
  ocr-wordcount verify reader@example.com        … and verifies it
  ocr-wordcount resend REQUEST_ID                … and asks for the mail again: no new OCR
  ocr-wordcount run --engine glue page.jpg       … counted by the Spark job, as AWS Glue would run it
  ocr-wordcount corpus                           all that was counted so far, as one vocabulary
  ocr-wordcount redrive --list                   messages that failed too often; without --list they are replayed

The cloud is emulated on this machine: AWS by moto, Textract by Tesseract. Nothing leaves it, nothing is charged.
"""
_HIGHEST_PORT: Final = 65535


def main(argv: Sequence[str] | None = None) -> int:
    """Run the command.

    Returns:
        0 when every image got its result, 1 when some did not or something failed, 2 for bad usage.
    """
    arguments = _parser().parse_args(argv)
    return exit_code(lambda: _dispatch(arguments))


def _dispatch(arguments: argparse.Namespace) -> int:
    """Each command imports its own, so that `--help` is there at once."""
    match arguments.command:
        case "up":
            from cli.up import up  # noqa: PLC0415  see above

            return up(arguments.port)
        case "corpus":
            from cli.corpus import corpus  # noqa: PLC0415  see above

            return corpus(arguments.stack, arguments.out, arguments.timeout, as_json=arguments.json)
        case "verify":
            from cli.verify import verify  # noqa: PLC0415  see above

            return verify(arguments.address)
        case "resend":
            from cli.resend import resend  # noqa: PLC0415  see above

            return resend(arguments.request_id, arguments.stack, arguments.out, arguments.timeout)
        case "redrive":
            from cli.redrive import redrive, show_dead  # noqa: PLC0415  see above

            return (show_dead if arguments.list else redrive)(arguments.stack, as_json=arguments.json)
        case _:
            from cli.run import Options, run  # noqa: PLC0415  see above

            options = Options(
                arguments.images,
                arguments.email,
                arguments.out,
                arguments.parallel,
                arguments.timeout,
                arguments.unverified,
                arguments.engine,
            )
            return run(options, as_json=arguments.json)


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="ocr-wordcount",
        description="Pictures of pages in; every word counted, by mail.",
        epilog=_EXAMPLES,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    parser.add_argument("--version", action="version", version=f"%(prog)s {version('ocr-wordcount')}")
    commands = parser.add_subparsers(dest="command", required=True, metavar="COMMAND")

    run = commands.add_parser(
        "run",
        help="send pictures through the service and show what comes back",
        description="Sends each picture through the whole service, as the hosted page does, and waits for its mail.",
    )
    run.add_argument("images", nargs="+", metavar="IMAGE", help="a one-page PNG, JPEG or TIFF of at most 10 MB")
    run.add_argument(
        "--email", default="reader@example.com", metavar="A", help="whom the results go to (default: %(default)s)"
    )
    _add_out(run)
    run.add_argument("--json", action="store_true", help="print one JSON object a picture, in order, and nothing else")
    run.add_argument(
        "--parallel", type=_at_least_one, default=1, metavar="N", help="send so many at once (default: %(default)s)"
    )
    _add_timeout(run)
    run.add_argument(
        "--unverified",
        action="store_true",
        help="have the address lose its verification once the request is open: nothing is mailed, the result is kept",
    )

    run.add_argument(
        "--engine",
        choices=("auto", "lambda", "glue"),
        help="what counts, in a cloud of its own: `glue` runs Spark (fetched the first time, about 400 MB)",
    )

    up = commands.add_parser(
        "up",
        help="keep the cloud running on this machine",
        description="Starts the cloud on this machine and keeps it until Ctrl-C; `run` then uses it.",
    )
    up.add_argument("--port", type=_port, default=0, metavar="N", help="where it listens (default: any free port)")

    corpus = commands.add_parser(
        "corpus",
        help="count all results as one: the vocabulary of the archive",
        description="Has AWS Glue count every result that there is as one, and fetches the vocabulary, table and plot.",
    )
    _add_stack(corpus)
    corpus.add_argument(
        "--out",
        type=Path,
        default=Path("ocr-wordcount-corpus"),
        metavar="DIR",
        help="where vocabulary, summary and report go (default: %(default)s)",
    )
    corpus.add_argument("--json", action="store_true", help="print the summary as one JSON object, and nothing else")
    _add_timeout(corpus, 3600.0, "the run")

    verify = commands.add_parser(
        "verify",
        help="prove an address, on this machine's cloud",
        description="Begins a proof and presses the link in the mail that comes, in the cloud that `up` keeps running.",
    )
    verify.add_argument("address", metavar="ADDRESS")

    resend = commands.add_parser(
        "resend",
        help="send a mail that could not be delivered, without new OCR",
        description="Sends the outcome of a request that was UNDELIVERABLE, once its address is verified.",
    )
    resend.add_argument("request_id", metavar="REQUEST_ID")
    _add_stack(resend)
    _add_out(resend)
    _add_timeout(resend)

    redrive = commands.add_parser(
        "redrive",
        help="replay the messages that failed too often",
        description="Puts every dead letter into its queue again. What was answered meanwhile stays as it is.",
    )
    redrive.add_argument("--list", action="store_true", help="show them, and replay none")
    redrive.add_argument("--json", action="store_true", help="one JSON object a message")
    _add_stack(redrive)
    return parser


def _add_stack(command: argparse.ArgumentParser) -> None:
    command.add_argument(
        "--stack",
        metavar="NAME",
        help="a stack deployed on AWS, by Pulumi's name for it (default: the cloud that `up` keeps running here)",
    )


def _add_out(command: argparse.ArgumentParser) -> None:
    command.add_argument(
        "--out",
        type=Path,
        default=Path("ocr-wordcount-out"),
        metavar="DIR",
        help="where each request gets a folder with its mail (default: %(default)s)",
    )


def _add_timeout(command: argparse.ArgumentParser, seconds: float = 120.0, what: str = "each mail") -> None:
    command.add_argument(
        "--timeout",
        type=_seconds,
        default=seconds,
        metavar="S",
        help=f"wait so many seconds for {what} (default: %(default)g)",
    )


def _at_least_one(given: str) -> int:
    number = int(given)
    if number < 1:
        raise argparse.ArgumentTypeError("must be at least 1")
    return number


def _seconds(given: str) -> float:
    number = float(given)
    if not 0 < number < float("inf"):
        raise argparse.ArgumentTypeError("must be more than 0")
    return number


def _port(given: str) -> int:
    number = int(given)
    if not 0 <= number <= _HIGHEST_PORT:
        raise argparse.ArgumentTypeError(f"must be from 0 to {_HIGHEST_PORT}")
    return number


if __name__ == "__main__":
    sys.exit(main())
