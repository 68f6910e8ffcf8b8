"""The HTTP API."""

from __future__ import annotations

import base64
import json
from typing import Any

import pytest

from runtime.core.errors import Throttled
from runtime.handlers.api import Api
from tests.runtime.handlers.shapes import event
from tests.runtime.service import FRONT_DIGESTS, Service

PNG = b"\x89PNG\r\n\x1a\n\0\0\0\rIHDR\0\0\0\x01\0\0\0\x01"


@pytest.fixture
def service() -> Service:
    service = Service()
    service.token()
    return service


@pytest.fixture
def api(service: Service) -> Api:
    return Api(service.use_cases, service.log, FRONT_DIGESTS)


def body(answer: dict[str, Any]) -> dict[str, Any]:
    return json.loads(answer["body"])


def ask(api: Api, request_id: str, authorization: str | None) -> dict[str, Any]:
    asked = event("http_api_get_request")
    asked["pathParameters"]["request_id"] = request_id
    asked["headers"].pop("authorization")
    if authorization is not None:
        asked["headers"]["authorization"] = authorization
    return api(asked)


def test_opening_a_request_answers_a_form_for_its_one_object(api: Api) -> None:
    answer = api(event("http_api_post_uploads"))
    opened = body(answer)
    assert answer["statusCode"] == 201
    assert opened["upload"]["fields"]["key"] == f"uploads/{opened['request_id']}"
    assert opened["upload"]["url"] == "https://uploads.test/"
    assert opened["expires_at"] == "2027-01-15T08:10:00.000Z"
    assert answer["headers"]["cache-control"] == "no-store"


def test_a_body_that_the_gateway_encoded_is_read(api: Api) -> None:
    asked = event("http_api_post_uploads")
    asked |= {"body": base64.b64encode(asked["body"].encode()).decode(), "isBase64Encoded": True}
    assert api(asked)["statusCode"] == 201


@pytest.mark.parametrize(
    "sent",
    [
        None,
        "",
        "not JSON",
        "[]",
        "{}",
        '{"email": 1, "filename": "a", "content_type": "image/png", "size": 1}',
        '{"email": "ann@example.com", "filename": "a", "content_type": "image/png", "size": true}',
        '{"email": "ann@example.com", "filename": "a", "content_type": "image/png", "size": "1"}',
        "[" * 100_000,
    ],
)
def test_a_body_that_is_no_wish_is_a_problem_that_says_what_to_send(api: Api, sent: str | None) -> None:
    answer = api({**event("http_api_post_uploads"), "body": sent})
    assert answer["statusCode"] == 400
    assert answer["headers"]["content-type"] == "application/problem+json"
    assert body(answer)["code"] == "invalid_request"
    assert '"size": a whole number' in body(answer)["detail"]


def test_a_file_name_that_is_half_a_character_is_taken_as_text(api: Api, service: Service) -> None:
    asked = event("http_api_post_uploads")
    asked["body"] = asked["body"].replace("page.png", r"\udcff.png")
    opened = body(api(asked))
    assert service.requests.rows[opened["request_id"]].filename == "?.png"


def test_a_file_that_need_not_be_sent_is_a_problem_with_the_request_that_tells_of_it_by_mail(
    api: Api, service: Service
) -> None:
    asked = event("http_api_post_uploads")
    asked["body"] = json.dumps(json.loads(asked["body"]) | {"size": 10_485_761})
    answer = api(asked)
    refused = body(answer)
    assert (answer["statusCode"], refused["code"]) == (413, "too_large")
    assert "upload" not in refused
    service.run()
    shown = body(ask(api, refused["request_id"], f"Bearer {refused['access_token']}"))
    assert (shown["state"], shown["reason"]) == ("FAILED", "too_large")
    assert len(service.mailer.sent) == 1


def test_an_unproven_address_is_a_problem_with_a_remedy(api: Api, service: Service) -> None:
    service.lose()
    answer = api(event("http_api_post_uploads"))
    assert (answer["statusCode"], body(answer)["code"]) == (403, "recipient_not_verified")
    assert "verification mail" in body(answer)["detail"]


def test_a_service_that_is_throttled_asks_to_come_again(
    api: Api, service: Service, monkeypatch: pytest.MonkeyPatch
) -> None:
    def throttled(_: str) -> None:
        raise Throttled("come later")

    monkeypatch.setattr(service.addresses, "get", throttled)
    answer = api(event("http_api_post_uploads"))
    assert answer["statusCode"] == 503
    assert int(answer["headers"]["retry-after"]) > 0


def test_a_request_is_shown_with_its_result(api: Api, service: Service) -> None:
    opened = service.see_through(PNG)
    answer = ask(api, opened.request_id, f"Bearer {opened.access_token}")
    shown = body(answer)
    assert answer["statusCode"] == 200
    assert (shown["state"], shown["reason"], shown["cached"], shown["joined"]) == ("SENT", None, False, False)
    assert shown["result"]["words"][0] == {"word": "be", "count": 2}
    assert list(shown["times"]) == ["opened", "uploaded", "kept", "claimed", "read", "counted", "published", "sent"]
    assert "ann@example.com" not in answer["body"]


def test_a_failed_request_is_shown_with_its_reason_and_what_to_do(api: Api, service: Service) -> None:
    opened = service.see_through(b"a letter")
    shown = body(ask(api, opened.request_id, f"bearer {opened.access_token}"))
    assert (shown["state"], shown["reason"], shown["result"]) == ("FAILED", "not_an_image", None)
    assert "PNG, JPEG or TIFF" in shown["message"]


@pytest.mark.parametrize("authorization", [None, "", "Basic abc", "Bearer"])
def test_without_a_token_nothing_is_shown(api: Api, authorization: str | None) -> None:
    assert ask(api, "0" * 32, authorization)["statusCode"] == 401


def test_a_token_of_half_characters_is_none(api: Api, service: Service) -> None:
    assert ask(api, service.open().request_id, "Bearer \udfff\ud800")["statusCode"] == 404


def test_another_requests_token_shows_nothing(api: Api, service: Service) -> None:
    first, second = service.open(), service.open()
    assert ask(api, first.request_id, f"Bearer {second.access_token}")["statusCode"] == 404
