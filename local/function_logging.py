"""A function's `LoggingConfig`, which moto drops: whether its log is text or JSON, and from which level on."""

from __future__ import annotations

from typing import Any, Final

from moto.awslambda.models import LambdaFunction

_CONFIGURED: Final = "logging_config"
_moto_init: Final = LambdaFunction.__init__
_moto_update: Final = LambdaFunction.update_configuration
_moto_describe: Final = LambdaFunction.get_configuration


def logging_config(function: LambdaFunction) -> dict[str, str]:
    """What the function was deployed with: LogFormat, and maybe ApplicationLogLevel and SystemLogLevel."""
    configured: dict[str, str] = getattr(function, _CONFIGURED, None) or {}
    return {"LogFormat": "Text", "LogGroup": f"/aws/lambda/{function.function_name}"} | configured


def install() -> None:
    """Have moto's functions keep it, once a process."""
    LambdaFunction.__init__ = _init  # type: ignore[method-assign]
    LambdaFunction.update_configuration = _update  # type: ignore[method-assign]
    LambdaFunction.get_configuration = _describe  # type: ignore[method-assign]


def _init(self: LambdaFunction, account_id: str, spec: dict[str, Any], region: str, version: str | int = 1) -> None:
    setattr(self, _CONFIGURED, spec.get("LoggingConfig"))
    _moto_init(self, account_id, spec, region, version)


def _update(self: LambdaFunction, config_updates: dict[str, Any]) -> dict[str, Any]:
    if "LoggingConfig" in config_updates:
        setattr(self, _CONFIGURED, config_updates["LoggingConfig"])
    return _moto_update(self, config_updates)


def _describe(self: LambdaFunction, on_create: bool = False) -> dict[str, Any]:  # noqa: FBT001, FBT002 - moto's own signature
    return _moto_describe(self, on_create) | {"LoggingConfig": logging_config(self)}
