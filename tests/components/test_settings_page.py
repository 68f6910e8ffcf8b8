"""`docs/settings.md` as its reader uses it: what it shows as a file works, what it shows as an answer is one."""

from __future__ import annotations

import re
from typing import Any

import pytest
import yaml

from components.setting import settings_of
from components.settings import SECTIONS, settings_in
from components.stack_file import SettingsError, StackFile
from tests.components.recorder import PROJECT, record_program, run_main

PAGE = (PROJECT / "docs" / "settings.md").read_text(encoding="utf-8")


def blocks(language: str) -> list[str]:
    return re.findall(rf"```{language}\n(.*?)\n```", PAGE, re.DOTALL)


def files() -> list[dict[str, Any]]:
    return [yaml.safe_load(block)["config"] for block in blocks("yaml")]


def test_the_least_file_deploys() -> None:
    least, _ = files()
    stack = record_program(run_main, least, "trial")
    assert {function.inputs["runtime"] for function in stack.of("aws:lambda/function:Function")} == {"python3.13"}
    assert stack.exports["mail_sender"] == "words@example.com"


def test_nothing_can_be_left_out_of_the_least_file() -> None:
    least, _ = files()
    for key, value in least.items():
        settings = value if isinstance(value, dict) else {}
        for left in [None, *({inner: settings[inner] for inner in settings if inner != out} for out in settings)]:
            with pytest.raises(SettingsError, match=r" is (missing|empty)\."):
                settings_in(StackFile("ocr-wordcount", "dev", {**least, key: left}))


def test_the_wrong_file_is_answered_as_shown() -> None:
    least, wrong = files()
    values = {key: value for key, value in {**least, **wrong}.items() if key != "aws:region"}
    with pytest.raises(SettingsError) as refused:
        settings_in(StackFile("ocr-wordcount", "dev", values))
    assert [str(refused.value)] == blocks("text")


def test_every_setting_is_on_the_page() -> None:
    for name, section in SECTIONS.items():
        told = PAGE.partition(f"## `ocr-wordcount:{name}`\n")[2].partition("\n## ")[0]
        for key, (_, meaning) in settings_of(section).items():
            assert f"| `{key}` | {meaning.means} | {meaning.allowed.words} |" in told
