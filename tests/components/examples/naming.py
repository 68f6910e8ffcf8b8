from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Final

from tests.components.examples.alarms import alarm
from tests.components.examples.changes import LEFT_OUT, all_of, but, more, renamed, twice
from tests.components.examples.dashboards import shows
from tests.components.examples.example import lets_pass, minds
from tests.components.examples.metrics import made
from tests.components.recorder import Recorded
from tests.components.rules import naming
from tests.components.rules.kinds import (
    ALARM,
    API,
    API_KEY,
    BUCKET,
    BUCKET_OBJECT,
    CACHE_POLICY,
    CERTIFICATE,
    CERTIFICATE_PROOF,
    CONFIGURATION_SET,
    DASHBOARD,
    EVENT_RULE,
    FUNCTION,
    JOB,
    LOG_GROUP,
    METRIC_FILTER,
    ORIGIN_ACCESS,
    PERMISSION,
    QUEUE,
    RESPONSE_HEADERS,
    ROLE,
    ROLE_POLICY,
    TABLE,
    TOPIC,
)

if TYPE_CHECKING:
    from collections.abc import Callable

    from tests.components.examples.changes import Change
    from tests.components.examples.example import Example
    from tests.components.recorder import RecordedStack

_TAGS: Final = {"project": "ocr-wordcount", "environment": "dev", "component": "ocr"}

# Type, one that there is, the input that names it, the most characters, and a name that AWS does not take.
_NAMES: Final = (
    (API, "site-http", "name", 128, "Zähler"),
    (API_KEY, "site-front-odd", "name", 1024, "Zähler"),
    (BUCKET, "site-uploads-bucket", "bucket", 63, "Uploads"),
    (CACHE_POLICY, "site-web-cache", "name", 128, "a.b"),
    (CONFIGURATION_SET, "mail-configuration", "configurationSetName", 64, "a.b"),
    (EVENT_RULE, "mend-sweeps", "name", 64, "a b"),
    (FUNCTION, "words-count-lambda", "name", 64, "a.b"),
    (JOB, "words-glue-job", "name", 255, "a.b"),
    (LOG_GROUP, "site-http-logs", "name", 512, "a b"),
    (ORIGIN_ACCESS, "site-web-access", "name", 64, "a.b"),
    (PERMISSION, "site-http-calls-api", "statementId", 100, "a.b"),
    (QUEUE, "words-count-queue", "name", 80, "a.b"),
    (RESPONSE_HEADERS, "site-web-headers", "name", 128, "a.b"),
    (ROLE, "words-count-role", "name", 64, "a/b"),
    (ROLE_POLICY, "words-count-rights", "name", 128, "a/b"),
    (TABLE, "cache-table", "name", 255, "a/b"),
    (TOPIC, "site-topic", "name", 256, "a.b"),
)

# The same of types of which there is none yet, and what makes one.
_NAMES_TO_COME: Final = (
    (ALARM, "site-alarm", "name", 255, "Zähler", alarm()),
    (DASHBOARD, "site-dashboard", "dashboardName", 255, "a.b", shows()),
    (METRIC_FILTER, "site-measure", "name", 512, "a:b", made()),
)

_NO_BUCKETS: Final = (
    "up_loads",
    "up.loads",
    "-uploads",
    "uploads-",
    "up",
    "xn--uploads",
    "sthree-uploads",
    "amzn-s3-demo-uploads",
    "uploads-s3alias",
    "uploads--ol-s3",
    "uploads--x-s3",
)


def _retyped(name: str, kind: str) -> Change:
    """A component has another type."""
    return lambda stack: stack.with_resources(
        replace(each, type=kind) if each.name == name and not each.custom else each for each in stack.resources
    )


def _orphaned(kind: str, name: str) -> Change:
    """A resource belongs to the stack itself."""
    return lambda stack: stack.with_resources(
        replace(each, parent="") if each is stack.one(kind, name) else each for each in stack.resources
    )


