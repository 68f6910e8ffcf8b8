from __future__ import annotations

import functools
from dataclasses import replace
from typing import TYPE_CHECKING

import pulumi
import pulumi_aws as aws
import pytest

from components import renames
from tests.components.recorder import configuration, record_program, recorded, run_main
from tests.components.urns import UPLOADED_FILE, complaints, listed, made

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

TABLE = "ocr-wordcount::ocr:index:ResultCache$aws:dynamodb/table:Table::cache-table"
ITEMS = TABLE.replace("cache-table", "cache-items")
ROWS = TABLE.replace("cache-table", "cache-rows")

NOTHING: Mapping[str, str] = {}

ASKED_FOR = {"ocr-wordcount:site": {"domain": "words.example.com"}}
"""Settings that bring resources with them, which no stack's file asks for."""


@functools.cache
def every(stack: str) -> frozenset[str]:
    """The URNs of our program under a stack's file, and those that settings can bring besides."""
    config = configuration(stack)
    for section, values in ASKED_FOR.items():
        config[section] |= values
    return frozenset(made(recorded(stack)) | made(record_program(run_main, config, stack)))


def now() -> set[str]:
    """The URNs of our program."""
    return set(every("dev"))


def of_dev() -> set[str]:
    """Those of them that the stack of the aliases' tests has."""
    return made(recorded("dev"))


def told(
    urns: Iterable[str] | None = None,
    *,
    known: Iterable[str] = (),
    renamed: Mapping[str, str] = NOTHING,
    removed: Mapping[str, str] = NOTHING,
) -> list[str]:
    """What there is to complain about these URNs, with these lines and entries beside ours."""
    entries = {**renames.RENAMED, **renamed}, {**renames.REMOVED, **removed}
    return list(complaints(now() if urns is None else urns, sorted({*listed(), *known}), *entries))


@pytest.mark.parametrize("stack", ["dev", "prod", "local"])
def test_no_deployed_stack_loses_a_resource(stack: str) -> None:
    if complained := list(complaints(every(stack), listed(), renames.RENAMED, renames.REMOVED)):
        pytest.fail("\n\n".join(complained), pytrace=False)  # an assertion would show the first lines only


def test_a_stack_lacks_only_what_it_has_not_asked_for() -> None:
    lacking = now() - of_dev()
    assert {urn.rpartition("::")[2] for urn in lacking} == {"site-web-certificate", "site-web-certificate-proof"}


def test_a_renamed_child_without_an_entry_is_told_with_the_lines_to_write() -> None:
    vanished, new = told(now() - {TABLE} | {ITEMS})
    assert vanished == "\n".join(
        (
            TABLE,
            "is no more. A deployed stack would delete it, with all that is in it.",
            "Has it another name, type or parent now, write in RENAMED in components/renames.py:",
            f'    "{TABLE}":',
            f'        "{ITEMS}",',
            "Is it to be deleted, write in REMOVED there:",
            f'    "{TABLE}":',
            '        "<why, and what becomes of what is in it>",',
        )
    )
    assert new == f"Once deployed, a URN must last. Add to components/urns.txt, in order:\n{ITEMS}"


def test_a_new_type_of_a_component_renames_all_that_is_in_it() -> None:
    token = "ocr:index:ResultCache"
    inside = [urn for urn in now() if token in urn]
    assert len(inside) > 5
    message = "\n".join(told(urn.replace(token, "ocr:index:Cache") for urn in now()))
    for urn in inside:
        assert f'"{urn}":\n        "{urn.replace(token, "ocr:index:Cache")}",' in message


def test_with_an_entry_and_its_line_a_rename_is_accepted() -> None:
    assert told(now() - {TABLE} | {ITEMS}, known=[ITEMS], renamed={TABLE: ITEMS}) == []


