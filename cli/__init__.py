"""The command `ocr-wordcount`, and the demo."""
