"""SES's sends, in front of moto: the sandbox is enforced as AWS does it, and what goes out is kept in the inbox.

moto answers the call; this looks at it before (who may be written to, is the configuration set there) and after. An
identity that is there already is not created again: an account has each once in a region, and moto would make it anew.
"""

from __future__ import annotations

import base64
import binascii
import json
import re
from dataclasses import dataclass
from email import message_from_bytes, policy
from email.message import EmailMessage
from email.utils import getaddresses, parseaddr
from http import HTTPStatus
from typing import TYPE_CHECKING, Any, Final, cast
from urllib.parse import parse_qs
from xml.sax.saxutils import escape

from local.http_message import Response, aws_json_error

if TYPE_CHECKING:
    from local.account import Account
    from local.faults import Faults
    from local.http_message import Request
    from local.inbox import Inbox

_V2_PATH: Final = "/v2/email/outbound-emails"
_IDENTITIES_PATH: Final = "/v2/email/identities"
_V1_ACTIONS: Final = ("Action=SendRawEmail", "Action=SendEmail")
_MESSAGE_ID: Final = re.compile(r"<MessageId>([^<]+)</MessageId>")
_SIMULATOR: Final = "simulator.amazonses.com"


@dataclass(frozen=True)
class Send:
    """What a call asks to be sent, whichever of SES's interfaces it came by."""

    version: int
    region: str
    sender: str
    recipients: list[str]
    configuration_set: str
    raw: bytes

    def error(self, code: str, message: str, status: int = 400) -> Response:
        """An error in the interface's own form."""
        if self.version == 2:  # noqa: PLR2004 - the interface's own number
            return aws_json_error(status, code, message)
        whose = "Sender" if status < HTTPStatus.INTERNAL_SERVER_ERROR else "Receiver"
        parts = f"<Type>{whose}</Type><Code>{code}</Code><Message>{escape(message)}</Message>"
        space = "http://ses.amazonaws.com/doc/2010-12-01/"
        body = f'<ErrorResponse xmlns="{space}"><Error>{parts}</Error><RequestId>local</RequestId></ErrorResponse>'
        return Response(status, body.encode(), [("Content-Type", "text/xml")])


class MailService:
    """Sends mail, into the inbox."""

    def __init__(self, account: Account, inbox: Inbox, region: str, faults: Faults) -> None:
        self._account = account
        self._inbox = inbox
        self._region = region
        self._faults = faults

    def handle(self, request: Request, account_id: str) -> Response:
        """Answer a call that `takes` is true of, by somebody of an account."""
        return (self._create_identity if _is_new_identity(request) else self._send)(request, account_id)

    def verify(self, address: str) -> None:
        """Have an address count as verified."""
        with self._account.locked():
            self._account.ses(self._region).verify_email_identity(address)

    def unverify(self, address: str) -> None:
        """Have an address be as one that SES was never asked to verify; its domain is another identity, and stays."""
        with self._account.locked():
            self._account.ses(self._region).email_identities.pop(parseaddr(address)[1], None)

    def _send(self, request: Request, account_id: str) -> Response:
        send = parse_send(request)
        if fault := self._faults.mail_error:
            error = fault.v1 if send.version == 1 else fault.v2
            return send.error(error.code, error.message, error.status)
        refused = self._refusal(send, account_id)
        if refused is not None:
            return refused
        response = self._account.handle(request, account_id)
        if response.status == 200:  # noqa: PLR2004 - HTTP's own number
            self._inbox.deliver(
                send.raw,
                message_id=_message_id(send, response),
                to=send.recipients,
                configuration_set=send.configuration_set,
            )
        return response

    def _create_identity(self, request: Request, account_id: str) -> Response:
        """Answer SESv2's CreateEmailIdentity.

        https://docs.aws.amazon.com/ses/latest/APIReference-V2/API_CreateEmailIdentity.html
        """
        identity = str(request.json().get("EmailIdentity", ""))
        with self._account.locked():
            if identity in self._account.ses(_region_of(request), account_id).email_identities:
                message = f"Email identity {identity} already exist."
                return aws_json_error(400, "AlreadyExistsException", message)
            return self._account.handle(request, account_id)

    def _refusal(self, send: Send, account_id: str) -> Response | None:
        with self._account.locked():
            backend = self._account.ses(send.region, account_id)
            if send.configuration_set and send.configuration_set not in backend.config_sets:
                code = "ConfigurationSetDoesNotExist" if send.version == 1 else "NotFoundException"
                return send.error(code, f"Configuration set <{send.configuration_set}> does not exist.")
            needed = [send.sender, *(send.recipients if self._account.sandbox else [])]
            unverified = [one for one in dict.fromkeys(needed) if not _is_verified(backend.email_identities, one)]
        if not send.recipients:
            return send.error("InvalidParameterValue", "Missing required header 'To'.")
        if unverified:
            listed = ", ".join(unverified)
            where = f"in region {send.region.upper()}: {listed}"
            return send.error(
                "MessageRejected", f"Email address is not verified. The following identities failed the check {where}"
            )
        return None


def takes(request: Request) -> bool:
    """Whether a request is one of SES's that is answered here: a send, or the wish for a new identity."""
    return _is_send(request) or _is_new_identity(request)