def test_a_resource_is_registered_under_its_earlier_urns(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(renames, "RENAMED", {ROWS: ITEMS, ITEMS: TABLE})
    stack = record_program(run_main, configuration("dev"), "team-3")
    assert stack.one("aws:dynamodb/table:Table", "cache-table").aliases == {
        f"urn:pulumi:team-3::{urn}" for urn in (ITEMS, ROWS)
    }
    assert [each.name for each in stack.resources if each.aliases] == ["cache-table"]


def test_whatever_is_renamed_is_registered_under_its_earlier_urn(monkeypatch: pytest.MonkeyPatch) -> None:
    """Components and what is in them, however deep: the URN that is worked out for an alias is the engine's."""
    monkeypatch.setattr(renames, "RENAMED", {f"earlier::{urn}": urn for urn in of_dev()})
    stack = record_program(run_main, configuration("dev"), "dev")
    assert {each.urn: each.aliases for each in stack.resources if each.type != UPLOADED_FILE} == {
        f"urn:pulumi:dev::{urn}": {f"urn:pulumi:dev::earlier::{urn}"} for urn in of_dev()
    }


def test_an_alias_changes_nothing_else(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(renames, "RENAMED", {f"earlier::{urn}": urn for urn in of_dev()})
    stack = record_program(run_main, configuration("dev"), "dev")
    ours = {each.urn: each for each in recorded("dev").resources}
    assert {each.urn: replace(each, aliases=ours[each.urn].aliases) for each in stack.resources} == ours


def test_resources_that_share_options_do_not_share_an_alias(monkeypatch: pytest.MonkeyPatch) -> None:
    def two_with_the_same_options() -> None:
        renames.apply()
        child = pulumi.ResourceOptions(parent=pulumi.ComponentResource("ours:index:Pair", "pair"))
        aws.sns.Topic("one", opts=child)
        aws.sns.Topic("other", opts=child)

    one = "ocr-wordcount::ours:index:Pair$aws:sns/topic:Topic::one"
    monkeypatch.setattr(renames, "RENAMED", {one.replace("::one", "::first"): one})
    stack = record_program(two_with_the_same_options)
    assert {each.name: len(each.aliases) for each in stack.resources} == {"pair": 0, "one": 1, "other": 0}


def test_a_new_resource_is_to_be_listed() -> None:
    assert told({*now(), ITEMS, ROWS}) == [
        f"Once deployed, a URN must last. Add to components/urns.txt, in order:\n{ITEMS}\n{ROWS}"
    ]


def test_what_is_removed_needs_a_reason() -> None:
    assert told(now() - {TABLE}, removed={TABLE: "It is kept elsewhere; the old one is exported before."}) == []
    assert told(now() - {TABLE}, removed={TABLE: " "}) == [f"REMOVED has {TABLE} without a reason."]


def test_what_is_there_can_be_neither_removed_nor_renamed() -> None:
    other = next(urn for urn in now() if urn != TABLE)
    assert told(removed={TABLE: "Not needed."}) == [f"REMOVED has {TABLE}, but it is there: take the entry out."]
    assert told(renamed={TABLE: other}) == [f"RENAMED has {TABLE}, but it is there still: two would be one."]


def test_what_never_was_can_be_neither_renamed_nor_removed() -> None:
    never = f"{ITEMS}, but components/urns.txt does not: nothing was ever called so."
    assert told(renamed={ITEMS: TABLE}) == [f"RENAMED has {never}"]
    assert told(removed={ITEMS: "Not needed."}) == [f"REMOVED has {never}"]


def test_what_is_renamed_is_not_removed() -> None:
    both = told(known=[ITEMS], renamed={ITEMS: TABLE}, removed={ITEMS: "Not needed."})
    assert both == [f"{ITEMS} is both in RENAMED and in REMOVED."]


@pytest.mark.parametrize(
    "entries",
    [{ITEMS: "ocr-wordcount::nothing"}, {ITEMS: ITEMS}, {ITEMS: ROWS, ROWS: ITEMS}],
    ids=["nowhere", "itself", "in a circle"],
)
def test_an_entry_that_leads_to_nothing_is_refused(entries: dict[str, str]) -> None:
    complained = told(known=[ITEMS, ROWS], renamed={ROWS: TABLE, **entries})
    assert f"RENAMED has {ITEMS}, but leads to nothing that is there: {entries[ITEMS]}." in complained


def test_an_entry_may_lead_over_others_to_what_is_there_or_was_removed() -> None:
    assert told(known=[ITEMS, ROWS], renamed={ROWS: ITEMS, ITEMS: TABLE}) == []
    assert told(known=[ITEMS, ROWS], renamed={ROWS: ITEMS}, removed={ITEMS: "Not needed."}) == []


def test_two_cannot_become_one() -> None:
    assert told(known=[ITEMS, ROWS], renamed={ROWS: TABLE, ITEMS: TABLE}) == [
        f"RENAMED makes one of {ITEMS} and {ROWS}: {TABLE}."
    ]


@pytest.mark.parametrize("lines", [["a", "b", "b"], ["b", "a"]], ids=["twice", "out of order"])
def test_the_list_is_in_order(lines: list[str]) -> None:
    assert list(complaints({"a", "b"}, lines, {}, {})) == [
        "The lines of components/urns.txt are not in order, or one is there twice."
    ]


def test_a_urn_has_the_types_of_all_parents() -> None:
    def nested() -> None:
        outer = pulumi.ComponentResource("ours:index:Outer", "outer")
        inner = pulumi.ComponentResource("ours:index:Inner", "inner", opts=pulumi.ResourceOptions(parent=outer))
        aws.sns.Topic("topic", opts=pulumi.ResourceOptions(parent=inner))

    assert made(record_program(nested)) == {
        "ocr-wordcount::ours:index:Outer::outer",
        "ocr-wordcount::ours:index:Outer$ours:index:Inner::inner",
        "ocr-wordcount::ours:index:Outer$ours:index:Inner$aws:sns/topic:Topic::topic",
    }
