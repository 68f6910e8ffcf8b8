"""SES's sends, in front of moto: the sandbox is enforced as AWS does it, and what goes out is kept in the inbox.

Unless its mailbox sends it back (`mailboxes`): then that is told, to whom it is to be told (`mail_events`).

moto answers the call; this looks at it before (who may be written to, is the configuration set there) and after. An
identity that is there already is not created again: an account has each once in a region, and moto would make it anew.

moto counts an identity as verified from the start. An address that SES is asked to verify (`VerifyEmailIdentity`) waits
here until its owner has followed the link in SES's mail, which goes to the inbox, or `verify` is told to have done so.
"""

from __future__ import annotations

import base64
import binascii
import json
import re
import secrets
from dataclasses import dataclass
from email import message_from_bytes, policy
from email.message import EmailMessage
from email.utils import getaddresses, parseaddr
from http import HTTPStatus
from typing import TYPE_CHECKING, Any, Final, cast
from urllib.parse import parse_qs
from xml.sax.saxutils import escape

from local.http_message import Response, aws_json_error
from local.mail_events import MailEvents
from local.mailboxes import SIMULATOR

if TYPE_CHECKING:
    from local.account import Account
    from local.clock import Clock
    from local.faults import Faults
    from local.http_message import Request
    from local.inbox import Inbox

_V2_PATH: Final = "/v2/email/outbound-emails"
_IDENTITIES_PATH: Final = "/v2/email/identities"
_V1_ACTIONS: Final = ("Action=SendRawEmail", "Action=SendEmail")
_ABOUT_IDENTITIES: Final = (
    "Action=VerifyEmailIdentity",
    "Action=GetIdentityVerificationAttributes",
    "Action=DeleteIdentity",
)
VERIFICATION_PATH: Final = "/_local/ses-verification/"
"""Where the link in SES's mail leads, with a token at its end."""
_SES_SENDER: Final = "no-reply-aws@amazon.com"
_ASKING: Final = """Dear Amazon Web Services Customer,

We have received a request to authorize this email address for use with Amazon SES. If you requested this verification,
please go to the following URL to confirm that you are authorized to use this email address:

{link}

Your request will not be processed unless you confirm the address using this URL. This link expires 24 hours after your
original verification request.

If you did NOT request to verify this email address, do not click on the link.
"""
_MESSAGE_ID: Final = re.compile(r"<MessageId>([^<]+)</MessageId>")
_TAG: Final = re.compile(r"[A-Za-z0-9_-]{1,256}")


