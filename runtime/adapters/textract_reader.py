"""OCR by Amazon Textract's synchronous DetectDocumentText (one page, 10 MB), on the kept image."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from runtime.adapters.vendor_errors import vendor_errors
from runtime.core import keys
from runtime.core.errors import Absent, Rejected
from runtime.core.reasons import Reason

if TYPE_CHECKING:
    from collections.abc import Mapping

    from mypy_boto3_textract import TextractClient

    from runtime.core.errors import ServiceError

# https://docs.aws.amazon.com/textract/latest/dg/API_DetectDocumentText.html#API_DetectDocumentText_Errors
_ERRORS: Final[dict[str, ServiceError]] = {
    "BadDocumentException": Rejected(Reason.UNREADABLE),
    "DocumentTooLargeException": Rejected(Reason.TOO_LARGE),
    "InvalidParameterException": Rejected(Reason.UNREADABLE),
    "InvalidS3ObjectException": Absent("image"),
    "UnsupportedDocumentException": Rejected(Reason.UNSUPPORTED_TYPE),
}


class TextractReader:
    """`core`'s reader on Textract."""

    def __init__(self, textract: TextractClient, bucket: str) -> None:
        self._textract = textract
        self._bucket = bucket

    def read(self, key: str) -> Mapping[str, Any]:
        """Textract's answer for the kept image; see the port."""
        document = {"S3Object": {"Bucket": self._bucket, "Name": keys.image(key)}}
        with vendor_errors(_ERRORS):
            return self._textract.detect_document_text(Document=document)
