"""What must hold, whatever happens in between. Each promise is a function, or a check in one, named after it.

    rows.py         at every change of a record's or a request's row
    calls.py        before and after calls of ports
    bulk.py         the same, of counting in bulk
    mails.py        when SES takes a mail
    lines.py        when something is logged
    deliveries.py   when a function has ended
    status.py       when somebody looks how far a request is
    rest.py         when nothing is in flight any more

The numbers behind their sentences are those of the promises in the architecture:

    1  every accepted upload ends in exactly one outcome that the person is told of
    2  while nothing fails, one image costs one OCR call
    3  nothing of an upload is kept longer than it is needed, or shorter
    4  `READY` means that the result is there and is this image's
    5  mail goes only to the address that asked, and only if verified; once, unless a crash cuts its record off
    6  throttling never fails a document
    7  no address, file name, access token or text is logged
"""
