"""What a response-headers policy makes of an answer's headers.

https://docs.aws.amazon.com/AmazonCloudFront/latest/DeveloperGuide/understanding-response-headers-policies.html
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping

_KNOWN: Final = frozenset({"Name", "Comment", "SecurityHeadersConfig", "CustomHeadersConfig", "RemoveHeadersConfig"})
_SECURITY: Final = {
    "ContentSecurityPolicy": ("content-security-policy", "ContentSecurityPolicy"),
    "FrameOptions": ("x-frame-options", "FrameOption"),
    "ReferrerPolicy": ("referrer-policy", "ReferrerPolicy"),
}


class UnknownPolicyError(Exception):
    """A policy says something that is not done here."""


def applied(policy: Mapping[str, Any], headers: Iterable[tuple[str, str]]) -> list[tuple[str, str]]:
    """The headers of an origin's answer as the policy has them.

    Raises:
        UnknownPolicyError: It says something that is not done here.
    """
    if unknown := sorted(key for key in set(policy) - _KNOWN if policy[key]):
        raise UnknownPolicyError(f"{', '.join(unknown)} of a response-headers policy is not done here")
    removed = {one["Header"].lower() for one in policy.get("RemoveHeadersConfig", {}).get("Items") or []}
    result = [(name, value) for name, value in headers if name.lower() not in removed]
    for name, value, override in told(policy):
        there = any(before.lower() == name for before, _ in result)
        if override or not there:
            result = [(before, kept) for before, kept in result if before.lower() != name]
            result.append((name, value))
    return result


def told(policy: Mapping[str, Any]) -> Iterator[tuple[str, str, bool]]:
    """The headers that a policy sets: name, value, and whether also over the origin's own."""
    for kind, setting in (policy.get("SecurityHeadersConfig") or {}).items():
        if kind in _SECURITY:
            name, key = _SECURITY[kind]
            yield name, str(setting[key]), bool(setting["Override"])
        elif kind == "ContentTypeOptions":
            yield "x-content-type-options", "nosniff", bool(setting["Override"])
        elif kind == "StrictTransportSecurity":
            yield "strict-transport-security", _hsts(setting), bool(setting["Override"])
        else:
            raise UnknownPolicyError(f"{kind} of a response-headers policy is not done here")
    for one in (policy.get("CustomHeadersConfig") or {}).get("Items") or []:
        yield str(one["Header"]).lower(), str(one["Value"]), bool(one["Override"])


def _hsts(setting: Mapping[str, Any]) -> str:
    parts = [f"max-age={setting['AccessControlMaxAgeSec']}"]
    parts += ["includeSubDomains"] if setting.get("IncludeSubdomains") else []
    parts += ["preload"] if setting.get("Preload") else []
    return "; ".join(parts)
