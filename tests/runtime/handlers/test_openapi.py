"""What the API answers is what its document says, and its routes are those of the gateway."""

from __future__ import annotations

import json
from datetime import datetime
from typing import TYPE_CHECKING, Any

import pytest
from jsonschema import Draft202012Validator
from openapi_spec_validator import validate

from components.upload_site import _ROUTES
from runtime.core.types import RequestState
from runtime.core.use_cases.requests import FILES
from runtime.handlers.api import Api
from runtime.handlers.openapi import document
from runtime.handlers.operations import BY_ROUTE, OPERATIONS
from tests.runtime.handlers.shapes import event
from tests.runtime.service import FRONT_DIGESTS, Service

if TYPE_CHECKING:
    from runtime.core.use_cases.requests import Opened

PNG = b"\x89PNG\r\n\x1a\n\0\0\0\rIHDR\0\0\0\x01\0\0\0\x01"
ANN = "ann@example.com"
DOCUMENT = document()
OF_REQUEST = "/api/requests/{request_id}"


@pytest.fixture
def service() -> Service:
    return Service()


class Reader:
    """Asks the API, and holds each answer to the document."""

    def __init__(self, service: Service) -> None:
        self._api = Api(service.use_cases, service.log, FRONT_DIGESTS)
        self.codes: set[tuple[str, str]] = set()

    def ask(self, route: str, about: str = "", token: str = "", body: object = None) -> dict[str, Any]:
        asked = event("http_api_get_request")
        asked["headers"].pop("authorization")
        headers = asked["headers"] | ({"authorization": f"Bearer {token}"} if token else {})
        parameters = {"request_id": about} if about else {}
        asked |= {"routeKey": route, "headers": headers, "pathParameters": parameters, "body": json.dumps(body)}
        answer = self._api(asked)
        method, _, path = route.partition(" ")
        told = DOCUMENT["paths"][path][method.lower()]["responses"][str(answer["statusCode"])]
        schema = told["content"][answer["headers"]["content-type"]]["schema"]
        is_json = "json" in answer["headers"]["content-type"]
        value = json.loads(answer["body"]) if is_json else answer["body"]
        whole = {**schema, "components": DOCUMENT["components"]}
        assert [error.message for error in Draft202012Validator(whole).iter_errors(value)] == []
        assert answer["headers"]["cache-control"] == "no-store"
        if answer["statusCode"] >= 400:
            self.codes.add((route, value["code"]))
        return {"status": answer["statusCode"], "headers": answer["headers"], "body": value}


@pytest.fixture
def reader(service: Service) -> Reader:
    return Reader(service)


def answered(service: Service) -> Opened:
    return service.see_through(PNG)


def test_the_document_is_one() -> None:
    validate(DOCUMENT)


def test_the_gateway_has_the_routes_of_the_api_and_no_others() -> None:
    assert set(_ROUTES.values()) == set(BY_ROUTE)
    assert len(BY_ROUTE) == len(OPERATIONS)


def test_the_document_is_served(reader: Reader) -> None:
    assert reader.ask("GET /api/openapi.json")["body"] == DOCUMENT


def test_an_address_is_proven_as_the_document_says(reader: Reader, service: Service) -> None:
    service.mailer.sandbox = True
    started = reader.ask("POST /api/addresses", body={"email": ANN})["body"]
    service.run()
    show, about = "GET /api/addresses/{proof_id}", (started["proof_id"], started["proof_token"])
    assert reader.ask(show, *about)["body"] == {"state": "pending"}
    service.mailer.answer(ANN)
    service.clock.advance(1)
    shown = reader.ask(show, *about)["body"]
    assert shown["state"] == "proven"
    wish = {"email": ANN, "filename": "a.png", "content_type": "image/png", "size": 1}
    assert reader.ask("POST /api/uploads", token=shown["address_token"], body=wish)["status"] == 201
    proof = service.proofs.rows[started["proof_id"]]
    assert reader.ask("POST /api/addresses/confirm", body={"token": proof.confirm_token})["body"]["email"] == ANN
    assert reader.ask("POST /api/addresses/stop", body={"token": proof.stop_token})["status"] == 200
    assert reader.ask("POST /api/addresses/confirm", body={"token": proof.confirm_token})["body"]["code"] == (
        "link_expired"
    )
    assert reader.ask("POST /api/addresses/stop", body={"token": "x"})["body"]["code"] == "link_unknown"
    assert reader.ask(show, "0" * 32, "x")["body"]["code"] == "no_such_proof"
    assert reader.ask(show, "0" * 32)["status"] == 401


def test_a_request_tells_its_file_until_when_it_is_kept_and_how_it_went(reader: Reader, service: Service) -> None:
    opened = answered(service)
    shown = reader.ask(f"GET {OF_REQUEST}", opened.request_id, opened.access_token)["body"]
    assert (shown["filename"], shown["late"], shown["low_confidence"]) == ("page.png", False, False)
    assert shown["expires_at"] == "2027-02-14T08:00:00.000Z"
    until = service.records.rows[shown["digest"]].expires_at
    assert datetime.fromisoformat(shown["kept_until"]).timestamp() == until
    waiting = service.open()
    assert reader.ask(f"GET {OF_REQUEST}", waiting.request_id, waiting.access_token)["body"]["kept_until"] is None


