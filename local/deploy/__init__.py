"""The Pulumi program, deployed onto a local endpoint instead of AWS, and torn down again."""

from local.deploy.configuration import ConfigurationError
from local.deploy.deploying import deploy
from local.deploy.deployment import DeployedResource, DeployError, Deployment, Failure, TearDownError
from local.deploy.teardown import tear_down

__all__ = [
    "ConfigurationError",
    "DeployError",
    "DeployedResource",
    "Deployment",
    "Failure",
    "TearDownError",
    "deploy",
    "tear_down",
]