def _component(name: str, kind: str, child: str) -> Change:
    """There is one component more, with one resource."""

    def change(stack: RecordedStack) -> RecordedStack:
        urn = f"urn:pulumi:{stack.name}::ocr-wordcount::ocr:index:More::{name}"
        component = Recorded(urn, "ocr:index:More", name, "", custom=False, inputs={})
        tags = {**_TAGS, "component": name}
        resource = Recorded(f"{urn}-{child}", kind, child, urn, custom=True, inputs={"tags": tags})
        return stack.with_resources([*stack.resources, component, resource])

    return change


def _unfinished(name: str) -> Change:
    """A component does not name its outputs."""
    return lambda stack: replace(stack, finished=[urn for urn in stack.finished if not urn.endswith(f"::{name}")])


def _names(kind: str, name: str, given: str, made: Change) -> Callable[[str], Change]:
    """A resource is named by hand."""
    return lambda called: all_of(made, but(kind, name, **{given: called}))


_ALL_NAMES: Final = (
    *(
        (kind, name, longest, wrong, _names(kind, name, given, all_of()))
        for kind, name, given, longest, wrong in _NAMES
    ),
    *(
        (kind, name, longest, wrong, _names(kind, name, given, made))
        for kind, name, given, longest, wrong, made in _NAMES_TO_COME
    ),
)

