"""Who asks, by real requests of boto3 and by such as are made by hand."""

from __future__ import annotations

import dataclasses
import hashlib
import hmac
from typing import TYPE_CHECKING, Any, Final

import boto3
import pytest
from botocore.config import Config

from local.clock import Clock
from local.credentials import ROOT, STRANGER, KeyRing
from local.http_message import Request, make_headers
from local.iam.signatures import Scope, SignatureError, identify
from tests.local.iam.requests import made, opened

if TYPE_CHECKING:
    from pathlib import Path

    from local.credentials import Credentials

ENDPOINT: Final = "http://127.0.0.1:1234"
ROLE: Final = "arn:aws:iam::123456789012:role/reader"
_session: Final = boto3.Session(region_name="eu-west-1")


@dataclasses.dataclass
class World:
    keys: KeyRing
    clock: Clock
    of_role: Credentials

    def who(self, request: Request) -> tuple[Credentials, Scope] | None:
        """Whose a request is, and what it is signed for."""
        caller = identify(request, self.keys, self.clock)
        return None if caller is None else (caller.credentials, caller.scope)

    def code(self, request: Request) -> str:
        """The code of the error that a request is refused with."""
        with pytest.raises(SignatureError) as refused:
            identify(request, self.keys, self.clock)
        return refused.value.code


@pytest.fixture
def world(tmp_path: Path) -> World:
    keys = KeyRing()
    return World(keys, Clock(tmp_path / "clock"), keys.for_function("reader", ROLE))


def client(service: str, keys: Credentials = ROOT, **changed: str | None) -> Any:  # noqa: ANN401 - any of boto3's
    named = {
        "aws_access_key_id": keys.access_key_id,
        "aws_secret_access_key": keys.secret_access_key,
        "aws_session_token": keys.session_token,
        **changed,
    }
    config = Config(signature_version="v4" if service != "s3" else "s3v4", retries={"total_max_attempts": 1})
    return _session.client(service, endpoint_url=ENDPOINT, config=config, **named)  # type: ignore[call-overload]


MAIL: Final = {
    "Source": "a@example.com",
    "Destination": {"ToAddresses": ["b+c@example.com"]},
    "Message": {"Subject": {"Data": "ä b"}, "Body": {"Text": {"Data": "x&y=z"}}},
}
CALLS: Final[dict[str, tuple[str, dict[str, Any]]]] = {
    "dynamodb": ("get_item", {"TableName": "t", "Key": {"pk": {"S": "ä"}}}),
    "lambda": (
        "invoke",
        {"FunctionName": "arn:aws:lambda:eu-west-1:123456789012:function:f:$LATEST", "Payload": b"{}"},
    ),
    "s3": ("put_object", {"Bucket": "bucket", "Key": "key", "Body": b"picture", "Metadata": {"a": "b  c"}}),
    "ses": ("send_email", MAIL),
    "sns": ("publish", {"TopicArn": "arn:aws:sns:eu-west-1:123456789012:t", "Message": "a b+c/ä"}),
    "sqs": ("send_message", {"QueueUrl": f"{ENDPOINT}/123456789012/q", "MessageBody": "ä"}),
    "textract": ("detect_document_text", {"Document": {"Bytes": b"x"}}),
}


def call_of(service: str, keys: Credentials = ROOT, **changed: str | None) -> Request:
    name, asked = CALLS[service]
    return made(getattr(client(service, keys, **changed), name), **asked)


def altered(request: Request, **headers: str | None) -> Request:
    """The request with headers of other values, or without them."""
    new = {name.replace("_", "-").lower(): value for name, value in headers.items()}
    kept = [(name, value) for name, value in request.headers.items() if name.lower() not in new]
    added = [(name, value) for name, value in new.items() if value is not None]
    return dataclasses.replace(request, headers=make_headers([*kept, *added]))


