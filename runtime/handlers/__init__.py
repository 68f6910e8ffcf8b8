"""One module a Lambda function: read the event, make one call into `core`, map the outcome."""
