"""Where a site answers here: at the cloud's own address, where its name leads to CloudFront on AWS, by DNS and TLS."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from local.account import Account


class SiteAddresses:
    """Knows the addresses of the distributions that are there."""

    def __init__(self, account: Account, endpoint: str) -> None:
        self._account = account
        self._endpoint = endpoint

    def here(self, text: str) -> str:
        """A text, such as a variable of a function's, with the addresses of sites as they are here."""
        if "https://" not in text:
            return text
        from local.cloudfront.distribution import hosts_of  # noqa: PLC0415 - with moto's CloudFront

        with self._account.locked():
            hosts = [host for one in self._account.distributions() for host in hosts_of(one)]
        for host in hosts:
            text = text.replace(f"https://{host}", self._endpoint)
        return text
