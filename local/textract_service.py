"""Textract's DetectDocumentText, answered by the OCR of this machine and noted in the ledger."""

from __future__ import annotations

import os
from concurrent.futures import ThreadPoolExecutor
from typing import TYPE_CHECKING, Any

from local.http_message import aws_json_error, json_response
from local.iam.calls import object_arn
from local.iam.statements import Ask
from local.ocr_ledger import OcrCall

if TYPE_CHECKING:
    from collections.abc import Mapping

    from local.account import Account
    from local.credentials import Credentials
    from local.faults import Faults
    from local.http_message import Request, Response
    from local.ocr.document import ReadObject
    from local.ocr_ledger import OcrLedger


class TextractService:
    """Reads pictures, or answers what the faults of the moment have it answer."""

    def __init__(self, account: Account, ledger: OcrLedger, faults: Faults) -> None:
        self._account = account
        self._ledger = ledger
        self._faults = faults
        # As many at once as there are processors; and threads that stay, for Tesseract keeps its model in each.
        self._threads = ThreadPoolExecutor(max_workers=os.cpu_count() or 1, thread_name_prefix="ocr")

    def stop(self) -> None:
        """Take no more pictures."""
        self._threads.shutdown(wait=False, cancel_futures=True)

    def handle(self, request: Request, operation: str, caller: Credentials) -> Response:
        """Answer a call; what it names is read as its caller, with no rights but theirs."""
        if operation != "DetectDocumentText":
            return aws_json_error(400, "UnknownOperationException", f"The local cloud has no Textract {operation}.")
        try:
            asked = request.json()
        except ValueError as error:
            return aws_json_error(400, "SerializationException", str(error))
        self._faults.textract.pass_through()
        return self._threads.submit(self._detect_document_text, request, asked, caller).result()

    def _detect_document_text(self, request: Request, asked: dict[str, Any], caller: Credentials) -> Response:
        from local import ocr  # noqa: PLC0415 - Tesseract and Pillow are loaded with the first picture

        key = str(asked.get("Document", {}).get("S3Object", {}).get("Name", ""))
        trace = request.header("X-Amzn-Trace-Id")
        if fault := self._faults.textract_error:
            self._ledger.answered(trace, OcrCall(key, fault.code))
            return aws_json_error(fault.status, fault.code, fault.message)
        try:
            answer = self._answer(asked, self._reader(caller))
        except ocr.TextractError as error:
            self._ledger.answered(trace, OcrCall(key, error.code))
            return aws_json_error(400, error.code, error.message)
        self._ledger.answered(trace, OcrCall(key))
        return json_response(answer, headers=[("x-amzn-RequestId", trace)])

    def _reader(self, caller: Credentials) -> ReadObject:
        def read(bucket: str, key: str, version: str | None) -> bytes:
            action = "s3:GetObject" if version is None else "s3:GetObjectVersion"
            if self._account.access.refusal(caller, [Ask(action, object_arn(bucket, key))]):
                raise PermissionError(key)
            return self._account.read_object(bucket, key, version)

        return read

    def _answer(self, asked: dict[str, Any], read_object: ReadObject) -> Mapping[str, Any]:
        from local import ocr  # noqa: PLC0415 - as above
        from local.ocr.document import document_bytes  # noqa: PLC0415 - the same

        prepared = self._faults.textract_answer
        if prepared is None:
            return ocr.detect_document_text(asked, read_object)
        document_bytes(asked, read_object)  # an object that is not there is refused all the same
        return prepared