EXAMPLES: Final[dict[str, Example]] = {
    "a resource of a type that no rule looks at": minds(
        naming.every_type_is_known,
        more("aws:ec2/instance:Instance", "site-server"),
        "site-server is a aws:ec2/instance:Instance, which no rule looks at",
    ),
    **{
        f"a resource of the type {kind}": lets_pass(naming.every_type_is_known, more(kind, "site-more"))
        for kind in (BUCKET_OBJECT, CERTIFICATE, CERTIFICATE_PROOF)
    },
    "a resource of another provider": minds(
        naming.every_type_is_known,
        more("random:index/randomId:RandomId", "site-id"),
        "site-id is a random:index/randomId:RandomId, which no rule looks at",
    ),
    "a queue without an owner": minds(
        naming.everything_taggable_is_tagged,
        but(QUEUE, "ocr-ingest-queue", tags={"project": "ocr-wordcount"}),
        f"ocr-ingest-queue has the tags {{'project': 'ocr-wordcount'}}, not {_TAGS}",
    ),
    "a queue without tags": minds(
        naming.everything_taggable_is_tagged,
        but(QUEUE, "ocr-ingest-queue", tags=LEFT_OUT),
        f"ocr-ingest-queue has the tags {{}}, not {_TAGS}",
    ),
    "a queue with the tags of another component": minds(
        naming.everything_taggable_is_tagged,
        but(QUEUE, "ocr-ingest-queue", tags={**_TAGS, "component": "mail"}),
        f"ocr-ingest-queue has the tags { {**_TAGS, 'component': 'mail'} }, not {_TAGS}",
    ),
    "a resource of a package with a keyword's name, without tags": minds(
        naming.everything_taggable_is_tagged,
        but(FUNCTION, "ocr-ingest-lambda", tags=LEFT_OUT),
        f"ocr-ingest-lambda has the tags {{}}, not {_TAGS}",
    ),
    "a tag with what AWS does not take": minds(
        naming.everything_taggable_is_tagged,
        _component("more?", TOPIC, "more?-topic"),
        "more?-topic has a tag 'more?'",
    ),
    "a resource of another provider without tags": lets_pass(
        naming.everything_taggable_is_tagged,
        more("random:index/randomId:RandomId", "site-id"),
    ),
    **{
        f"a {kind.rpartition(':')[2]} of the longest name": lets_pass(naming.names_fit, named("x" * longest))
        for kind, _, longest, _, named in _ALL_NAMES
    },
    **{
        f"a {kind.rpartition(':')[2]} of a name that is too long": minds(
            naming.names_fit,
            named("x" * (longest + 1)),
            f"{name} would be named {'x' * (longest + 1)}, of {longest + 1} characters, not {longest}",
        )
        for kind, name, longest, _, named in _ALL_NAMES
    },
    **{
        f"a {kind.rpartition(':')[2]} named {wrong}": minds(
            naming.names_fit, named(wrong), f"{name} would be named {wrong}, which AWS does not take"
        )
        for kind, name, _, wrong, named in _ALL_NAMES
    },
    **{
        f"a bucket named {wrong}": minds(
            naming.names_fit,
            but(BUCKET, "site-uploads-bucket", bucket=wrong),
            f"site-uploads-bucket would be named {wrong}, which AWS does not take",
        )
        for wrong in _NO_BUCKETS
    },
    "a bucket in capitals": minds(
        naming.names_fit,
        renamed(BUCKET, "site-uploads-bucket", "Uploads"),
        "Uploads would be named ocr-wordcount-a-name-of-20-letters-Uploads-0123456, which AWS does not take",
    ),
    "a name that is too long together with the stack's": minds(
        naming.names_fit,
        renamed(FUNCTION, "mail-deadline-lambda", "mail-deadline-function"),
        (
            "mail-deadline-function would be named "
            "ocr-wordcount-a-name-of-20-letters-mail-deadline-function-0123456, of 65 characters, not 64"
        ),
    ),
    "a name of every stack": minds(
        naming.names_given_by_hand_tell_their_stack,
        but(LOG_GROUP, "ocr-ingest-logs", name="/ocr-wordcount/ingest"),
        "ocr-ingest-logs is named /ocr-wordcount/ingest in every stack",
    ),
    "a name of every project": minds(
        naming.names_given_by_hand_tell_their_stack,
        but(LOG_GROUP, "ocr-ingest-logs", name="/dev/ingest"),
        "ocr-ingest-logs is named /dev/ingest in every project",
    ),
    "a log whose name Pulumi draws": minds(
        naming.logs_are_found_by_their_names,
        but(LOG_GROUP, "ocr-ingest-logs", name=LEFT_OUT),
        "ocr-ingest-logs is named ''",
    ),
    "a log of Lambda's own name": minds(
        naming.logs_are_found_by_their_names,
        but(LOG_GROUP, "ocr-ingest-logs", name="/aws/lambda/ocr-wordcount/dev/ingest"),
        "ocr-ingest-logs is named '/aws/lambda/ocr-wordcount/dev/ingest'",
    ),
    "two of one name": minds(
        naming.no_two_have_one_name,
        twice(LOG_GROUP, "ocr-ingest-logs", "ocr-ingest-more"),
        "2 of LogGroup are named /ocr-wordcount/dev/ingest",
    ),
    "a function and a role of one name": lets_pass(
        naming.no_two_have_one_name,
        all_of(but(FUNCTION, "ocr-ingest-lambda", name="words"), but(ROLE, "ocr-ingest-role", name="words")),
    ),
    "a child of another name": minds(
        naming.children_are_named_after_their_parent,
        renamed(BUCKET, "site-uploads-bucket", "uploads"),
        "uploads is not named after site-uploads",
    ),
    "a child of almost that name": minds(
        naming.children_are_named_after_their_parent,
        renamed(BUCKET, "site-uploads-bucket", "site-uploadsbucket"),
        "site-uploadsbucket is not named after site-uploads",
    ),
    "a resource of no component": minds(
        naming.children_are_named_after_their_parent,
        _orphaned(BUCKET, "site-uploads-bucket"),
        "site-uploads-bucket belongs to no component",
    ),
    "a component whose type follows its module": minds(
        naming.components_are_of_types_that_were_chosen,
        _retyped("site-uploads", "components.private_bucket:PrivateBucket"),
        "site-uploads has the type components.private_bucket:PrivateBucket",
    ),
    "a component that is not finished": minds(
        naming.components_name_their_outputs_once,
        _unfinished("site-uploads"),
        "site-uploads named its outputs 0 times",
    ),
    "a component that is finished twice": minds(
        naming.components_name_their_outputs_once,
        lambda stack: replace(
            stack, finished=[*stack.finished, *(urn for urn in stack.finished if urn.endswith("::dead-letters"))]
        ),
        "dead-letters named its outputs 2 times",
    ),
}
