"""`make preview` with a stand-in for the Pulumi CLI: what it is called with, and that it dirties nothing."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
from typing import TYPE_CHECKING, Any

import pytest

from cli.cloud import PROJECT
from cli.errors import BAD_USAGE, FAILED, CommandError
from cli.preview import main, preview

if TYPE_CHECKING:
    from pathlib import Path

# As the real CLI does: creating a stack salts the stack's file of the project in its folder, a preview salts its file.
STAND_IN = """#!{python}
import json, os, pathlib, sys
arguments = sys.argv[1:]
environment = {{name: value for name, value in os.environ.items() if name.startswith("PULUMI")}}
with open({record!r}, "a") as record:
    record.write(json.dumps({{"arguments": arguments, "environment": environment}}) + "\\n")
folder = pathlib.Path(arguments[arguments.index("--cwd") + 1])
if not (folder / "Pulumi.yaml").is_file():
    sys.exit("error: no Pulumi.yaml project file found")
url = environment["PULUMI_BACKEND_URL"]
if not pathlib.Path(url.removeprefix("file://")).is_dir():
    sys.exit("error: unable to open bucket " + url)
if arguments[:2] == ["stack", "select"]:
    file = folder / ("Pulumi." + arguments[2] + ".yaml")
else:
    file = pathlib.Path(arguments[arguments.index("--config-file") + 1])
text = file.read_text()
if "encryptionsalt: v1:other" in text:
    sys.exit("error: incorrect passphrase")
file.write_text("encryptionsalt: v1:ours\\n" + text)
print("previewed" if arguments[0] == "preview" else "created")
sys.exit({code} if arguments[0] == {fails!r} else 0)
"""


@pytest.fixture
def project(tmp_path: Path) -> Path:
    folder = tmp_path / "a project"
    folder.mkdir()
    for name in ("Pulumi.yaml", "Pulumi.dev.yaml", "Pulumi.prod.yaml"):
        shutil.copyfile(PROJECT / name, folder / name)
    return folder


class Pulumi:
    """A `pulumi` on the path, that records how it is called."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self._record = folder / "record"

    def install(self, fails: str = "", code: int = 0) -> None:
        program = self.folder / "pulumi"
        program.write_text(
            STAND_IN.format(python=sys.executable, record=str(self._record), fails=fails, code=code), encoding="utf-8"
        )
        program.chmod(0o755)

    @property
    def calls(self) -> list[dict[str, Any]]:
        return [json.loads(line) for line in self._record.read_text().splitlines()] if self._record.exists() else []


