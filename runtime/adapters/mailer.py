"""Mail through Amazon SES."""

from __future__ import annotations

from dataclasses import asdict
from typing import TYPE_CHECKING

from runtime.adapters.vendor_errors import vendor_errors
from runtime.core.errors import AddressUnverified, ServiceError

if TYPE_CHECKING:
    from collections.abc import Sequence
    from email.message import EmailMessage

    from mypy_boto3_ses import SESClient

    from runtime.core.bounce import MessageTags


class SesMailer:
    """`core`'s mailer on SES.

    Args:
        ses: The client.
        configuration_set: Whose events and reputation the mails count for; none for one who only looks addresses up.
    """

    def __init__(self, ses: SESClient, configuration_set: str = "") -> None:
        self._ses = ses
        self._configuration_set = configuration_set

    def verified(self, addresses: Sequence[str]) -> set[str]:
        """Those that are verified identities, themselves or by their whole domain; see the port."""
        identities = {each for address in addresses if address for each in (address, _domain(address))}
        if not identities:  # rows that have lost their address; SES would call it our mistake
            return set()
        with vendor_errors():
            found = self._ses.get_identity_verification_attributes(Identities=sorted(identities))
        states = {identity: told["VerificationStatus"] for identity, told in found["VerificationAttributes"].items()}
        return {each for each in addresses if "Success" in (states.get(each), states.get(_domain(each)))}

    def ask_to_verify(self, address: str) -> None:
        """Have SES write to the address; see the port."""
        with vendor_errors():
            self._ses.verify_email_identity(EmailAddress=address)

    def forget(self, address: str) -> None:
        """Have SES forget the address; see the port."""
        with vendor_errors():
            self._ses.delete_identity(Identity=address)

    def send(self, message: EmailMessage, recipient: str, tags: MessageTags) -> str:
        """Send; see the port."""
        try:
            with vendor_errors({"MessageRejected": _MessageRejectedError}):
                sent = self._ses.send_raw_email(
                    Source=message["From"],
                    Destinations=[recipient],
                    RawMessage={"Data": message.as_bytes()},
                    ConfigurationSetName=self._configuration_set,
                    Tags=[{"Name": name, "Value": value} for name, value in asdict(tags).items() if value],
                )
        except _MessageRejectedError as error:
            told = str(error.__cause__)
            if "not verified" in told and recipient.lower() in told.lower():
                raise AddressUnverified from error
            raise
        return sent["MessageId"]


def _domain(address: str) -> str:
    return address.rpartition("@")[2]


class _MessageRejectedError(ServiceError):
    """SES will not send this."""
