"""The inbox as a person sees it: pages under `/_local/inbox`, without a script.

    /_local/inbox                        all mails, the newest first
    /_local/inbox/<mail>                 one: headers, the HTML part in a frame, the text, links, attachments
    /_local/inbox/<mail>/<file>          a file of it, as it was sent

What is in a mail is somebody else's: it is shown as text, or in a frame that may do nothing but open a link.
"""

from __future__ import annotations

import html
import mimetypes
import re
from http import HTTPStatus
from pathlib import Path
from typing import TYPE_CHECKING, Final
from urllib.parse import quote, unquote

from local.client import INBOX as PATH
from local.http_message import Response

if TYPE_CHECKING:
    from collections.abc import Iterable

    from local.http_message import Request
    from local.inbox import Inbox, Mail


_STYLE: Final = "style.css"
_STYLE_FILE: Final = Path(__file__).with_name("inbox.css")
_LOOK_AGAIN_SECONDS: Final = 5

_OURS: Final = (
    "default-src 'none'; style-src 'self'; frame-src 'self'"
    "; base-uri 'none'; form-action 'none'; frame-ancestors 'none'"
)
_FRAMED: Final = (
    # Mails have their styles with them, since nothing else reaches a reader of mail.
    "default-src 'none'; style-src 'unsafe-inline'; img-src data:; form-action 'none'; frame-ancestors 'self'"
    "; sandbox allow-popups allow-popups-to-escape-sandbox"
)
_FILE: Final = "default-src 'none'; style-src 'unsafe-inline'; frame-ancestors 'none'; sandbox"

_LINK: Final = re.compile(r"https?://[^\s<>\"']+[^\s<>\"'.,;:!?)\]]")
_HEAD: Final = re.compile(rb"<head(\s[^>]*)?>", re.IGNORECASE)
_SHOWN_FIRST: Final = ("From", "To", "Subject", "Date")


class InboxPage:
    """Shows everybody's inbox."""

    def __init__(self, inbox: Inbox) -> None:
        self._inbox = inbox

    def handle(self, request: Request) -> Response:
        """Answer a look at it.

        Raises:
            LookupError: There is no such mail, or no such file in it.
        """
        if request.method not in {"GET", "HEAD"}:
            raise LookupError(f"{request.method} {request.raw_path}")
        named, _, file = unquote(request.raw_path.removeprefix(PATH).strip("/")).partition("/")
        if not named:
            return _page("Inbox", _list(self._inbox.mails()), [("refresh", str(_LOOK_AGAIN_SECONDS))])
        if named == _STYLE:
            return Response(HTTPStatus.OK, _STYLE_FILE.read_bytes(), [("content-type", "text/css; charset=utf-8")])
        mail = next((one for one in self._inbox.mails() if one.folder.name == named), None)
        if mail is None:
            raise LookupError(f"no mail {named}")
        return _file(mail, file) if file else _page(mail.subject, _one(mail))


def _list(mails: list[Mail]) -> str:
    if not mails:
        return "<h1>Inbox</h1><p>No mail yet. This page looks again by itself.</p>"
    rows = "".join(
        f'<li><a href="{_address(mail)}"><strong>{_text(mail.subject)}</strong></a>'
        f"<span>to {_text(', '.join(mail.to))}</span>"
        f'<time datetime="{_text(mail.sent_at)}">{_text(mail.sent_at[11:19])}</time></li>'
        for mail in reversed(mails)
    )
    return f'<h1>Inbox</h1><ol class="mails">{rows}</ol>'


def _one(mail: Mail) -> str:
    first = [name for name in _SHOWN_FIRST if name in mail.headers]
    others = [name for name in mail.headers if name not in first]
    text = mail.text.read_text(encoding="utf-8") if mail.text else ""
    parts = [
        f'<p><a href="{PATH}">All mails</a></p><h1>{_text(mail.subject)}</h1>',
        _headers(mail, first),
        _section("Links", _links(mail)),
        _section("Attachments", _attachments(mail)),
    ]
    if mail.html:
        frame = f'<iframe src="{_address(mail, mail.html)}" title="The mail, as its reader sees it"'
        parts.append(f'{frame} sandbox="allow-popups allow-popups-to-escape-sandbox"></iframe>')
    if text:
        parts.append(
            f"<details{'' if mail.html else ' open'}><summary>As text</summary><pre>{_text(text)}</pre></details>"
        )
    parts.append(f"<details><summary>All headers</summary>{_headers(mail, others)}</details>")
    return "".join(parts)


def _headers(mail: Mail, names: Iterable[str]) -> str:
    rows = "".join(f"<dt>{_text(name)}</dt><dd>{_text(mail.headers[name])}</dd>" for name in names)
    return f"<dl>{rows}</dl>"


def _links(mail: Mail) -> list[str]:
    """The links of a mail, each once; they lead where the mail's own do."""
    if mail.text:
        found = dict.fromkeys(_LINK.findall(mail.text.read_text(encoding="utf-8")))
    else:
        written = mail.html.read_text(encoding="utf-8") if mail.html else ""
        found = dict.fromkeys(html.unescape(link) for link in _LINK.findall(written))
    return [f'<a href="{_text(link)}">{_text(link)}</a>' for link in found]


def _attachments(mail: Mail) -> list[str]:
    return [f'<a href="{_address(mail, file)}">{_text(file.name)}</a>' for file in mail.attachments]


def _section(title: str, items: list[str]) -> str:
    return f"<h2>{title}</h2><ul>{''.join(f'<li>{one}</li>' for one in items)}</ul>" if items else ""


def _file(mail: Mail, name: str) -> Response:
    files = {file.name: file for file in (mail.text, mail.html, *mail.attachments) if file is not None}
    if name not in files:
        raise LookupError(f"no file {name} in mail {mail.folder.name}")
    content = files[name].read_bytes()
    if files[name] == mail.html:
        # Without it a link would open in the frame, where nothing but this mail may be.
        head = _HEAD.search(content)
        at = head.end() if head else 0
        content = content[:at] + b'<base target="_blank">' + content[at:]
        return _safe(content, "text/html; charset=utf-8", _FRAMED)
    kind = mimetypes.guess_type(name)[0] or "application/octet-stream"
    return _safe(content, f"{kind}; charset=utf-8" if kind.startswith("text/") else kind, _FILE)


def _page(title: str, body: str, headers: list[tuple[str, str]] | None = None) -> Response:
    page = (
        f'<!doctype html><html lang="en"><head><meta charset="utf-8"><title>{_text(title)}</title>'
        '<meta name="viewport" content="width=device-width, initial-scale=1">'
        f'<link rel="stylesheet" href="{PATH}/{_STYLE}"></head><body><main>{body}</main></body></html>'
    )
    response = _safe(page.encode(), "text/html; charset=utf-8", _OURS)
    response.headers.extend(headers or [])
    return response


def _safe(content: bytes, content_type: str, policy: str) -> Response:
    headers = [
        ("content-type", content_type),
        ("content-security-policy", policy),
        ("x-content-type-options", "nosniff"),
        ("referrer-policy", "no-referrer"),
        ("cache-control", "no-store"),
    ]
    return Response(HTTPStatus.OK, content, headers)


def _address(mail: Mail, file: Path | None = None) -> str:
    return f"{PATH}/{quote(mail.folder.name)}" + (f"/{quote(file.name, safe='')}" if file else "")


def _text(told: str) -> str:
    return html.escape(told)