@pytest.fixture
def pulumi(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Pulumi:
    folder = tmp_path / "bin"
    folder.mkdir()
    monkeypatch.setenv("PATH", str(folder))
    for name in ("PULUMI_BACKEND_URL", "PULUMI_CONFIG_PASSPHRASE", "PULUMI_CONFIG_PASSPHRASE_FILE"):
        monkeypatch.delenv(name, raising=False)
    return Pulumi(folder)


def test_the_cli_previews_the_stack_in_a_state_of_its_own(
    pulumi: Pulumi, project: Path, capfd: pytest.CaptureFixture[str]
) -> None:
    pulumi.install()
    assert preview("dev", project) == 0
    state = project / ".pulumi-state"
    created, previewed = pulumi.calls
    assert created["arguments"] == [
        *("stack", "select", "dev", "--create", "--secrets-provider", "passphrase", "--non-interactive"),
        *("--cwd", str(state / "projects" / "dev")),
    ]
    assert previewed["arguments"] == [
        *("preview", "--stack", "dev", "--config-file", str(state / "projects" / "dev" / "Pulumi.dev.yaml")),
        *("--cwd", str(project)),
    ]
    for call in (created, previewed):
        assert call["environment"] == {"PULUMI_BACKEND_URL": f"file://{state}", "PULUMI_CONFIG_PASSPHRASE": ""}
    out, err = capfd.readouterr()
    assert out == "previewed\n"
    assert "from nothing" in err


def test_what_a_person_has_chosen_for_real_deployments_has_no_say(
    pulumi: Pulumi, project: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("PULUMI_BACKEND_URL", "s3://states")
    monkeypatch.setenv("PULUMI_CONFIG_PASSPHRASE", "hush")
    pulumi.install()
    assert preview("prod", project) == 0
    for call in pulumi.calls:
        assert call["environment"]["PULUMI_BACKEND_URL"] == f"file://{project / '.pulumi-state'}"
        assert call["environment"]["PULUMI_CONFIG_PASSPHRASE"] == ""


def test_the_stacks_file_is_not_dirtied_and_read_anew_each_time(pulumi: Pulumi, project: Path) -> None:
    pulumi.install()
    file = project / "Pulumi.dev.yaml"
    for written in (file.read_text(), file.read_text().replace("us-east-1", "eu-west-1")):
        file.write_text(written)
        assert preview("dev", project) == 0
        assert file.read_text() == written
        copy = (project / ".pulumi-state" / "projects" / "dev" / "Pulumi.dev.yaml").read_text()
        assert copy.endswith(written)
    assert {path.name for path in project.iterdir()} == {
        *("Pulumi.yaml", "Pulumi.dev.yaml", "Pulumi.prod.yaml"),
        ".pulumi-state",
    }


def test_a_stack_whose_real_state_has_a_passphrase_can_be_previewed_without_it(pulumi: Pulumi, project: Path) -> None:
    pulumi.install()
    file = project / "Pulumi.dev.yaml"
    file.write_text(f"secretsprovider: passphrase\nencryptionsalt: v1:other\n{file.read_text()}")
    assert preview("dev", project) == 0
    assert "v1:other" in file.read_text()


def test_what_pulumi_refuses_is_refused(pulumi: Pulumi, project: Path) -> None:
    pulumi.install(fails="preview", code=255)
    assert preview("dev", project) == 255


def test_a_state_that_cannot_be_kept_is_told(pulumi: Pulumi, project: Path) -> None:
    pulumi.install(fails="stack", code=1)
    with pytest.raises(CommandError, match=r"Pulumi cannot keep a state in .*\.pulumi-state"):
        preview("dev", project)
    assert len(pulumi.calls) == 1


def test_without_the_cli_a_person_is_told_how_to_get_it(pulumi: Pulumi, project: Path) -> None:
    with pytest.raises(CommandError) as refused:
        preview("dev", project)
    assert refused.value.exit_code == FAILED
    assert "The Pulumi CLI is not installed." in str(refused.value)
    assert "https://www.pulumi.com/docs/install/" in str(refused.value)
    assert not (project / ".pulumi-state").exists()
    assert pulumi.calls == []


def test_a_stack_without_a_file_is_told_which_there_are(pulumi: Pulumi, project: Path) -> None:
    pulumi.install()
    with pytest.raises(
        CommandError, match=r"There is no Pulumi\.qa\.yaml; .* There are stacks: dev, prod\."
    ) as refused:
        preview("qa", project)
    assert refused.value.exit_code == BAD_USAGE
    assert pulumi.calls == []


@pytest.mark.usefixtures("pulumi")
def test_the_command_ends_with_its_error(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
    monkeypatch.setattr(sys, "argv", ["preview", "dev"])
    assert main() == FAILED
    assert capsys.readouterr().err.startswith("ocr-wordcount: The Pulumi CLI is not installed.")


@pytest.mark.parametrize(("arguments", "stack"), [((), "dev"), (("STACK=prod",), "prod")])
def test_make_knows_it(arguments: tuple[str, ...], stack: str) -> None:
    make = shutil.which("make")
    assert make
    alone = {name: value for name, value in os.environ.items() if name not in {"MAKEFLAGS", "MAKELEVEL", "STACK"}}
    command = [make, "--dry-run", "--no-print-directory", "preview", *arguments]
    shown = subprocess.run(command, env=alone, cwd=PROJECT, capture_output=True, text=True, check=True)  # noqa: S603  our own Makefile
    assert shown.stdout.splitlines()[-1].endswith(f'python -m cli.preview "{stack}"')


def test_the_state_is_ignored_by_git() -> None:
    assert ".pulumi-state/" in (PROJECT / ".gitignore").read_text().splitlines()
