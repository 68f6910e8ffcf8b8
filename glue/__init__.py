"""The PySpark job: the same word count as in the Lambda, for what is large or comes in bulk."""
