"""Each kind of mistake in a stack's file, and the words that a person is told: what is wrong, and what to write."""

from __future__ import annotations

import copy
from typing import TYPE_CHECKING, Any

import pytest
import yaml

from components.setting import required_of, settings_of
from components.settings import KNOWN, REGION, SECTIONS, read_settings
from components.stack_file import SettingsError, StackFile, yaml_of
from tests.components.recorder import PROJECT, configuration, record_program, run_main

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


def dev_with(keys: Mapping[str, object]) -> dict[str, Any]:
    """The configuration of dev with other values outside of sections; None takes a key away."""
    config = {**configuration("dev"), **keys}
    return {key: value for key, value in config.items() if value is not None}


def as_told(*lines: str) -> str:
    """A whole message."""
    return "\n".join(lines)


def followed(config: Mapping[str, Any], message: str) -> dict[str, Any]:
    """The configuration after a person did what the message says: keys that it calls none are gone, its YAML is in."""
    told, _, lines = message.partition("In Pulumi.dev.yaml write:\n\n")
    result = copy.deepcopy(dict(config))
    for line in told.splitlines():
        full, _, key = line.split(" ", 1)[0].partition(".")
        if "no setting" in line or " stands in " in line:
            if key and isinstance(result.get(full), dict):
                result[full].pop(key)
            else:
                result.pop(line.split(" ", 1)[0])
    for key, value in ((yaml.safe_load(lines) or {"config": {}})["config"]).items():
        before = result.get(key)
        result[key] = {**before, **value} if isinstance(before, dict) and isinstance(value, dict) else value
    return result


def test_a_setting_arrives_as_it_was_written() -> None:
    settings = read(dev("cache", ttlDays=7, keepOnTeardown=True))
    assert (settings.cache.ttl_days, settings.cache.keep_on_teardown) == (7, True)


def test_what_is_right_for_everyone_need_not_be_written() -> None:
    config = dev("mail", lateAfterSeconds=None)
    del config["ocr-wordcount:functions"]
    settings = read(config)
    assert (settings.mail.late_after_seconds, settings.functions.runtime) == (300, "python3.13")


# Missing


def test_a_missing_section_is_shown_whole() -> None:
    assert refusal(dev_with({"ocr-wordcount:cache": None})) == as_told(
        "ocr-wordcount:cache is missing.",
        "In Pulumi.dev.yaml write:",
        "",
        "  config:",
        "    ocr-wordcount:cache:",
        "      ttlDays: 90",
        "      keepOnTeardown: true",
        "      pointInTimeRecovery: true",
    )


@pytest.mark.parametrize("nothing", ["", {}, "null"])
def test_an_empty_section_is_shown_whole(nothing: object) -> None:
    message = refusal(dev_with({"ocr-wordcount:logs": nothing}))
    assert message.startswith("ocr-wordcount:logs is empty.\n")
    assert message.endswith("    ocr-wordcount:logs:\n      retentionDays: 30")


def test_a_section_of_defaults_may_be_empty() -> None:
    assert read(dev_with({"ocr-wordcount:functions": ""})).functions.runtime == "python3.13"


def test_a_missing_key_is_shown_with_what_it_may_be() -> None:
    assert refusal(dev("cache", ttlDays=None)) == as_told(
        "ocr-wordcount:cache.ttlDays is missing. It must be a whole number of days from 5 to 3650.",
        "In Pulumi.dev.yaml write:",
        "",
        "  config:",
        "    ocr-wordcount:cache:",
        "      ttlDays: 90",
    )


def test_a_key_without_a_value_is_no_setting_left_out() -> None:
    config = dev("mail")
    config["ocr-wordcount:mail"]["lateAfterSeconds"] = None
    message = refusal(config)
    assert message.startswith("ocr-wordcount:mail.lateAfterSeconds has no value, but must be a whole number of seconds")
    assert message.endswith("    ocr-wordcount:mail:\n      lateAfterSeconds: 300")


def test_the_file_to_write_is_the_stacks_own() -> None:
    assert "In Pulumi.team-3.yaml write:" in refusal(dev("cache", ttlDays=None), "team-3")