@dataclass(frozen=True)
class Send:
    """What a call asks to be sent, whichever of SES's interfaces it came by."""

    version: int
    region: str
    sender: str
    recipients: list[str]
    configuration_set: str
    raw: bytes
    tags: dict[str, str]

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

    def __init__(  # noqa: PLR0913, PLR0917 - it joins all of these
        self, account: Account, inbox: Inbox, clock: Clock, region: str, faults: Faults, endpoint: str
    ) -> None:
        self._endpoint = endpoint
        self._events = MailEvents(account, clock)
        self._pending: dict[str, str] = {}
        self._account = account
        self._inbox = inbox
        self._region = region
        self._faults = faults

    def handle(self, request: Request, account_id: str) -> Response:
        """Answer a call that `takes` is true of, by somebody of an account."""
        if _is_new_identity(request):
            return self._create_identity(request, account_id)
        answer = self._about_identities if _is_about_identities(request) else self._send
        return answer(request, account_id)

    def verify(self, address: str) -> None:
        """Have an address count as verified."""
        with self._account.locked():
            self._pending.pop(address, None)
            self._account.ses(self._region).verify_email_identity(address)

    def follow(self, token: str) -> str:
        """What a click on the link in SES's mail does; the address that is verified by it.

        Raises:
            LookupError: There is no such link, or it was followed already.
        """
        address = next((address for address, its_own in self._pending.items() if its_own == token), None)
        if address is None:
            raise LookupError("this link is not known, or was followed already")
        self.verify(address)
        return address

    def unverify(self, address: str) -> None:
        """Have an address be as one that SES was never asked to verify; its domain is another identity, and stays."""
        with self._account.locked():
            self._pending.pop(address, None)
            self._account.ses(self._region).email_identities.pop(parseaddr(address)[1], None)

    def _about_identities(self, request: Request, account_id: str) -> Response:
        """Answer VerifyEmailIdentity, DeleteIdentity and GetIdentityVerificationAttributes.

        https://docs.aws.amazon.com/ses/latest/APIReference/API_GetIdentityVerificationAttributes.html
        """
        form = {name: values[0] for name, values in parse_qs(request.body.decode(), keep_blank_values=True).items()}
        operation = form["Action"]
        with self._account.locked():
            known = self._account.ses(_region_of(request), account_id).email_identities
            if operation == "GetIdentityVerificationAttributes":
                return _answer(operation, self._states(known, _members(form, "Identities")))
            if operation == "DeleteIdentity":
                self._pending.pop(form["Identity"], None)
                known.pop(form["Identity"], None)
                return _answer(operation, "")
            address = form["EmailAddress"]
            if address in known:
                return _answer(operation, "")
            token = self._pending.setdefault(address, secrets.token_hex(16))
        self._ask(address, token)
        return _answer(operation, "")

    def _states(self, known: dict[str, Any], identities: list[str]) -> str:
        states = {each: "Success" for each in identities if each in known}
        states |= {each: "Pending" for each in identities if each in self._pending}
        entries = "".join(
            f"<entry><key>{escape(each)}</key><value><VerificationStatus>{state}</VerificationStatus></value></entry>"
            for each, state in states.items()
        )
        return f"<VerificationAttributes>{entries}</VerificationAttributes>"

    def _ask(self, address: str, token: str) -> None:
        """SES's own mail. It goes to anybody: the sandbox is about our mails."""
        message = EmailMessage(policy=policy.SMTP)
        message["From"], message["To"] = f"Amazon Web Services <{_SES_SENDER}>", address
        message["Subject"] = f"Amazon Web Services - Email Address Verification Request in region {self._region}"
        message.set_content(_ASKING.format(link=f"{self._endpoint}{VERIFICATION_PATH}{token}"))
        self._inbox.deliver(message.as_bytes(), message_id=secrets.token_hex(16), to=[address])

    def _send(self, request: Request, account_id: str) -> Response:
        send = parse_send(request)
        self._faults.mail.pass_through()
        if fault := self._faults.mail_error:
            error = fault.v1 if send.version == 1 else fault.v2
            return send.error(error.code, error.message, error.status)
        refused = self._refusal(send, account_id)
        if refused is not None:
            return refused
        response = self._account.handle(request, account_id)
        if response.status == 200:  # noqa: PLR2004 - HTTP's own number
            self._deliver(send, _message_id(send, response), account_id)
        return response

    def _deliver(self, send: Send, message_id: str, account_id: str) -> None:
        answers = {one: answer for one in send.recipients if (answer := self._faults.mailboxes.answer_of(one))}
        taken = [one for one in send.recipients if one not in answers or answers[one].taken]
        if taken:
            self._inbox.deliver(send.raw, message_id=message_id, to=taken, configuration_set=send.configuration_set)
        self._events.bounced(send, message_id, account_id, answers)

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
        if wrong := [tag for tag in (*send.tags, *send.tags.values()) if not _TAG.fullmatch(tag)]:
            return send.error("InvalidParameterValue", f"Invalid tag <{wrong[0]}>: only [A-Za-z0-9_-], at most 256.")
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
    """Whether a request is one of SES's that is answered here: a send, or about an identity."""
    return _is_send(request) or _is_new_identity(request) or _is_about_identities(request)


def _is_about_identities(request: Request) -> bool:
    return request.method == "POST" and request.raw_path == "/" and _is_one_of(_ABOUT_IDENTITIES, request)