def _is_send(request: Request) -> bool:
    if request.method != "POST":
        return False
    if request.raw_path == _V2_PATH:
        return True
    return request.raw_path == "/" and any(action.encode() in request.body.split(b"&") for action in _V1_ACTIONS)


def _is_new_identity(request: Request) -> bool:
    return request.method == "POST" and request.raw_path == _IDENTITIES_PATH


def parse_send(request: Request) -> Send:
    """What a call asks to be sent."""
    region = _region_of(request)
    return _parse_v2(request, region) if request.raw_path == _V2_PATH else _parse_v1(request, region)


def _region_of(request: Request) -> str:
    scope = re.search(r"Credential=[^/]+/\d+/([^/]+)/", request.header("Authorization"))
    return scope.group(1) if scope else "us-east-1"


def _parse_v1(request: Request, region: str) -> Send:
    form = {name: values[0] for name, values in parse_qs(request.body.decode(), keep_blank_values=True).items()}
    source, configuration_set = form.get("Source", ""), form.get("ConfigurationSetName", "")
    if form["Action"] == "SendRawEmail":
        raw = _decode(form.get("RawMessage.Data", ""))
        return _raw_send(1, region, source, _members(form, "Destinations"), configuration_set, raw)
    lists = {name: _members(form, f"Destination.{name}Addresses") for name in ("To", "Cc", "Bcc")}
    message = _compose(
        source,
        lists,
        form.get("Message.Subject.Data", ""),
        form.get("Message.Body.Text.Data"),
        form.get("Message.Body.Html.Data"),
    )
    return Send(1, region, parseaddr(source)[1], _all(lists), configuration_set, message.as_bytes())


def _parse_v2(request: Request, region: str) -> Send:
    asked = request.json()
    source, configuration_set = asked.get("FromEmailAddress") or "", asked.get("ConfigurationSetName") or ""
    destination = asked.get("Destination") or {}
    lists = {name: destination.get(f"{name}Addresses") or [] for name in ("To", "Cc", "Bcc")}
    content = asked.get("Content") or {}
    if "Raw" in content:
        return _raw_send(2, region, source, _all(lists), configuration_set, _decode(content["Raw"].get("Data", "")))
    simple = content.get("Simple") or {}
    body = simple.get("Body") or {}
    text, html = body.get("Text", {}).get("Data"), body.get("Html", {}).get("Data")
    message = _compose(source, lists, simple.get("Subject", {}).get("Data", ""), text, html)
    for header in simple.get("Headers") or []:
        message[header["Name"]] = header["Value"]
    for attachment in simple.get("Attachments") or []:
        kind, _, subtype = attachment.get("ContentType", "application/octet-stream").partition("/")
        raw = _decode(attachment["RawContent"])
        message.add_attachment(raw, maintype=kind, subtype=subtype, filename=attachment["FileName"])
    return Send(2, region, parseaddr(source)[1], _all(lists), configuration_set, message.as_bytes())


def _raw_send(  # noqa: PLR0913, PLR0917 - the parts of one value
    version: int, region: str, source: str, recipients: list[str], configuration_set: str, raw: bytes
) -> Send:
    # `policy.default` makes it an EmailMessage; the function's declared type is that of older policies.
    message = cast("EmailMessage", message_from_bytes(raw, policy=policy.default))
    named = [str(value) for header in ("To", "Cc", "Bcc") for value in message.get_all(header, [])]
    sender = parseaddr(source or str(message.get("From", "")))[1]
    to = _addresses(recipients or named)
    header_set = str(message.get("X-SES-CONFIGURATION-SET", ""))
    return Send(version, region, sender, to, configuration_set or header_set, raw)


def _compose(
    source: str, lists: dict[str, list[str]], subject: str, text: str | None, html: str | None
) -> EmailMessage:
    message = EmailMessage(policy=policy.SMTP)
    message["From"], message["Subject"] = source, subject
    for name in ("To", "Cc"):
        if lists[name]:
            message[name] = ", ".join(lists[name])
    if text is not None or html is None:
        message.set_content(text or "")
    if html is not None and text is not None:
        message.add_alternative(html, subtype="html")
    elif html is not None:
        message.set_content(html, subtype="html")
    return message


def _all(lists: dict[str, list[str]]) -> list[str]:
    return _addresses([address for some in lists.values() for address in some])


def _addresses(written: list[str]) -> list[str]:
    return list(dict.fromkeys(address for _, address in getaddresses(written) if address))


def _members(form: dict[str, str], name: str) -> list[str]:
    found: list[str] = []
    while (value := form.get(f"{name}.member.{len(found) + 1}")) is not None:
        found.append(value)
    return found


def _decode(encoded: str) -> bytes:
    try:
        return base64.b64decode(encoded)
    except binascii.Error:
        return b""  # moto answers what is to be said about it


def _is_verified(identities: dict[str, Any], address: str) -> bool:
    domain = address.rpartition("@")[2].lower()
    return address in identities or domain in identities or domain == _SIMULATOR


def _message_id(send: Send, response: Response) -> str:
    if send.version == 1:
        found = _MESSAGE_ID.search(response.body.decode())
        return found.group(1) if found else ""
    return str(json.loads(response.body).get("MessageId", ""))
