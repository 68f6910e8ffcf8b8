"""What an HTTP API lets through, as the settings of its stage and its routes say."""

from __future__ import annotations

from types import SimpleNamespace
from typing import Any

from local.throttle import Rate, Throttle

_API = "arn:aws:apigateway:us-east-1::/apis/a1"


def stage(default: dict[str, float], **routes: dict[str, float]) -> Any:  # noqa: ANN401 - as moto has it
    return SimpleNamespace(default_route_settings=default, route_settings=routes)


def test_so_many_pass_in_one_moment_and_then_so_many_a_second() -> None:
    now = 100.0
    throttle, rate = Throttle(lambda: now), Rate(2.0, 3.0)

    assert [throttle.admits(_API, "GET /", rate) for _ in range(5)] == [True, True, True, False, False]
    now += 0.5
    assert [throttle.admits(_API, "GET /", rate) for _ in range(2)] == [True, False]
    now += 60
    assert [throttle.admits(_API, "GET /", rate) for _ in range(5)] == [True, True, True, False, False]


def test_each_route_and_each_api_has_a_bucket_of_its_own() -> None:
    throttle, rate = Throttle(lambda: 0.0), Rate(1.0, 1.0)

    taken = [throttle.admits(api, route, rate) for api in (_API, _API + "2") for route in ("GET /", "POST /") * 2]

    assert taken == [True, True, False, False] * 2


def test_a_routes_own_rate_counts_before_its_stages() -> None:
    limits = {"throttlingRateLimit": 20.0, "throttlingBurstLimit": 40.0}
    both = stage(limits, write={"throttlingRateLimit": 5.0, "throttlingBurstLimit": 10.0})

    assert Rate.of(both, "read") == Rate(20.0, 40.0)
    assert Rate.of(both, "write") == Rate(5.0, 10.0)
    assert Rate.of(stage({}), "read") is None