@pytest.mark.parametrize("service", CALLS)
@pytest.mark.parametrize("who", ["the account", "a role", "a stranger"])
def test_whoever_has_signed_a_call_is_known(world: World, service: str, who: str) -> None:
    keys = {"the account": ROOT, "a role": world.of_role, "a stranger": STRANGER}[who]

    assert world.who(call_of(service, keys)) == (keys, Scope(service, "eu-west-1"))


@pytest.mark.parametrize("service", CALLS)
def test_a_call_signed_with_another_secret_is_nobodys(world: World, service: str) -> None:
    assert world.code(call_of(service, aws_secret_access_key="guessed")) == "SignatureDoesNotMatch"


@pytest.mark.parametrize("service", CALLS)
def test_a_call_whose_body_was_changed_is_nobodys(world: World, service: str) -> None:
    changed = dataclasses.replace(call_of(service), body=b"something else")

    code = "XAmzContentSHA256Mismatch" if service == "s3" else "SignatureDoesNotMatch"
    assert world.code(changed) == code


@pytest.mark.parametrize("service", CALLS)
def test_a_call_whose_path_query_method_or_host_was_changed_is_nobodys(world: World, service: str) -> None:
    request = call_of(service)
    changes: list[dict[str, Any]] = [
        {"raw_path": request.raw_path + "x"},
        {"raw_query": "versionId=1"},
        {"method": "DELETE"},
    ]

    codes = [world.code(dataclasses.replace(request, **change)) for change in changes]
    codes.append(world.code(altered(request, Host="another")))

    assert codes == ["SignatureDoesNotMatch"] * 4


def test_a_key_that_nobody_has_is_told_so(world: World) -> None:
    assert world.code(call_of("sqs", aws_access_key_id="AKIANOBODY")) == "InvalidAccessKeyId"


def test_the_keys_of_a_role_go_with_their_token(world: World) -> None:
    role = world.of_role

    assert world.code(call_of("s3", role, aws_session_token=None)) == "InvalidToken"
    assert world.code(call_of("s3", role, aws_session_token="another")) == "InvalidToken"
    assert world.code(call_of("s3", ROOT, aws_session_token="needless")) == "InvalidToken"
    other = world.keys.for_function("writer", ROLE)
    assert world.code(call_of("s3", role, aws_session_token=other.session_token)) == "InvalidToken"


def test_a_call_that_is_not_signed_is_nobodys(world: World) -> None:
    assert world.who(altered(call_of("sqs"), Authorization=None)) is None


@pytest.mark.parametrize(
    ("authorization", "code"),
    [
        ("Bearer token", "InvalidRequest"),
        ("AWS AKIALOCALCLOUD000000:c2lnbmF0dXJl", "InvalidRequest"),
        ("AWS4-HMAC-SHA256 Credential=a/20260101/eu-west-1/sqs/aws4_request", "InvalidRequest"),
        ("X Credential=a/b/c/dynamodb/d, {signed}", "InvalidRequest"),
        ("{signed} and more", "InvalidRequest"),
        (
            "AWS4-HMAC-SHA256 Credential=a/20260101/eu-west-1/aws4_request, SignedHeaders=host, Signature=0",
            "AuthorizationHeaderMalformed",
        ),
    ],
)
def test_an_authorization_that_is_not_understood_is_refused(world: World, authorization: str, code: str) -> None:
    """And not passed over: moto reads it in its own way, to tell which service is asked."""
    request = call_of("sqs")

    changed = altered(request, Authorization=authorization.format(signed=request.header("Authorization")))

    assert world.code(changed) == code


