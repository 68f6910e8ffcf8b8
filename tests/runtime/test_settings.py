"""What a function is told by its environment."""

from __future__ import annotations

import pytest

from runtime.settings import BadSettings, PublishSettings

TOLD = {
    "AWS_LAMBDA_FUNCTION_NAME": "publish",
    "LOG_LEVEL": "INFO",
    "TABLE_NAME": "table",
    "RESULTS_BUCKET": "results",
    "NOTIFY_QUEUE_URL": "https://sqs",
    "CACHE_TTL_DAYS": "30",
}


def test_each_setting_is_read_from_the_variable_of_its_name() -> None:
    told = PublishSettings.read({**TOLD, "PATH": "/bin"})
    assert (told.table_name, told.cache_ttl_days) == ("table", 30.0)


def test_all_that_is_wrong_is_named_at_once() -> None:
    told = {**TOLD, "CACHE_TTL_DAYS": "a month"}
    del told["TABLE_NAME"]
    with pytest.raises(BadSettings, match=r"TABLE_NAME is missing, CACHE_TTL_DAYS is 'a month', not a number"):
        PublishSettings.read(told)
