"""`docs/deploy.md` promises what there is: commands, targets, settings, numbers; and its first page is read."""

from __future__ import annotations

import os
import re
import shlex
import shutil
import subprocess
import sys
import threading
import time
from typing import TYPE_CHECKING

import pytest

from cli.cloud import PROJECT
from cli.main import _parser
from components.setting import settings_of
from components.settings import SECTIONS
from tests.components.recorder import recorded

if TYPE_CHECKING:
    from pathlib import Path

    from local.cloud import Cloud

PAGE = (PROJECT / "docs" / "deploy.md").read_text(encoding="utf-8")
BLOCKS = re.findall(r"```(?:sh)?\n(.*?)\n *```", PAGE, re.DOTALL)


def test_the_commands_of_ours_are_there() -> None:
    commands = [line for block in BLOCKS for line in block.splitlines() if line.startswith(".venv/bin/ocr-wordcount")]
    assert len(commands) >= 3
    for command in commands:
        _parser().parse_args(shlex.split(command)[1:])  # ends the process if there is no such command or option


def test_the_targets_of_make_are_there() -> None:
    makefile = (PROJECT / "Makefile").read_text(encoding="utf-8")
    for target in re.findall(r"`make ([a-z-]+)", PAGE):
        assert f"\n{target}: " in makefile


def test_the_settings_are_there() -> None:
    named = set(re.findall(rf"`({'|'.join(SECTIONS)})\.(\w+)", PAGE))
    assert len(named) >= 4
    for section, key in named:
        assert key in settings_of(SECTIONS[section])


def test_the_links_lead_somewhere() -> None:
    for link in re.findall(r"\]\(([^)]+)\)", PAGE):
        assert link.startswith("https://") or (PROJECT / "docs" / link).is_file()


@pytest.mark.parametrize("stack", ["dev", "prod"])
def test_so_many_functions_run_at_once(stack: str) -> None:
    mappings = recorded(stack).of("aws:lambda/eventSourceMapping:EventSourceMapping")
    at_once = sum(mapping.inputs["scalingConfig"]["maximumConcurrency"] for mapping in mappings)
    sweep = 1
    assert f"{stack} {at_once + sweep}" in PAGE


def test_what_is_kept_is_what_the_page_says() -> None:
    buckets = {
        each.name: each.inputs["forceDestroy"] for each in recorded("prod").of("aws:s3/bucket:Bucket")
    }  # who may be deleted with what is in it
    assert buckets == {"cache-results-bucket": False, "site-uploads-bucket": True, "site-web-page-bucket": True}
    for kept in ("the uploads bucket: what was not taken yet", "the page's bucket: all of its versions"):
        assert f"{kept} | deleted, with all that is in it | the same |" in PAGE


@pytest.mark.cloud
def test_the_first_page_is_read(cloud: Cloud, tmp_path: Path) -> None:
    (first,) = [block for block in BLOCKS if "<<'END'" in block]
    pulumi = tmp_path / "pulumi"
    pulumi.write_text(
        f'#!/bin/sh\n[ "$*" = "stack output site_url --stack dev" ] && echo {cloud.local.endpoint}\n', encoding="utf-8"
    )
    pulumi.chmod(0o755)
    reader = "first-reader@example.com"

    def follow_the_link() -> None:
        until = time.monotonic() + 60
        while not cloud.mails(reader):
            assert time.monotonic() < until
            time.sleep(0.1)
        cloud.verify(reader)

    threading.Thread(target=follow_the_link).start()
    shell = shutil.which("sh")
    assert shell
    script = first.replace(".venv/bin/python", shlex.quote(sys.executable)).replace("reader@example.com", reader)
    ended = subprocess.run(  # noqa: S603  our own page
        [shell, "-c", script],
        env={**os.environ, "PATH": f"{tmp_path}{os.pathsep}{os.environ['PATH']}", "PYTHONPATH": str(PROJECT)},
        cwd=PROJECT,
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
    )
    assert ended.returncode == 0, ended.stderr
    asked, request, state, words = ended.stdout.splitlines()
    assert asked == f"a mail goes to {reader}"
    assert re.fullmatch(r"request \S+", request)
    assert state.strip() == "SENT"
    assert "'word': 'the'" in words