def _is_one_of(actions: tuple[str, ...], request: Request) -> bool:
    return any(action.encode() in request.body.split(b"&") for action in actions)


def _answer(operation: str, result: str) -> Response:
    space = "http://ses.amazonaws.com/doc/2010-12-01/"
    told = f"<{operation}Result>{result}</{operation}Result>"
    body = (
        f'<{operation}Response xmlns="{space}">{told}'
        f"<ResponseMetadata><RequestId>local</RequestId></ResponseMetadata></{operation}Response>"
    )
    return Response(200, body.encode(), [("Content-Type", "text/xml")])


def _is_send(request: Request) -> bool:
    if request.method != "POST":
        return False
    if request.raw_path == _V2_PATH:
        return True
    return request.raw_path == "/" and _is_one_of(_V1_ACTIONS, request)


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
    tags = dict(zip(_members(form, "Tags", ".Name"), _members(form, "Tags", ".Value"), strict=True))
    if form["Action"] == "SendRawEmail":
        raw = _decode(form.get("RawMessage.Data", ""))
        return _raw_send(1, region, source, _members(form, "Destinations"), configuration_set, raw, tags)
    lists = {name: _members(form, f"Destination.{name}Addresses") for name in ("To", "Cc", "Bcc")}
    message = _compose(
        source,
        lists,
        form.get("Message.Subject.Data", ""),
        form.get("Message.Body.Text.Data"),
        form.get("Message.Body.Html.Data"),
    )
    return Send(1, region, parseaddr(source)[1], _all(lists), configuration_set, message.as_bytes(), tags)


def _parse_v2(request: Request, region: str) -> Send:
    asked = request.json()
    source, configuration_set = asked.get("FromEmailAddress") or "", asked.get("ConfigurationSetName") or ""
    destination = asked.get("Destination") or {}
    lists = {name: destination.get(f"{name}Addresses") or [] for name in ("To", "Cc", "Bcc")}
    tags = {tag["Name"]: tag["Value"] for tag in asked.get("EmailTags") or []}
    content = asked.get("Content") or {}
    if "Raw" in content:
        raw = _decode(content["Raw"].get("Data", ""))
        return _raw_send(2, region, source, _all(lists), configuration_set, raw, tags)
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
    return Send(2, region, parseaddr(source)[1], _all(lists), configuration_set, message.as_bytes(), tags)


def _raw_send(  # noqa: PLR0913, PLR0917 - the parts of one value
    version: int,
    region: str,
    source: str,
    recipients: list[str],
    configuration_set: str,
    raw: bytes,
    tags: dict[str, str],
) -> Send:
    # `policy.default` makes it an EmailMessage; the function's declared type is that of older policies.
    message = cast("EmailMessage", message_from_bytes(raw, policy=policy.default))
    named = [str(value) for header in ("To", "Cc", "Bcc") for value in message.get_all(header, [])]
    sender = parseaddr(source or str(message.get("From", "")))[1]
    to = _addresses(recipients or named)
    header_set = str(message.get("X-SES-CONFIGURATION-SET", ""))
    return Send(version, region, sender, to, configuration_set or header_set, raw, tags)


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


def _members(form: dict[str, str], name: str, part: str = "") -> list[str]:
    found: list[str] = []
    while (value := form.get(f"{name}.member.{len(found) + 1}{part}")) is not None:
        found.append(value)
    return found


def _decode(encoded: str) -> bytes:
    try:
        return base64.b64decode(encoded)
    except binascii.Error:
        return b""  # moto answers what is to be said about it


def _is_verified(identities: dict[str, Any], address: str) -> bool:
    domain = address.rpartition("@")[2].lower()
    return address in identities or domain in identities or domain == SIMULATOR


def _message_id(send: Send, response: Response) -> str:
    if send.version == 1:
        found = _MESSAGE_ID.search(response.body.decode())
        return found.group(1) if found else ""
    return str(json.loads(response.body).get("MessageId", ""))
