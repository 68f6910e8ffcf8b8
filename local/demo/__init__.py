"""The page that `make demo` reads: a typeset text, made to look photographed."""
