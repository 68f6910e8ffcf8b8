"""What the API can be asked: each operation with its route, what it takes, what it answers and how it may refuse.

`api.py` reads bodies by it, `openapi.py` writes the document from it: neither can say what the other does not do.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from enum import StrEnum
from typing import TYPE_CHECKING, Any, Final

from runtime.core.addresses import MAX_ADDRESS, Verification
from runtime.core.errors import BadRequest
from runtime.core.pictures import CONTENT_TYPES
from runtime.core.reasons import MAX_BYTES, Reason
from runtime.core.types import RequestState, Stage
from runtime.core.use_cases.requests import DELETED, FILES, MAX_FILENAME

if TYPE_CHECKING:
    from collections.abc import Mapping

Schema = dict[str, Any]


class Bearer(StrEnum):
    """Whose token an operation wants."""

    PROOF = "proof_token"
    ADDRESS = "address_token"
    ACCESS = "access_token"


@dataclass(frozen=True)
class Field:
    """A field of a body."""

    name: str
    type: type[str | int]
    means: str
    example: str | int
    schema: Schema = field(default_factory=dict)

    @property
    def wanted(self) -> str:
        """What it is, in a word."""
        return "text" if self.type is str else "a whole number"


@dataclass(frozen=True)
class Answer:
    """What an operation answers when it did what it should: JSON of a schema, or a file of a type."""

    status: int
    means: str
    schema: Schema
    content_type: str = "application/json"


@dataclass(frozen=True)
class Operation:
    """Something that the API can be asked.

    Attributes:
        route: Method and path, as the gateway has it.
        name: Its name in the document.
        means: One sentence.
        takes: The fields of its body.
        bearer: Whose token it wants; one that it does without refuses by itself (`address_token`).
        refusals: The codes of the problems that it may answer, by status; `COMMON` ones besides.
    """

    route: str
    name: str
    means: str
    answer: Answer
    takes: tuple[Field, ...] = ()
    bearer: Bearer | None = None
    refusals: Mapping[int, tuple[str, ...]] = field(default_factory=dict)

    def read(self, body: object) -> dict[str, Any]:
        """The fields of a body; what it has besides does not matter.

        Raises:
            BadRequest: One is missing, or is something else.
        """
        if not isinstance(body, dict):
            raise BadRequest("invalid_request", f"The body is no JSON object; {self._wish}")
        if missing := [each.name for each in self.takes if each.name not in body]:
            raise BadRequest("invalid_request", f"Missing: {', '.join(missing)}; {self._wish}")
        if wrong := [each.name for each in self.takes if type(body[each.name]) is not each.type]:
            raise BadRequest("invalid_request", f"Wrong type: {', '.join(wrong)}; {self._wish}")
        return {each.name: body[each.name] for each in self.takes}

    @property
    def _wish(self) -> str:
        fields = ", ".join(f'"{each.name}": {each.wanted}' for each in self.takes)
        return f"send {{{fields}}}."


_TEXT: Final[Schema] = {"type": "string"}
_TOKEN: Final[Schema] = {"type": "string", "pattern": "^[0-9a-f]{32}$"}
_TIME: Final[Schema] = {"type": "string", "format": "date-time"}
_FLAG: Final[Schema] = {"type": "boolean"}
_WHOLE: Final[Schema] = {"type": "integer", "minimum": 0}


def _either(schema: Schema) -> Schema:
    return {"anyOf": [schema, {"type": "null"}]}


def _object(optional: tuple[str, ...] = (), /, **properties: Schema) -> Schema:
    required = [name for name in properties if name not in optional]
    return {"type": "object", "properties": properties, "required": required, "additionalProperties": False}


def _one_of(*values: str) -> Schema:
    return {"type": "string", "enum": list(values)}


_WORD_COUNT: Final = _object(
    schema={"type": "integer", "const": 1},
    digest=_TEXT,
    pages=_WHOLE,
    total_words=_WHOLE,
    unique_words=_WHOLE,
    mean_confidence=_either({"type": "number", "minimum": 0, "maximum": 100}),
    counter=_object(version=_TEXT),
    words={"type": "array", "items": _object(word=_TEXT, count={"type": "integer", "minimum": 1})},
)
_STATUS: Final = _object(
    request_id=_TOKEN,
    state=_one_of(*RequestState),
    reason=_either(_one_of(*Reason)),
    message=_either(_TEXT),
    filename=_TEXT,
    digest=_either(_TEXT),
    cached=_FLAG,
    joined=_FLAG,
    late=_FLAG,
    low_confidence=_FLAG,
    expires_at=_TIME,
    kept_until=_either(_TIME),
    times={"type": "object", "propertyNames": _one_of(*Stage), "additionalProperties": _TIME},
    result=_either(_WORD_COUNT),
)

_EMAIL: Final = Field(
    "email",
    str,
    "The address, which nobody else is told.",
    "reader@example.com",
    {"maxLength": MAX_ADDRESS},
)
_LINK: Final = "The token behind the `=` of the mail's link."

COMMON: Final = {500: (str(Reason.INTERNAL),), 503: ("try_again",)}
"""How every operation may refuse."""

_NO_SUCH_REQUEST: Final = {401: ("no_token",), 404: ("no_such_request",)}

OPERATIONS: Final = (
    Operation(
        "POST /api/addresses",
        "startProof",
        "Begin to prove an address: a mail goes there, at most a few a day. The answer is the same for every address.",
        Answer(
            202,
            "What follows is in the mail, if one was sent.",
            _object(
                proof_id=_TOKEN,
                proof_token=_TOKEN,
                expires_at=_TIME,
                verification=_one_of(*Verification),
            ),
        ),
        takes=(_EMAIL,),
        refusals={400: ("invalid_request", "invalid_email"), 429: ("limit_reached",)},
    ),
    Operation(
        "GET /api/addresses/{proof_id}",
        "showProof",
        "See whether SES's own mail was answered. A proof by our link stays pending: who opens it has the token.",
        Answer(
            200,
            "How far the proof is; with the address token once it is proven.",
            _object(
                ("address_token", "expires_at"),
                state=_one_of("pending", "proven"),
                address_token=_TOKEN,
                expires_at=_TIME,
            ),
        ),
        bearer=Bearer.PROOF,
        refusals={401: ("no_token",), 404: ("no_such_proof",)},
    ),
    Operation(
        "POST /api/addresses/confirm",
        "confirmProof",
        "Prove an address by the link in its mail. It works again, in the same way, until it expires.",
        Answer(200, "The address is proven.", _object(address_token=_TOKEN, email=_TEXT, expires_at=_TIME)),
        takes=(Field("token", str, _LINK, "0123…"),),
        refusals={400: ("invalid_request", "link_unknown", "link_expired")},
    ),
    Operation(
        "POST /api/addresses/stop",
        "stopMails",
        'Say "that was not me": all that was proven for the address is void, and no proof mail goes there for 30 days.',
        Answer(200, "It is noted.", _object()),
        takes=(Field("token", str, _LINK, "0123…"),),
        refusals={400: ("invalid_request", "link_unknown")},
    ),
    Operation(
        "POST /api/uploads",
        "openRequest",
        "Open a request for a picture: the answer holds a form that can write its one object.",
        Answer(
            201,
            "The form, to be sent as multipart/form-data with the picture as its last field, `file`.",
            _object(
                request_id=_TOKEN,
                access_token=_TOKEN,
                upload=_object(
                    url=_TEXT,
                    fields={"type": "object", "additionalProperties": _TEXT},
                ),
                expires_at=_TIME,
            ),
        ),
        takes=(
            _EMAIL,
            Field("filename", str, "What it is called in the mail.", "page.png", {"maxLength": MAX_FILENAME}),
            Field("content_type", str, f"One of {', '.join(CONTENT_TYPES)}.", CONTENT_TYPES[0]),
            Field("size", int, f"In bytes, at most {MAX_BYTES:,}.", 204_800),
        ),
        bearer=Bearer.ADDRESS,
        refusals={
            400: ("invalid_request", "invalid_email", "invalid_filename", str(Reason.EMPTY)),
            403: ("address_not_proven", str(Reason.RECIPIENT_NOT_VERIFIED)),
            413: (str(Reason.TOO_LARGE),),
            415: (str(Reason.UNSUPPORTED_TYPE),),
            429: ("limit_reached",),
        },
    ),
    Operation(
        "GET /api/requests/{request_id}",
        "showRequest",
        "See how far a request is, and its result.",
        Answer(200, "The request.", _STATUS),
        bearer=Bearer.ACCESS,
        refusals=_NO_SUCH_REQUEST,
    ),
    *(
        Operation(
            f"GET /api/requests/{{request_id}}/{name}",
            f"download{''.join(part.capitalize() for part in name.replace('.', '-').split('-'))}",
            f"Download a request's result as `{name}`.",
            Answer(200, "The file.", _WORD_COUNT if "json" in kind else _TEXT, kind),
            bearer=Bearer.ACCESS,
            refusals={401: ("no_token",), 404: ("no_such_request", "no_result")},
        )
        for name, kind in FILES.items()
    ),
    Operation(
        "POST /api/requests/{request_id}/resend",
        "resend",
        "Have the mail sent that could not be delivered, now that its address is verified.",
        Answer(202, "It is on its way.", _object()),
        bearer=Bearer.ACCESS,
        refusals={
            **_NO_SUCH_REQUEST,
            403: (str(Reason.RECIPIENT_NOT_VERIFIED),),
            409: ("nothing_to_resend",),
            429: ("limit_reached",),
        },
    ),
    Operation(
        "DELETE /api/requests/{request_id}",
        "deleteRequest",
        "Delete a request, with its address and file name, at once.",
        Answer(
            200,
            "What is deleted, and what is kept all the same, why, and until when.",
            _object(
                deleted={"type": "array", "items": _one_of(*DELETED)},
                kept={"type": "array", "items": _object(what=_one_of("result"), why=_TEXT, until=_TIME)},
            ),
        ),
        bearer=Bearer.ACCESS,
        refusals=_NO_SUCH_REQUEST,
    ),
    Operation(
        "GET /api/openapi.json",
        "describe",
        "This document.",
        Answer(200, "An OpenAPI 3.1 document.", {"type": "object"}),
    ),
)
BY_ROUTE: Final = {operation.route: operation for operation in OPERATIONS}
