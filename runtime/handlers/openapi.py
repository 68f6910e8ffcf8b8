"""The API's OpenAPI 3.1 document, made from its operations."""

from __future__ import annotations

import re
from http import HTTPStatus
from typing import TYPE_CHECKING, Any, Final

from runtime.handlers.operations import COMMON, OPERATIONS, Bearer

if TYPE_CHECKING:
    from runtime.handlers.operations import Operation, Schema

_PROBLEM: Final[Schema] = {
    "type": "object",
    "description": "RFC 9457 problem details.",
    "properties": {
        "type": {"type": "string"},
        "title": {"type": "string"},
        "status": {"type": "integer"},
        "code": {"type": "string", "description": "Stable, for programs."},
        "detail": {"type": "string", "description": "A sentence for people: what is wrong and what to do."},
        "request_id": {
            "type": "string",
            "description": "Of the request that was opened all the same, so that its person is told by mail too.",
        },
        "access_token": {"type": "string", "description": "That request's."},
        "retry_at": {
            "type": "string",
            "format": "date-time",
            "description": "When to come back, if a limit was reached.",
        },
    },
    "required": ["type", "title", "status", "code", "detail"],
    "additionalProperties": False,
}
_GATEWAY: Final[Schema] = {
    "type": "object",
    "description": "What API Gateway says by itself: to what no operation fits, is too large or comes too fast.",
    "properties": {"message": {"type": "string"}},
    "required": ["message"],
    "additionalProperties": False,
}
_GATEWAY_STATUSES: Final = (404, 413, 429, 500, 503)

_BEARERS: Final = {
    Bearer.PROOF: "That was answered with the proof.",
    Bearer.ADDRESS: "That proves the address.",
    Bearer.ACCESS: "That was answered with the request; or the one in its mail's link.",
}
_PARAMETER: Final = re.compile(r"\{(\w+)\}")
_EVERYWHERE: Final = {403: ("not_by_the_front_door",)}


def document() -> dict[str, Any]:
    """The document."""
    paths: dict[str, dict[str, Any]] = {}
    for operation in OPERATIONS:
        method, _, path = operation.route.partition(" ")
        paths.setdefault(path, {})[method.lower()] = _operation(operation, path)
    return {
        "openapi": "3.1.0",
        "info": {
            "title": "ocr-wordcount",
            "version": "1",
            "summary": "Pictures of pages in; every word counted, by mail.",
            "description": "Errors are RFC 9457 problem details with a stable `code`; what the gateway says before us "
            "is a `message` alone. Nothing is to be cached. No address is in any URL.",
        },
        "servers": [{"url": "/"}],
        "paths": paths,
        "components": {
            "schemas": {"Problem": _PROBLEM, "GatewayMessage": _GATEWAY},
            "securitySchemes": {
                str(bearer): {"type": "http", "scheme": "bearer", "description": told}
                for bearer, told in _BEARERS.items()
            },
        },
    }


def _operation(operation: Operation, path: str) -> dict[str, Any]:
    made: dict[str, Any] = {"operationId": operation.name, "summary": operation.means}
    if names := _PARAMETER.findall(path):
        made["parameters"] = [_parameter(name) for name in names]
    if operation.bearer:
        scopes: list[str] = []
        made["security"] = [{str(operation.bearer): scopes}]
    if operation.takes:
        made["requestBody"] = {"required": True, "content": {"application/json": {"schema": _body(operation)}}}
    made["responses"] = _responses(operation)
    return made


def _parameter(name: str) -> dict[str, Any]:
    schema = {"type": "string", "pattern": "^[0-9a-f]{32}$"}
    return {"name": name, "in": "path", "required": True, "schema": schema}


def _body(operation: Operation) -> Schema:
    properties = {
        each.name: {
            "type": "string" if each.type is str else "integer",
            "description": each.means,
            "examples": [each.example],
            **each.schema,
        }
        for each in operation.takes
    }
    return {"type": "object", "properties": properties, "required": [each.name for each in operation.takes]}


def _responses(operation: Operation) -> dict[str, Any]:
    answer = operation.answer
    refusals: dict[int, tuple[str, ...]] = {**COMMON, **operation.refusals}
    for status, codes in _EVERYWHERE.items():
        refusals[status] = (*refusals.get(status, ()), *codes)
    statuses = sorted({*refusals, *_GATEWAY_STATUSES})
    return {
        str(answer.status): {
            "description": answer.means,
            "content": {answer.content_type: {"schema": answer.schema}},
        },
        **{str(status): _refusal(status, refusals.get(status, ())) for status in statuses},
    }


def _refusal(status: int, codes: tuple[str, ...]) -> dict[str, Any]:
    content: dict[str, Any] = {}
    if codes:
        told = {"properties": {"code": {"enum": list(codes)}}}
        schema = {"allOf": [{"$ref": "#/components/schemas/Problem"}, told]}
        content["application/problem+json"] = {"schema": schema}
    if status in _GATEWAY_STATUSES:
        content["application/json"] = {"schema": {"$ref": "#/components/schemas/GatewayMessage"}}
    named = ", ".join(f"`{code}`" for code in codes) or HTTPStatus(status).phrase
    return {"description": f"{named}.", "content": content}
