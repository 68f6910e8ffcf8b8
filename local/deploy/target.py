"""The AWS account that a program is deployed to, behind one endpoint."""

from __future__ import annotations

import os
import threading
from dataclasses import dataclass, field
from functools import cache, cached_property
from typing import TYPE_CHECKING, Any

import botocore.session
from botocore.config import Config
from botocore.loaders import create_loader

from local.credentials import ROOT

if TYPE_CHECKING:
    from botocore.client import BaseClient
    from botocore.loaders import Loader


@cache
def service_descriptions() -> Loader:
    """AWS's services as botocore describes them, read once in a process: half of what a client costs."""
    return create_loader()


@dataclass
class Target:
    """Answers of AWS's API operations, from clients made once per service when first needed.

    The user's own AWS profile, region and proxies have no say: nothing must reach an account of theirs.
    """

    account_id: str
    region: str
    endpoint_url: str
    _clients: dict[tuple[str, str], BaseClient] = field(default_factory=dict, init=False, repr=False)
    _lock: threading.Lock = field(default_factory=threading.Lock, init=False, repr=False)

    def __post_init__(self) -> None:
        nowhere = (None, None, os.devnull, None)
        self._session = botocore.session.Session(
            session_vars={
                "profile": (None, None, None, None),
                "config_file": nowhere,
                "credentials_file": nowhere,
            },
        )
        self._session.register_component("data_loader", service_descriptions())
        self._session.set_credentials(ROOT.access_key_id, ROOT.secret_access_key)
        self._session.register("before-call", self._name_account)

    @cached_property
    def caller(self) -> dict[str, Any]:
        """Who deploys, as STS answers; programs ask for it again and again."""
        return self.call("sts", "get_caller_identity")

    def call(self, service: str, operation: str, region: str = "", /, **request: object) -> dict[str, Any]:
        """Call one operation; `service` and `operation` as boto3 names them. Arguments of None are not sent.

        `region` is for what has to be in another one than the rest.
        """
        given = {key: value for key, value in request.items() if value is not None}
        return getattr(self._client(service, region or self.region), operation)(**given)

    def close(self) -> None:
        """Close the connections."""
        for client in self._clients.values():
            client.close()

    def _client(self, service: str, region: str) -> BaseClient:
        with self._lock:
            if (service, region) not in self._clients:
                self._clients[service, region] = self._session.create_client(
                    service,
                    region_name=region,
                    endpoint_url=self.endpoint_url,
                    config=Config(
                        proxies={},
                        retries={"total_max_attempts": 1},  # an answer of 5xx is a gap to be seen, not to be waited for
                        s3={"addressing_style": "path"},  # a bucket is no host name here
                    ),
                )
            return self._clients[service, region]

    def _name_account(self, **event: Any) -> None:  # noqa: ANN401 - botocore gives what it has
        event["params"]["headers"]["x-moto-account-id"] = self.account_id
