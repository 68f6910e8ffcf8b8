"""API keys of API Gateway's: secrets that AWS makes up."""

from __future__ import annotations

from typing import TYPE_CHECKING

from local.deploy.creation import Created
from local.deploy.kind import Kind

if TYPE_CHECKING:
    from local.deploy.creation import Creation
    from local.deploy.deletion import Deletion
    from local.deploy.inputs import Shape

_LONGEST_NAME = 1024

_KEY: Shape = {"customerId": "customerId", "description": "description", "value": "value"}


def _api_key(creation: Creation) -> Created:
    inputs, name = creation.inputs, creation.named(longest=_LONGEST_NAME)
    enabled = inputs.flag("enabled") if "enabled" in inputs else True
    answer = creation.call(
        "apigateway",
        "create_api_key",
        name=name,
        enabled=enabled,
        tags=creation.tags() or None,
        **inputs.translate(_KEY),
    )
    arn = f"arn:aws:apigateway:{creation.target.region}::/apikeys/{answer['id']}"
    return Created(answer["id"], {"arn": arn, "name": name, "value": answer["value"]})


def _delete_api_key(deletion: Deletion) -> None:
    deletion.call("apigateway", "delete_api_key", apiKey=deletion.id)


KINDS: dict[str, Kind] = {"aws:apigateway/apiKey:ApiKey": Kind(_api_key, _delete_api_key)}
"""Its `value` is a secret of Pulumi's; here it is in the clear, as all is."""
