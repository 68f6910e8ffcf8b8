"""The ports of `core`, served by AWS. Nothing here is imported by `core` or knows of `handlers`."""
