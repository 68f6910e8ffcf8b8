"""Textract's DetectDocumentText, answered by Tesseract on this machine."""

from local.ocr.detect import detect_document_text
from local.ocr.errors import TextractError

__all__ = ["TextractError", "detect_document_text"]