def test_without_a_region_nobody_knows_where_to() -> None:
    assert refusal(dev_with({"aws:region": None})) == as_told(
        "aws:region is missing. It must be a region of AWS, such as us-east-1 (none of China's or GovCloud's).",
        "In Pulumi.dev.yaml write:",
        "",
        "  config:",
        "    aws:region: us-east-1",
    )


@pytest.mark.parametrize("region", ["virginia", "us-east-1a", "cn-north-1", "us-gov-west-1", "US East"])
def test_a_region_is_one_that_our_arns_are_right_for(region: str) -> None:
    message = refusal(dev_with({"aws:region": region}))
    assert message.startswith(f'aws:region is "{region}", but must be a region of AWS, such as us-east-1')
    assert message.endswith("    aws:region: us-east-1")


@pytest.mark.parametrize("region", ["us-east-1", "eu-central-2", "ap-northeast-1", "ca-central-1"])
def test_any_other_region_will_do(region: str) -> None:
    read(dev_with({"aws:region": region}))


def test_a_new_stack_without_a_file_is_told_all_that_it_has_to_hold() -> None:
    told = refusal({}, "trial")
    lines = told.partition("In Pulumi.trial.yaml write:\n\n")[2]
    assert told.splitlines()[:3] == [
        REGION.allowed.words.join(("aws:region is missing. It must be ", ".")),
        "ocr-wordcount:site is missing.",
        "ocr-wordcount:ocr is missing.",
    ]
    read(yaml.safe_load(lines)["config"], "trial")


# Misspelt


def test_a_misspelt_key_is_recognised_and_keeps_its_value() -> None:
    assert refusal(dev("cache", ttlDays=None, ttl_days=45)) == as_told(
        "ocr-wordcount:cache.ttl_days is no setting. Did you mean ttlDays? "
        "There are: ttlDays, keepOnTeardown, pointInTimeRecovery.",
        "In Pulumi.dev.yaml write:",
        "",
        "  config:",
        "    ocr-wordcount:cache:",
        "      ttlDays: 45",
    )


def test_a_key_that_is_there_twice_in_two_spellings_is_recognised() -> None:
    assert refusal(dev("cache", ttldays=45)) == (
        "ocr-wordcount:cache.ttldays is no setting. Did you mean ttlDays, which is there too? Keep one of them. "
        "There are: ttlDays, keepOnTeardown, pointInTimeRecovery."
    )


def test_a_key_like_no_other_is_to_be_taken_out() -> None:
    assert refusal(dev("logs", colour="blue")) == (
        "ocr-wordcount:logs.colour is no setting: take it out. There are: level, retentionDays."
    )


def test_a_misspelt_default_is_not_silently_the_default() -> None:
    message = refusal(dev("mail", lateAfterSeconds=None, lateAfterSecond=60))
    assert message.startswith("ocr-wordcount:mail.lateAfterSecond is no setting. Did you mean lateAfterSeconds?")
    assert message.endswith("    ocr-wordcount:mail:\n      lateAfterSeconds: 60")


def test_a_misspelt_section_is_recognised_and_keeps_its_settings() -> None:
    config = configuration("dev")
    config["ocr-wordcount:mails"] = config.pop("ocr-wordcount:mail")
    assert refusal(config) == as_told(
        "ocr-wordcount:mails is no setting. Did you mean ocr-wordcount:mail? "
        "There are: site, ocr, count, glue, cache, mail, logs, functions.",
        "In Pulumi.dev.yaml write:",
        "",
        "  config:",
        "    ocr-wordcount:mail:",
        "      sender: wordcount-dev@example.com",
        "      identity: wordcount-dev@example.com",
        "      lateAfterSeconds: 300",
        "      verification: ses",
        "      proofsPerDay: 3",
        "      proofsOfAllPerDay: 200",
        "      maximumConcurrency: 2",
    )


def test_what_a_misspelt_section_lacks_is_told_with_it() -> None:
    message = refusal(dev_with({"ocr-wordcount:logs": None, "ocr-wordcount:log": {"level": "WARNING"}}))
    assert "ocr-wordcount:log is no setting. Did you mean ocr-wordcount:logs?" in message
    assert "ocr-wordcount:logs.retentionDays is missing." in message
    assert message.endswith("    ocr-wordcount:logs:\n      level: WARNING\n      retentionDays: 30")


