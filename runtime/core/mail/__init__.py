"""The mails that a person gets, composed from plain values."""
