"""The mails: what is said (`wording`), how it looks (`as_text`, `as_html`), the message around it (`compose`)."""