def test_a_section_that_is_there_twice_in_two_spellings_is_recognised() -> None:
    message = refusal(dev_with({"ocr-wordcount:function": {"runtime": "python3.12"}}))
    assert message.startswith(
        "ocr-wordcount:function is no setting. Did you mean ocr-wordcount:functions, which is there too? "
        "Keep one of them."
    )


def test_a_section_like_no_other_is_to_be_taken_out() -> None:
    assert refusal(dev_with({"ocr-wordcount:printer": {"paper": "A4"}})) == (
        "ocr-wordcount:printer is no setting: take it out."
        " There are: site, ocr, count, glue, cache, mail, logs, functions."
    )


def test_a_section_under_another_projects_name_is_recognised() -> None:
    config = configuration("dev")
    config["ocr-wordcuont:count"] = config.pop("ocr-wordcount:count")
    message = refusal(config)
    assert message.startswith("ocr-wordcuont:count is no setting. Did you mean ocr-wordcount:count?")
    kept = "maximumConcurrency: 5\n      engine: auto\n      glueAboveWords: 1000000\n      gatherSeconds: 30"
    assert message.endswith(f"    ocr-wordcount:count:\n      {kept}")


def test_a_misspelt_region_is_recognised() -> None:
    for config in (
        dev_with({"aws:region": None, "aws:regoin": "eu-west-1"}),
        dev_with({"aws:region": None, "ocr-wordcount:region": "eu-west-1"}),
    ):
        message = refusal(config)
        assert "region? " not in message
        assert message.partition("\n")[0].endswith("is no setting. Did you mean aws:region?")
        assert message.endswith("    aws:region: eu-west-1")


def test_what_is_said_to_others_is_no_concern_of_ours() -> None:
    read(dev_with({"aws:profile": "work", "pulumi:autonaming": {"pattern": "${name}"}, "other:cache": {"ttlDays": 1}}))


# Misplaced


def test_a_setting_in_the_wrong_section_is_shown_in_the_right_one() -> None:
    config = dev("cache", ttlDays=None)
    config["ocr-wordcount:site"]["ttlDays"] = 45
    assert refusal(config) == as_told(
        "ocr-wordcount:site.ttlDays stands in the wrong section: it is a setting of ocr-wordcount:cache.",
        "In Pulumi.dev.yaml write:",
        "",
        "  config:",
        "    ocr-wordcount:cache:",
        "      ttlDays: 45",
    )


def test_a_setting_that_is_in_the_right_section_too_is_to_be_taken_out_of_the_wrong_one() -> None:
    assert refusal(dev("site", ttlDays=45)) == (
        "ocr-wordcount:site.ttlDays stands in the wrong section: it is a setting of ocr-wordcount:cache, and there "
        "already: take it out here."
    )


def test_a_setting_of_several_sections_is_shown_in_those_that_lack_it() -> None:
    config = dev("count", maximumConcurrency=None)
    config["ocr-wordcount:cache"]["maximumConcurrency"] = 3
    message = refusal(config)
    assert message.startswith(
        "ocr-wordcount:cache.maximumConcurrency stands in the wrong section: it is a setting of ocr-wordcount:ocr and "
        "ocr-wordcount:count and ocr-wordcount:mail.\n"
    )
    assert message.endswith("  config:\n    ocr-wordcount:count:\n      maximumConcurrency: 3")


def test_a_setting_outside_of_any_section_is_shown_in_its_own() -> None:
    config = dev("cache", ttlDays=None) | {"ocr-wordcount:ttlDays": 45}
    message = refusal(config)
    assert message.startswith("ocr-wordcount:ttlDays stands in no section: it is a setting of ocr-wordcount:cache.\n")
    assert message.endswith("    ocr-wordcount:cache:\n      ttlDays: 45")


def test_what_pulumi_config_set_writes_without_path_is_recognised() -> None:
    config = dev("cache", ttlDays=None) | {"ocr-wordcount:cache.ttlDays": "45"}
    message = refusal(config)
    assert message.startswith(
        "ocr-wordcount:cache.ttlDays stands in no section: it is a setting of ocr-wordcount:cache"
    )
    assert message.endswith("    ocr-wordcount:cache:\n      ttlDays: 45")


