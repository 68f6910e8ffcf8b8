"""`make preview`: what the Pulumi CLI would create for a stack, from nothing, in an account that it only looks at.

The CLI gets a state of its own in `.pulumi-state/`, encrypted with an empty passphrase, since nothing in it is secret.
It writes that passphrase's salt into the stack's file, so it is given a copy of the file.
"""

from __future__ import annotations

import argparse
import os
import shutil
import subprocess
import sys
from importlib.metadata import version
from typing import TYPE_CHECKING, Final

from cli.cloud import PROJECT
from cli.errors import BAD_USAGE, CommandError
from cli.process import exit_code

if TYPE_CHECKING:
    from pathlib import Path

# What the CLI adds to a stack's file, each on one line: how an earlier state of the stack is encrypted.
_OF_ANOTHER_STATE: Final = ("encryptionsalt:", "encryptedkey:", "secretsprovider:")


def preview(stack: str, project: Path = PROJECT) -> int:
    """Run `pulumi preview` for a stack.

    Returns:
        The CLI's exit code.

    Raises:
        CommandError: There is no such stack's file or no CLI, or the CLI cannot keep a state.
    """
    file = project / f"Pulumi.{stack}.yaml"
    if not file.is_file():
        there_are = ", ".join(sorted(path.name.split(".")[1] for path in project.glob("Pulumi.*.yaml")))
        raise CommandError(
            f"There is no {file.name}; docs/settings.md says what it holds. There are stacks: {there_are}.", BAD_USAGE
        )
    if shutil.which("pulumi") is None:
        raise CommandError(_no_cli())
    state = project / ".pulumi-state"
    beside = _copied(file, state / "projects" / stack)
    environment = {
        **os.environ,
        "PULUMI_BACKEND_URL": f"file://{state}",
        "PULUMI_CONFIG_PASSPHRASE": "",
    }
    # In the copy's folder: creating a stack knows no `--config-file`, and selects the stack in the folder's project.
    create = ("stack", "select", stack, "--create", "--secrets-provider", "passphrase", "--non-interactive")
    created = _pulumi(*create, folder=beside.parent, environment=environment, quiet=True)
    if created.returncode:
        raise CommandError(f"Pulumi cannot keep a state in {state}: {created.stderr.strip()}")
    sys.stderr.write(
        f"Stack {stack}, as it would be made from nothing: what is deployed already is not looked at.\n"
        "AWS is asked who you are (so credentials are needed), and nothing is made.\n"
    )
    look = ("preview", "--stack", stack, "--config-file", str(beside))
    return _pulumi(*look, folder=project, environment=environment).returncode


def _copied(file: Path, folder: Path) -> Path:
    """A copy of the stack's file in a folder that is a project to Pulumi, less what belongs to another state."""
    folder.mkdir(parents=True, exist_ok=True)
    shutil.copyfile(file.parent / "Pulumi.yaml", folder / "Pulumi.yaml")
    lines = file.read_text(encoding="utf-8").splitlines(keepends=True)
    copy = folder / file.name
    copy.write_text("".join(line for line in lines if not line.startswith(_OF_ANOTHER_STATE)), encoding="utf-8")
    return copy


def _pulumi(
    *arguments: str, folder: Path, environment: dict[str, str], quiet: bool = False
) -> subprocess.CompletedProcess[str]:
    command = ("pulumi", *arguments, "--cwd", str(folder))
    return subprocess.run(command, env=environment, capture_output=quiet, text=True, check=False)  # noqa: S603  no shell


def _no_cli() -> str:
    return (
        f"The Pulumi CLI is not installed. Get it, {version('pulumi')} or newer, and run this again:\n\n"
        "  Linux, macOS  curl -fsSL https://get.pulumi.com | sh\n"
        "  macOS         brew install pulumi/tap/pulumi\n"
        "  Windows       choco install pulumi\n"
        "  others        https://www.pulumi.com/docs/install/\n\n"
        "Without it, `make demo` deploys the same program onto a cloud on this machine."
    )


def main() -> int:
    """Preview the stack that is named."""
    parser = argparse.ArgumentParser(prog="python -m cli.preview", description=__doc__)
    parser.add_argument("stack", metavar="STACK", help="its file is Pulumi.STACK.yaml")
    stack: str = parser.parse_args().stack
    return exit_code(lambda: preview(stack))


if __name__ == "__main__":
    sys.exit(main())
