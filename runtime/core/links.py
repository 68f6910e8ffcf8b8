"""The page's addresses, as mails link to them. What stands behind the `#` is never sent to a server."""

from __future__ import annotations


def result(site: str, request_id: str, token: str) -> str:
    """Shows a request's result."""
    return f"{site}/#request={request_id}.{token}"


def confirm(site: str, token: str) -> str:
    """Proves an address in the browser that opens it."""
    return f"{site}/#confirm={token}"


def not_me(site: str, token: str) -> str:
    """Says that an address was used by somebody else."""
    return f"{site}/#not-me={token}"