def test_a_section_in_a_section_is_shown_beside_it() -> None:
    config = dev_with({"ocr-wordcount:logs": None})
    config["ocr-wordcount:mail"]["logs"] = {"retentionDays": 60}
    message = refusal(config)
    assert message.startswith(
        "ocr-wordcount:mail.logs is no setting, but a section of its own: it stands beside ocr-wordcount:mail, "
        "not in it.\n"
    )
    assert message.endswith("    ocr-wordcount:logs:\n      retentionDays: 60")


# Wrong


@pytest.mark.parametrize(("given", "shown"), [("five", '"five"'), (5, "5"), ([1, 2], "[1, 2]"), (True, "true")])
def test_a_section_must_hold_settings(given: object, shown: str) -> None:
    assert refusal(dev_with({"ocr-wordcount:count": given})) == as_told(
        f"ocr-wordcount:count is {shown}, but must be an object of settings.",
        "In Pulumi.dev.yaml write:",
        "",
        "  config:",
        "    ocr-wordcount:count:",
        "      maximumConcurrency: 5",
    )


@pytest.mark.parametrize(
    ("section", "key", "value", "told"),
    [
        ("ocr", "maximumConcurrency", 1, "is 1, but must be a whole number from 2 to 1000."),
        ("count", "maximumConcurrency", 1001, "is 1001, but must be a whole number from 2 to 1000."),
        ("site", "formMinutes", -10, "is -10, but must be a whole number of minutes from 1 to 60."),
        ("cache", "ttlDays", 1.5, "is 1.5, but must be a whole number of days from 5 to 3650."),
        ("cache", "ttlDays", True, "is true, but must be a whole number of days from 5 to 3650."),
        ("cache", "ttlDays", [30], "is [30], but must be a whole number of days from 5 to 3650."),
        ("cache", "ttlDays", {"days": 30}, 'is {"days": 30}, but must be a whole number of days from 5 to 3650.'),
        ("cache", "keepOnTeardown", 1, "is 1, but must be true or false."),
        ("cache", "keepOnTeardown", "perhaps", 'is "perhaps", but must be true or false.'),
        ("ocr", "timeoutSeconds", 288, "is 288, but must be a whole number of seconds from 10 to 287."),
        (
            "mail",
            "lateAfterSeconds",
            901,
            "is 901, but must be a whole number of seconds (SQS delays a message no longer) from 1 to 900.",
        ),
        ("mail", "sender", "nobody", 'is "nobody", but must be one email address.'),
        ("mail", "sender", ["a@example.com"], 'is ["a@example.com"], but must be one email address.'),
        ("mail", "sender", "a@example.com, b@example.com", "but must be one email address."),
        ("mail", "identity", "example", 'is "example", but must be the sender\'s address or its domain.'),
        ("logs", "retentionDays", 31, "is 31, but must be one of 1, 3, 5, 7, 14, 30,"),
        ("logs", "level", "DEBUG", 'is "DEBUG", but must be one of INFO, WARNING, ERROR.'),
        ("logs", "level", ["INFO"], 'is ["INFO"], but must be one of INFO, WARNING, ERROR.'),
        ("functions", "runtime", "python3.8", 'is "python3.8", but must be one of python3.11, python3.12, python3.13.'),
        ("functions", "runtime", 3.13, "is 3.13, but must be one of python3.11, python3.12, python3.13."),
    ],
)
def test_a_wrong_value_is_told_with_what_it_may_be(section: str, key: str, value: object, told: str) -> None:
    message = refusal(dev(section, **{key: value}))
    assert message.startswith(f"ocr-wordcount:{section}.{key} ")
    assert told in message
    example = KNOWN.meanings(section)[key].example
    assert yaml_of({f"ocr-wordcount:{section}": {key: example}}) in message


