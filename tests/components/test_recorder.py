from __future__ import annotations

import pulumi
import pulumi_aws as aws

from tests.components.recorder import record_program


def test_a_secret_is_recorded_as_one() -> None:
    def program() -> None:
        word = pulumi.Output.secret("open sesame")
        aws.sns.Topic("topic", display_name=word, tags={"public": "yes"})
        aws.sns.Topic("deep", tags={"word": word, "list": word.apply(lambda told: told.upper())})

    topic, deep = record_program(program).of("aws:sns/topic:Topic")
    assert (topic.secret, topic.inputs["displayName"]) == ({"displayName"}, "open sesame")
    assert deep.secret == {"tags.word", "tags.list"}
    assert deep.inputs["tags"] == {"word": "open sesame", "list": "OPEN SESAME"}
