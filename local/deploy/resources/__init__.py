"""One creator for each type of resource that the program uses, by Pulumi's type token.

A creator reads the resource's inputs, calls AWS, and answers the id and those outputs that are not inputs. Inputs that
it does not read are refused afterwards by the monitor; so are types without a creator. A new type is an entry in its
service's `CREATORS`.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from local.deploy.resources import dynamodb, events, http_api, iam, lambda_functions, logs, mail, s3, sns, sqs

if TYPE_CHECKING:
    from local.deploy.creation import Creator

_SERVICES = (dynamodb, events, http_api, iam, lambda_functions, logs, mail, s3, sns, sqs)

CREATORS: dict[str, Creator] = {token: creator for service in _SERVICES for token, creator in service.CREATORS.items()}