def test_the_link_in_a_mail_opens_what_the_access_token_opens(reader: Reader, service: Service) -> None:
    opened = answered(service)
    link = service.request(opened).link_token
    assert link != opened.access_token
    assert reader.ask(f"GET {OF_REQUEST}", opened.request_id, link)["status"] == 200
    assert reader.ask(f"GET {OF_REQUEST}", opened.request_id, service.request(opened).stop_token)["status"] == 404


@pytest.mark.parametrize("name", FILES)
def test_a_result_is_downloaded_as_it_was_mailed(reader: Reader, service: Service, name: str) -> None:
    opened = answered(service)
    told = reader.ask(f"GET {OF_REQUEST}/{name}", opened.request_id, opened.access_token)
    assert told["headers"]["content-disposition"] == f'attachment; filename="{name}"'
    (mail,) = service.mailer.sent
    (attached,) = [part for part in mail.iter_attachments() if part.get_filename() == name]
    data = attached.get_payload(decode=True)
    assert isinstance(data, bytes)
    body = told["body"]
    assert (json.loads(data) if name.endswith("json") else data.decode()) == body


@pytest.mark.parametrize("name", FILES)
def test_what_is_not_there_yet_cannot_be_downloaded(reader: Reader, service: Service, name: str) -> None:
    opened = service.open()
    route = f"GET {OF_REQUEST}/{name}"
    assert reader.ask(route, opened.request_id, opened.access_token)["body"]["code"] == "no_result"
    assert reader.ask(route, opened.request_id, "another")["body"]["code"] == "no_such_request"


def test_a_deleted_request_is_gone_and_what_is_kept_is_said(reader: Reader, service: Service) -> None:
    opened = answered(service)
    route, about = f"DELETE {OF_REQUEST}", (opened.request_id, opened.access_token)
    told = reader.ask(route, *about)["body"]
    assert told["deleted"] == ["email", "filename", "request"]
    assert [(each["what"], each["until"]) for each in told["kept"]] == [("result", "2027-02-14T08:00:00.000Z")]
    assert reader.ask(route, *about)["status"] == reader.ask(f"GET {OF_REQUEST}", *about)["status"] == 404
    assert service.see_through(PNG, "bob@example.com")  # the result still answers the same picture
    assert len(service.reader.asked) == 1


def test_of_a_picture_that_could_not_be_read_no_word_is_kept(reader: Reader, service: Service) -> None:
    opened = service.see_through(b"\xff\xd8\xff\xd9")
    assert service.request(opened).state is RequestState.FAILED
    assert reader.ask(f"DELETE {OF_REQUEST}", opened.request_id, opened.access_token)["body"]["kept"] == []


def test_nobody_is_mailed_for_a_request_that_was_deleted_under_way(reader: Reader, service: Service) -> None:
    opened = service.open()
    service.ingest(service.upload(opened, PNG))
    assert reader.ask(f"DELETE {OF_REQUEST}", opened.request_id, opened.access_token)["body"]["kept"]
    service.run()
    assert (service.mailer.sent, service.requests.rows) == ([], {})
    assert service.at_rest()


def test_another_persons_request_cannot_be_touched(reader: Reader, service: Service) -> None:
    mine, theirs = answered(service), answered(service)
    for route in BY_ROUTE:
        if OF_REQUEST in route:
            for token in (theirs.access_token, service.token(), "\udcff", "x" * 10_000):
                assert reader.ask(route, mine.request_id, token)["status"] == 404
            assert reader.ask(route, mine.request_id)["status"] == 401
    assert service.requests.rows.keys() == {mine.request_id, theirs.request_id}


def test_a_mail_that_could_not_be_delivered_is_asked_for_again(reader: Reader, service: Service) -> None:
    opened = service.open()
    service.lose()
    service.ingest(service.upload(opened, PNG))
    service.run()
    route, about = f"POST {OF_REQUEST}/resend", (opened.request_id, opened.access_token)
    assert reader.ask(route, *about)["body"]["code"] == "recipient_not_verified"
    assert reader.ask(route, *about)["status"] == 503  # SES is asked once a second
    service.token()
    assert reader.ask(route, *about)["status"] == 202
    service.run()
    assert len(service.mailer.sent) == 1
    assert reader.ask(route, *about)["body"]["code"] == "nothing_to_resend"


def test_who_has_had_enough_is_told_when_to_come_back(reader: Reader, service: Service) -> None:
    service.counters.numbers["uploads#all#2027-01-15"] = service.open_request.allowance.of_all.most
    wish = {"email": ANN, "filename": "a.png", "content_type": "image/png", "size": 1}
    told = reader.ask("POST /api/uploads", token=service.token(), body=wish)
    assert (told["body"]["code"], told["body"]["retry_at"]) == ("limit_reached", "2027-01-16T00:00:00.000Z")
    assert told["headers"]["retry-after"] == "57600"