@pytest.mark.parametrize(
    ("section", "key", "value", "line"),
    [
        ("cache", "ttlDays", "45", "ttlDays: 45"),
        ("cache", "keepOnTeardown", "false", "keepOnTeardown: false"),
        ("cache", "keepOnTeardown", "no", "keepOnTeardown: false"),
        ("cache", "pointInTimeRecovery", "Yes", "pointInTimeRecovery: true"),
        ("logs", "level", "error", "level: ERROR"),
        ("functions", "runtime", "Python3.12", "runtime: python3.12"),
        ("mail", "sender", " words@example.com ", "sender: words@example.com"),
    ],
)
def test_the_line_to_write_is_what_was_meant_where_that_can_be_seen(
    section: str, key: str, value: object, line: str
) -> None:
    assert f"      {line}" in refusal(dev(section, **{key: value})).splitlines()


# Wrong together


@pytest.mark.parametrize("lease", [60, 360])
def test_a_lease_lies_between_timeout_and_visibility(lease: int) -> None:
    message = refusal(dev("ocr", timeoutSeconds=60, leaseSeconds=lease))
    assert f"ocr-wordcount:ocr.leaseSeconds is {lease}, but must be more than ocr.timeoutSeconds (60)" in message
    assert "less than the queue's visibility (6 x 60 = 360)" in message
    assert message.endswith("ocr-wordcount:ocr:\n      leaseSeconds: 90")


def test_a_default_that_does_not_go_with_what_is_written_is_told_too() -> None:
    message = refusal(dev("ocr", timeoutSeconds=120, leaseSeconds=None))
    assert message.startswith("ocr-wordcount:ocr.leaseSeconds is 90, but must be more than ocr.timeoutSeconds (120)")
    assert message.endswith("ocr-wordcount:ocr:\n      leaseSeconds: 180")


def test_the_identity_is_the_senders() -> None:
    message = refusal(dev("mail", sender="words@example.com", identity="example.org"))
    assert message.startswith("ocr-wordcount:mail.identity is example.org, but mails come from words@example.com")
    assert message.endswith("ocr-wordcount:mail:\n      identity: example.com")


def test_all_that_is_wrong_is_told_at_once_and_written_in_one_piece() -> None:
    config = dev("cache", ttlDays="30")
    del config["aws:region"]
    config["ocr-wordcount:mail"] = {
        "sendr": "words@example.com",
        "identity": "example.com",
        "verification": "ses",
        "proofsOfAllPerDay": 200,
        "maximumConcurrency": 1,
    }
    assert refusal(config) == as_told(
        "ocr-wordcount:mail.sendr is no setting. Did you mean sender? "
        "There are: sender, identity, lateAfterSeconds, verification, proofsPerDay, proofsOfAllPerDay, "
        "maximumConcurrency.",
        'ocr-wordcount:cache.ttlDays is "30", but must be a whole number of days from 5 to 3650.',
        "ocr-wordcount:mail.maximumConcurrency is 1, but must be a whole number from 2 to 1000.",
        "aws:region is missing. It must be a region of AWS, such as us-east-1 (none of China's or GovCloud's).",
        "In Pulumi.dev.yaml write:",
        "",
        "  config:",
        "    ocr-wordcount:mail:",
        "      sender: words@example.com",
        "      maximumConcurrency: 2",
        "    ocr-wordcount:cache:",
        "      ttlDays: 30",
        "    aws:region: us-east-1",
    )


# The stack's name


@pytest.mark.parametrize(
    ("stack", "fitting"),
    [("a" * 21, "a" * 20), ("Dev", "dev"), ("my_stack", "my-stack"), ("1st", "st"), ("a.b", "a-b"), ("7", "dev")],
)
def test_a_stack_whose_name_would_make_bad_names_is_refused(stack: str, fitting: str) -> None:
    assert refusal(configuration("dev"), stack) == as_told(
        f"The stack is named {stack!r}, but names of buckets and functions are made of it: at most 20 lower-case "
        "letters, digits and hyphens, beginning with a letter.",
        f"Rename it: pulumi stack rename {fitting} --stack {stack}",
    )
    read(configuration("dev"), fitting)


# What is told can be followed


