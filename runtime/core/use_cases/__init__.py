"""One module a stage of the way through; each ends by writing something durable, and that write wakes the next."""