@pytest.mark.parametrize("part", ["date", "moment", "region", "service", "end"])
def test_the_scope_is_signed_with_the_rest(world: World, part: str) -> None:
    request = call_of("sqs")
    authorization, moment = request.header("Authorization"), request.header("X-Amz-Date")
    day = moment[:8]
    changed = {
        "date": altered(request, Authorization=authorization.replace(f"/{day}/", f"/{day[:4]}/")),
        "moment": altered(request, X_Amz_Date=f"{moment[:-2]}9Z" if moment[-2] != "9" else f"{moment[:-2]}0Z"),
        "region": altered(request, Authorization=authorization.replace("/eu-west-1/", "/us-east-1/")),
        "service": altered(request, Authorization=authorization.replace("/sqs/", "/sns/")),
        "end": altered(request, Authorization=authorization.replace("/aws4_request", "/aws4")),
    }[part]

    code = "AuthorizationHeaderMalformed" if part in {"date", "end"} else "SignatureDoesNotMatch"
    assert world.code(changed) == code


ODD_KEYS: Final = (
    "uploads/1",
    "uploads/a b",
    "uploads/a+b",
    "uploads/a%20b",
    "uploads/ä/日本語/🙂",
    "uploads//double//",
    "/leading",
    "uploads/./../x",
    "uploads/a&b=c?d#e",
    "uploads/~-_.!*'()[]{}|\\^`\"<>,;:@$",
)


@pytest.mark.parametrize("key", ODD_KEYS)
def test_any_key_may_be_signed_for_in_a_header(world: World, key: str) -> None:
    request = made(client("s3").get_object, Bucket="bucket", Key=key)

    assert world.who(request) == (ROOT, Scope("s3", "eu-west-1"))
    assert request.path == f"/bucket/{key}"


@pytest.mark.parametrize("prefix", ODD_KEYS)
def test_any_prefix_may_be_signed_for(world: World, prefix: str) -> None:
    request = made(client("s3").list_objects_v2, Bucket="bucket", Prefix=prefix, StartAfter="ä b", Delimiter="/")

    assert world.who(request) == (ROOT, Scope("s3", "eu-west-1"))


def link(keys: Credentials = ROOT, operation: str = "get_object", seconds: int = 60, **asked: Any) -> str:  # noqa: ANN401 - whatever boto3 takes
    signed: str = client("s3", keys).generate_presigned_url(
        operation, {"Bucket": "bucket", "Key": "key", **asked}, seconds
    )
    return signed


@pytest.mark.parametrize("key", ODD_KEYS)
@pytest.mark.parametrize("who", ["the account", "a role"])
def test_a_link_is_its_signers(world: World, who: str, key: str) -> None:
    keys = {"the account": ROOT, "a role": world.of_role}[who]

    assert world.who(opened(link(keys, Key=key))) == (keys, Scope("s3", "eu-west-1"))


def test_a_link_to_write_takes_any_body_and_the_type_that_was_signed(world: World) -> None:
    signed = link(operation="put_object", ContentType="image/png")

    assert world.who(opened(signed, "PUT", b"any", Content_Type="image/png"))
    assert world.code(opened(signed, "PUT", b"any", Content_Type="text/html")) == "SignatureDoesNotMatch"


def test_a_link_opens_what_it_was_made_for_alone(world: World) -> None:
    signed = link()
    longer = signed.replace("X-Amz-Expires=60", "X-Amz-Expires=600")

    assert world.who(opened(signed))
    for other in (signed.replace("/key", "/other"), f"{signed}&versionId=1", longer):
        assert world.code(opened(other)) == "SignatureDoesNotMatch"
    assert world.code(opened(signed, "DELETE")) == "SignatureDoesNotMatch"
    assert world.code(opened(signed.replace("127.0.0.1", "localhost"))) == "SignatureDoesNotMatch"


def test_a_link_needs_the_token_of_its_signer(world: World) -> None:
    signed = link(world.of_role)
    before, _, token = signed.partition("&X-Amz-Security-Token=")

    assert world.code(opened(f"{before}&{token.partition('&')[2]}")) == "InvalidToken"
    assert world.code(opened(signed.replace("X-Amz-Security-Token=", "X-Amz-Security-Token=x"))) == "InvalidToken"


def test_a_link_expires_by_the_clouds_clock(world: World) -> None:
    signed = link()
    world.clock.advance(50)
    assert world.who(opened(signed))

    world.clock.advance(15)

    assert world.code(opened(signed)) == "AccessDenied"


