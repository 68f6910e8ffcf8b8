"""How each type of resource that the program uses is made and deleted, by Pulumi's type token.

A creator reads the resource's inputs, calls AWS, and answers the id and those outputs that are not inputs. Inputs that
it does not read are refused afterwards by the monitor; so are types that are not here. A deleter calls AWS, and does
what the provider does when a resource leaves a program. A new type is an entry in its service's `KINDS`.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from local.deploy.resources import (
    api_keys,
    certificates,
    cloudfront,
    dynamodb,
    events,
    glue,
    http_api,
    iam,
    lambda_functions,
    logs,
    mail,
    s3,
    sns,
    sqs,
)

if TYPE_CHECKING:
    from local.deploy.kind import Kind

_SERVICES = (
    api_keys,
    certificates,
    cloudfront,
    dynamodb,
    events,
    glue,
    http_api,
    iam,
    lambda_functions,
    logs,
    mail,
    s3,
    sns,
    sqs,
)

KINDS: dict[str, Kind] = {token: kind for service in _SERVICES for token, kind in service.KINDS.items()}
