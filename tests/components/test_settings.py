from __future__ import annotations

import copy
from typing import TYPE_CHECKING, Any

import pytest

from components.setting import SettingsError, settings_of
from components.settings import SECTIONS, read_settings
from tests.components.recorder import PROJECT, configuration, record_program

if TYPE_CHECKING:
    from collections.abc import Mapping

    from components.settings import Settings


def read(config: Mapping[str, Any], stack: str = "dev") -> Settings:
    """The settings that the program would read from this configuration."""
    found: list[Settings] = []
    record_program(lambda: found.append(read_settings()), config, stack)
    return found[0]


def refusal(config: Mapping[str, Any], stack: str = "dev") -> str:
    """What a person is told who writes this configuration."""
    with pytest.raises(SettingsError) as refused:
        read(config, stack)
    return str(refused.value)


def dev(section: str, **changes: object) -> dict[str, Any]:
    """The configuration of dev with other values in one section; None takes a key away."""
    config = copy.deepcopy(configuration("dev"))
    values = {**config[f"ocr-wordcount:{section}"], **changes}
    config[f"ocr-wordcount:{section}"] = {key: value for key, value in values.items() if value is not None}
    return config


def test_a_setting_arrives_as_it_was_written() -> None:
    settings = read(dev("cache", ttlDays=7, keepOnTeardown=True))
    assert (settings.cache.ttl_days, settings.cache.keep_on_teardown) == (7, True)


def test_what_is_right_for_everyone_need_not_be_written() -> None:
    config = dev("mail", lateAfterSeconds=None)
    del config["ocr-wordcount:functions"]
    settings = read(config)
    assert (settings.mail.late_after_seconds, settings.functions.runtime) == (300, "python3.13")


def test_a_missing_section_is_shown_whole() -> None:
    config = configuration("dev")
    del config["ocr-wordcount:cache"]
    assert refusal(config) == (
        "ocr-wordcount:cache is missing.\n"
        "In Pulumi.dev.yaml write:\n\n"
        "  config:\n"
        "    ocr-wordcount:cache:\n"
        "      ttlDays: 90\n"
        "      keepOnTeardown: true\n"
        "      pointInTimeRecovery: true"
    )


def test_a_missing_key_is_shown_with_what_it_may_be() -> None:
    assert refusal(dev("cache", ttlDays=None)) == (
        "ocr-wordcount:cache.ttlDays is missing. It must be a whole number of days from 5 to 3650.\n"
        "In Pulumi.dev.yaml write:\n\n"
        "  config:\n"
        "    ocr-wordcount:cache:\n"
        "      ttlDays: 90"
    )


def test_the_file_to_write_is_the_stacks_own() -> None:
    assert "In Pulumi.team-3.yaml write:" in refusal(dev("cache", ttlDays=None), "team-3")


def test_a_misspelt_key_is_recognised() -> None:
    assert refusal(dev("cache", ttldays=30)) == (
        "ocr-wordcount:cache.ttldays is no setting. Did you mean ttlDays? "
        "There are: ttlDays, keepOnTeardown, pointInTimeRecovery."
    )


def test_a_misspelt_section_is_recognised() -> None:
    config = {**configuration("dev"), "ocr-wordcount:mails": {"sender": "words@example.com"}}
    assert refusal(config) == (
        "ocr-wordcount:mails is no setting. Did you mean mail? "
        "There are: site, ocr, count, cache, mail, logs, functions."
    )


def test_a_section_must_hold_settings() -> None:
    config = {**configuration("dev"), "ocr-wordcount:count": "five"}
    assert refusal(config).startswith("ocr-wordcount:count is 'five', but must be an object of settings.\n")


@pytest.mark.parametrize(
    ("section", "key", "value", "told"),
    [
        ("ocr", "maximumConcurrency", 1, "is 1, but must be a whole number from 2 to 1000."),
        ("count", "maximumConcurrency", 1001, "is 1001, but must be a whole number from 2 to 1000."),
        ("mail", "maximumConcurrency", "2", 'is "2", but must be a whole number from 2 to 1000.'),
        ("cache", "ttlDays", 1.5, "is 1.5, but must be a whole number of days from 5 to 3650."),
        ("cache", "ttlDays", True, "is true, but must be a whole number of days from 5 to 3650."),
        ("cache", "keepOnTeardown", "yes", 'is "yes", but must be true or false.'),
        (
            "mail",
            "lateAfterSeconds",
            901,
            "is 901, but must be a whole number of seconds (SQS delays a message no longer) from 1 to 900.",
        ),
        ("mail", "sender", "nobody", 'is "nobody", but must be one email address.'),
        ("mail", "sender", "a@example.com, b@example.com", "but must be one email address."),
        ("logs", "retentionDays", 31, "is 31, but must be one of 1, 3, 5, 7, 14, 30,"),
        ("logs", "level", "DEBUG", 'is "DEBUG", but must be one of INFO, WARNING, ERROR.'),
        ("functions", "runtime", "python3.8", 'is "python3.8", but must be one of python3.11, python3.12, python3.13.'),
    ],
)
def test_a_wrong_value_is_told_with_what_it_may_be(section: str, key: str, value: object, told: str) -> None:
    message = refusal(dev(section, **{key: value}))
    assert message.startswith(f"ocr-wordcount:{section}.{key} ")
    assert told in message
    assert f"    ocr-wordcount:{section}:\n      {key}: " in message


@pytest.mark.parametrize("lease", [60, 360])
def test_a_lease_lies_between_timeout_and_visibility(lease: int) -> None:
    message = refusal(dev("ocr", timeoutSeconds=60, leaseSeconds=lease))
    assert f"ocr-wordcount:ocr.leaseSeconds is {lease}, but must be more than ocr.timeoutSeconds (60)" in message
    assert "less than the queue's visibility (6 x 60 = 360)" in message
    assert message.endswith("ocr-wordcount:ocr:\n      leaseSeconds: 90")


def test_the_identity_is_the_senders() -> None:
    message = refusal(dev("mail", sender="words@example.com", identity="example.org"))
    assert message.startswith("ocr-wordcount:mail.identity is example.org, but mails come from words@example.com")
    assert message.endswith("ocr-wordcount:mail:\n      identity: example.com")


@pytest.mark.parametrize("stack", ["a" * 21, "Dev", "my_stack", "1st", "a.b"])
def test_a_stack_whose_name_would_make_bad_names_is_refused(stack: str) -> None:
    assert refusal(configuration("dev"), stack).startswith(f"The stack is named {stack!r}, but names of buckets")


def test_what_a_person_is_told_to_write_is_accepted() -> None:
    for name, section in SECTIONS.items():
        examples = {key: meaning.example for key, (_, meaning) in settings_of(section).items()}
        read({**configuration("dev"), f"ocr-wordcount:{name}": examples})


def test_all_stacks_write_the_same_keys_and_every_setting() -> None:
    stacks = [path.name.split(".")[1] for path in PROJECT.glob("Pulumi.*.yaml")]
    assert {"dev", "prod", "local"} <= set(stacks)
    written = {
        stack: {key: sorted(value) if isinstance(value, dict) else None for key, value in configuration(stack).items()}
        for stack in stacks
    }
    every_setting = {f"ocr-wordcount:{name}": sorted(settings_of(section)) for name, section in SECTIONS.items()}
    assert written == {stack: {"aws:region": None, **every_setting} for stack in stacks}