MISTAKES = {
    "wrong section": dev("site", cacheDays=1),
    "section missing": dev_with({"ocr-wordcount:mail": None}),
    "section misspelt": dev_with(
        {"ocr-wordcount:cach": configuration("dev")["ocr-wordcount:cache"], "ocr-wordcount:cache": None}
    ),
    "section no object": dev_with({"ocr-wordcount:functions": "python3.12"}),
    "key missing": dev("cache", ttlDays=None),
    "sender missing": dev("mail", sender=None),
    "key misspelt": dev("mail", sender=None, Sender="wordcount-dev@example.com"),
    "key in no section": dev("logs", retentionDays=None) | {"ocr-wordcount:retentionDays": "14"},
    "key in another section": dev("logs", retentionDays=None)
    | {"ocr-wordcount:site": {**configuration("dev")["ocr-wordcount:site"], "retentionDays": 14}},
    "text for a number": dev("ocr", maximumConcurrency="2"),
    "number for a flag": dev("cache", keepOnTeardown=1),
    "out of range": dev("mail", maximumConcurrency=0),
    "lease too short": dev("ocr", leaseSeconds=30),
    "somebody else's identity": dev("mail", identity="example.org"),
    "no region": dev_with({"aws:region": None}),
    "region misspelt": dev_with({"aws:region": None, "aws:Region": "us-east-1"}),
}


@pytest.mark.parametrize("mistake", MISTAKES)
def test_who_does_what_the_message_says_has_a_file_that_works(mistake: str) -> None:
    config = followed(MISTAKES[mistake], refusal(MISTAKES[mistake]))
    if mistake == "sender missing":  # an address cannot be guessed: the example's is not the identity's
        config = followed(config, refusal(config))
    read(config)


def test_what_a_person_is_told_to_write_is_accepted() -> None:
    for name, section in SECTIONS.items():
        examples = {key: meaning.example for key, (_, meaning) in settings_of(section).items()}
        read({**configuration("dev"), f"ocr-wordcount:{name}": examples})


def test_text_that_yaml_would_read_as_something_else_is_quoted() -> None:
    texts = {"a": "no", "b": "1.50", "c": "null", "d": "a: b", "e": "words@example.com", "f": "python3.13", "g": "ü#"}
    assert yaml.safe_load(yaml_of({"section": texts}))["config"]["section"] == texts


def test_the_program_itself_stops_before_it_registers_anything() -> None:
    with pytest.raises(SettingsError, match="ocr-wordcount:cache is missing"):
        record_program(run_main, dev_with({"ocr-wordcount:cache": None}))


def test_a_stacks_file_is_read_as_pulumi_hands_it_over(monkeypatch: pytest.MonkeyPatch) -> None:
    """The CLI sets one variable, in which objects are JSON in JSON; tests and the local cloud set values directly."""
    monkeypatch.setenv("PULUMI_CONFIG", '{"ocr-wordcount:cache": "{\\"ttlDays\\": 7}", "aws:region": "eu-west-1"}')
    found: list[StackFile] = []
    record_program(lambda: found.append(StackFile.of_running_program()), {"ocr-wordcount:logs": {"level": "INFO"}})
    assert found[0].values == {
        "ocr-wordcount:cache": {"ttlDays": 7},
        "aws:region": "eu-west-1",
        "ocr-wordcount:logs": {"level": "INFO"},
    }


def test_all_stacks_write_the_same_keys_and_every_setting() -> None:
    stacks = [path.name.split(".")[1] for path in PROJECT.glob("Pulumi.*.yaml")]
    assert {"dev", "prod", "local"} <= set(stacks)
    written = {
        stack: {key: sorted(value) if isinstance(value, dict) else None for key, value in configuration(stack).items()}
        for stack in stacks
    }
    every_setting = {f"ocr-wordcount:{name}": sorted(settings_of(section)) for name, section in SECTIONS.items()}
    assert written == {stack: {"aws:region": None, **every_setting} for stack in stacks}


def test_only_what_differs_between_stacks_or_people_is_required() -> None:
    """A default stands where one is right for everyone; so what has one is the same in the stacks that we ship."""
    for name, section in SECTIONS.items():
        for key in settings_of(section).keys() - required_of(section).keys():
            values = {stack: configuration(stack)[f"ocr-wordcount:{name}"][key] for stack in ("dev", "prod", "local")}
            assert len(set(values.values())) == 1, f"{name}.{key} has a default, but differs: {values}"
