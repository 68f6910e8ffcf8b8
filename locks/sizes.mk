# Megabytes that a set-up fetches, made by locks/compile.
FETCH_DEMO := 80
FETCH_DEV := 106
FETCH_SPARK := 437
FETCH_BENCH := 80
