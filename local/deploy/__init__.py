"""The Pulumi program, deployed onto a local endpoint instead of AWS."""

from local.deploy.configuration import ConfigurationError
from local.deploy.deploying import deploy
from local.deploy.deployment import DeployedResource, DeployError, Deployment, Failure

__all__ = ["ConfigurationError", "DeployError", "DeployedResource", "Deployment", "Failure", "deploy"]
