"""Mail through Amazon SES."""

from __future__ import annotations

from typing import TYPE_CHECKING

from runtime.adapters.vendor_errors import vendor_errors
from runtime.core.errors import AddressUnverified, ServiceError

if TYPE_CHECKING:
    from email.message import EmailMessage

    from mypy_boto3_ses import SESClient


class SesMailer:
    """`core`'s mailer on SES.

    Args:
        ses: The client.
        configuration_set: Whose events and reputation the mails count for; none for one who only looks addresses up.
    """

    def __init__(self, ses: SESClient, configuration_set: str = "") -> None:
        self._ses = ses
        self._configuration_set = configuration_set

    def verified(self, address: str) -> bool:
        """Whether the address, or its whole domain, is a verified identity."""
        if not address:  # a row that has lost it; SES would call it our mistake
            return False
        identities = [address, address.rpartition("@")[2]]
        with vendor_errors():
            found = self._ses.get_identity_verification_attributes(Identities=identities)
        return any(told["VerificationStatus"] == "Success" for told in found["VerificationAttributes"].values())

    def send(self, message: EmailMessage, recipient: str) -> str:
        """Send; see the port."""
        try:
            with vendor_errors({"MessageRejected": _MessageRejectedError}):
                sent = self._ses.send_raw_email(
                    Source=message["From"],
                    Destinations=[recipient],
                    RawMessage={"Data": message.as_bytes()},
                    ConfigurationSetName=self._configuration_set,
                )
        except _MessageRejectedError as error:
            told = str(error.__cause__)
            if "not verified" in told and recipient.lower() in told.lower():
                raise AddressUnverified from error
            raise
        return sent["MessageId"]


class _MessageRejectedError(ServiceError):
    """SES will not send this."""