def test_a_link_that_is_dated_far_ahead_is_not_valid_yet(world: World, tmp_path: Path) -> None:
    """Or who signs one could have it live for longer than a week."""
    ahead = Clock(tmp_path / "ahead")
    ahead.advance(14 * 60)
    soon = signed_by_hand(ahead.now().strftime("%Y%m%dT%H%M%SZ"), "60")
    ahead.advance(2 * 60)
    later = signed_by_hand(ahead.now().strftime("%Y%m%dT%H%M%SZ"), "60")

    assert world.who(opened(soon))
    assert world.code(opened(later)) == "AccessDenied"


def signed_by_hand(moment: str, expires: str, service: str = "s3") -> str:
    """A link to an object, made by the specification alone."""
    scope = f"{moment[:8]}/eu-west-1/{service}/aws4_request"
    credential = f"{ROOT.access_key_id}/{scope}".replace("/", "%2F")
    query = (
        f"X-Amz-Algorithm=AWS4-HMAC-SHA256&X-Amz-Credential={credential}&X-Amz-Date={moment}"
        f"&X-Amz-Expires={expires}&X-Amz-SignedHeaders=host"
    )
    canonical = f"GET\n/bucket/key\n{query}\nhost:127.0.0.1:1234\n\nhost\nUNSIGNED-PAYLOAD"
    return f"{ENDPOINT}/bucket/key?{query}&X-Amz-Signature={signature(scope, moment, canonical)}"


def signature(scope: str, moment: str, canonical: str) -> str:
    hashed = hashlib.sha256(canonical.encode()).hexdigest()
    key = f"AWS4{ROOT.secret_access_key}".encode()
    for part in scope.split("/"):
        key = hmac.digest(key, part.encode(), "sha256")
    return hmac.digest(key, f"AWS4-HMAC-SHA256\n{moment}\n{scope}\n{hashed}".encode(), "sha256").hex()


@pytest.mark.parametrize(
    ("expires", "code"),
    [
        ("604800", ""),
        ("604801", "AuthorizationQueryParametersError"),
        ("0", "AuthorizationQueryParametersError"),
        ("-1", "AuthorizationQueryParametersError"),
        ("soon", "AuthorizationQueryParametersError"),
        ("", "AuthorizationQueryParametersError"),
    ],
)
def test_a_link_lives_a_week_at_most(world: World, expires: str, code: str) -> None:
    request = opened(signed_by_hand(world.clock.now().strftime("%Y%m%dT%H%M%SZ"), expires))

    assert (world.code(request) if code else "") == code
    assert code or world.who(request)


def test_a_link_whose_date_is_no_date_is_refused(world: World) -> None:
    assert world.code(opened(signed_by_hand("20260101", "60"))) == "AuthorizationQueryParametersError"


def test_links_to_other_services_are_not_known(world: World) -> None:
    moment = world.clock.now().strftime("%Y%m%dT%H%M%SZ")

    assert world.code(opened(signed_by_hand(moment, "60", "sqs"))) == "NotImplemented"


def test_a_link_and_a_header_do_not_go_together(world: World) -> None:
    request = opened(link())

    signed = altered(request, Authorization=call_of("s3").header("Authorization"))

    assert world.code(signed) == "InvalidArgument"


def test_a_link_in_the_old_way_is_refused(world: World) -> None:
    old: Any = _session.client(
        "s3",
        endpoint_url=ENDPOINT,
        aws_access_key_id=ROOT.access_key_id,
        aws_secret_access_key=ROOT.secret_access_key,
        config=Config(signature_version="s3"),
    )

    signed = old.generate_presigned_url("get_object", {"Bucket": "bucket", "Key": "key"})

    assert world.code(opened(signed)) == "InvalidRequest"


