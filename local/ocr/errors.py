"""What Textract answers when it does not read a document."""

from __future__ import annotations


class TextractError(Exception):
    """A refusal, as Textract words it.

    Attributes:
        code: The exception's name in the API, such as `BadDocumentException`.
        message: The sentence that goes with it.
    """

    def __init__(self, code: str, message: str) -> None:
        super().__init__(f"{code}: {message}")
        self.code = code
        self.message = message


def invalid_parameter() -> TextractError:
    """The request itself is not of the API's shape."""
    return TextractError("InvalidParameterException", "Request has invalid parameters")


def invalid_s3_object() -> TextractError:
    """The object is not there, or the caller may not read it: AWS does not say which."""
    return TextractError(
        "InvalidS3ObjectException",
        "Unable to get object metadata from S3. Check object key, region and/or access permissions.",
    )


def unsupported_document() -> TextractError:
    """Another format, or more than one page."""
    return TextractError("UnsupportedDocumentException", "Request has unsupported document format")


def document_too_large(limit: int) -> TextractError:
    """More bytes than the operation takes."""
    return TextractError("DocumentTooLargeException", f"Document is larger than {limit} bytes")


def bad_document(why: str) -> TextractError:
    """The format is right, but the file cannot be read."""
    return TextractError("BadDocumentException", f"Unable to read the document: {why}")
