"""OCR by Amazon Textract's synchronous DetectDocumentText (one page, 10 MB), on the kept image."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from runtime.adapters.vendor_errors import vendor_errors
from runtime.core import keys
from runtime.core.errors import Absent, Rejected
from runtime.core.reasons import Reason

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from mypy_boto3_textract import TextractClient

    from runtime.core.errors import ServiceError

# https://docs.aws.amazon.com/textract/latest/dg/API_DetectDocumentText.html#API_DetectDocumentText_Errors
# InvalidParameterException is not among them: it would be our mistake and no fault of the picture's.
_REASONS: Final = {
    "BadDocumentException": Reason.UNREADABLE,
    "DocumentTooLargeException": Reason.TOO_LARGE,
    "UnsupportedDocumentException": Reason.UNSUPPORTED_TYPE,
}


def _rejected(code: str) -> ServiceError:
    return Rejected(_REASONS[code])


_ERRORS: Final[dict[str, Callable[[str], ServiceError]]] = {
    **dict.fromkeys(_REASONS, _rejected),
    "InvalidS3ObjectException": Absent,
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