@pytest.mark.parametrize("how", ["in a link", "in a header"])
def test_s3_takes_no_header_of_amazons_that_was_not_signed(world: World, how: str) -> None:
    """Or who was given a link to write could say who else may read."""
    request = call_of("s3") if how == "in a header" else opened(link(operation="put_object"), "PUT")

    assert world.who(altered(request, X_Other="1"))
    assert world.code(altered(request, X_Amz_Acl="public-read")) == "AccessDenied"


def by_hand(
    world: World, headers: dict[str, str], body: bytes = b"{}", path: str = "/", service: str = "sqs"
) -> Request:
    """A call that signs just these headers, made by the specification alone."""
    moment = world.clock.now().strftime("%Y%m%dT%H%M%SZ")
    scope = f"{moment[:8]}/eu-west-1/{service}/aws4_request"
    signed = {name.lower(): " ".join(value.split()) for name, value in headers.items()} | {"x-amz-date": moment}
    names = ";".join(sorted(signed))
    lines = "".join(f"{name}:{signed[name]}\n" for name in sorted(signed))
    payload = headers.get("X-Amz-Content-SHA256") or hashlib.sha256(body).hexdigest()
    canonical = f"POST\n{path}\n\n{lines}\n{names}\n{payload}"
    authorization = (
        f"AWS4-HMAC-SHA256 Credential={ROOT.access_key_id}/{scope},SignedHeaders={names},"
        f"Signature={signature(scope, moment, canonical)}"
    )
    pairs = [*headers.items(), ("X-Amz-Date", moment), ("Authorization", authorization)]
    return Request("POST", path, "", make_headers(pairs), body)


def test_a_client_may_sign_more_headers_than_botocore_does(world: World) -> None:
    headers = {"Host": "127.0.0.1:1234", "User-Agent": "curl/8  and   more", "X-Mine": "  a  b ", "Content-Type": "x"}
    request = by_hand(world, headers)

    assert world.who(request) == (ROOT, Scope("sqs", "eu-west-1"))
    assert world.code(altered(request, User_Agent="curl/9")) == "SignatureDoesNotMatch"


def test_a_header_that_is_there_twice_is_signed_with_both_values(world: World) -> None:
    request = by_hand(world, {"Host": "127.0.0.1:1234", "X-Mine": "a,b"})
    kept = [(name, value) for name, value in request.headers.items() if name != "X-Mine"]
    twice = dataclasses.replace(request, headers=make_headers([*kept, ("X-Mine", "a"), ("X-Mine", "b")]))
    added = dataclasses.replace(request, headers=make_headers([*request.headers.items(), ("X-Mine", "c")]))

    assert world.who(twice)
    assert world.code(added) == "SignatureDoesNotMatch"


def test_the_host_must_be_signed(world: World) -> None:
    assert world.code(by_hand(world, {"X-Mine": "1"})) == "SignatureDoesNotMatch"


@pytest.mark.parametrize(
    ("stated", "code"),
    [
        ("UNSIGNED-PAYLOAD", ""),
        (hashlib.sha256(b"{}").hexdigest(), ""),
        (hashlib.sha256(b"other").hexdigest(), "XAmzContentSHA256Mismatch"),
        ("STREAMING-AWS4-HMAC-SHA256-PAYLOAD", "InvalidArgument"),
        ("anything", "InvalidArgument"),
        ("", "InvalidArgument"),
    ],
)
def test_s3_wants_to_be_told_the_bodys_hash_or_that_it_is_not_signed(world: World, stated: str, code: str) -> None:
    headers = {"Host": "127.0.0.1:1234", **({"X-Amz-Content-SHA256": stated} if stated else {})}
    request = by_hand(world, headers, path="/bucket/key", service="s3")

    assert (world.code(request) if code else "") == code
    assert code or world.who(request)


def test_elsewhere_the_body_is_signed_whatever_is_stated(world: World) -> None:
    headers = {"Host": "127.0.0.1:1234", "X-Amz-Content-SHA256": "UNSIGNED-PAYLOAD"}

    assert world.code(by_hand(world, headers)) == "SignatureDoesNotMatch"
