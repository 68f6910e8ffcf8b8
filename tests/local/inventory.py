"""All that an account holds, as AWS's own list calls tell it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

if TYPE_CHECKING:
    from local.deploy.target import Target

_LISTS: Final = {
    "api keys": ("apigateway", "get_api_keys", "items", "id"),
    "apis": ("apigatewayv2", "get_apis", "Items", "ApiId"),
    "buckets": ("s3", "list_buckets", "Buckets", "Name"),
    "cache policies": ("cloudfront", "list_cache_policies", "CachePolicyList.Items", "CachePolicy.Id"),
    "certificates": ("acm", "list_certificates", "CertificateSummaryList", "CertificateArn"),
    "configuration sets": ("sesv2", "list_configuration_sets", "ConfigurationSets", None),
    "distributions": ("cloudfront", "list_distributions", "DistributionList.Items", "Id"),
    "functions": ("lambda", "list_functions", "Functions", "FunctionName"),
    "identities": ("sesv2", "list_email_identities", "EmailIdentities", "IdentityName"),
    "log groups": ("logs", "describe_log_groups", "logGroups", "logGroupName"),
    "mappings": ("lambda", "list_event_source_mappings", "EventSourceMappings", "UUID"),
    "origin accesses": (
        "cloudfront",
        "list_origin_access_controls",
        "OriginAccessControlList.Items",
        "Id",
    ),
    "queues": ("sqs", "list_queues", "QueueUrls", None),
    "response headers policies": (
        "cloudfront",
        "list_response_headers_policies",
        "ResponseHeadersPolicyList.Items",
        "ResponseHeadersPolicy.Id",
    ),
    "roles": ("iam", "list_roles", "Roles", "RoleName"),
    "rules": ("events", "list_rules", "Rules", "Name"),
    "subscriptions": ("sns", "list_subscriptions", "Subscriptions", "SubscriptionArn"),
    "tables": ("dynamodb", "list_tables", "TableNames", None),
    "topics": ("sns", "list_topics", "Topics", "TopicArn"),
}


def inventory(target: Target) -> set[tuple[str, str]]:
    """Everything, each by its kind and name."""
    found = {
        (kind, _name(row, name))
        for kind, (service, operation, key, name) in _LISTS.items()
        for row in _at(target.call(service, operation), key) or []
    }
    policies = target.call("iam", "list_policies", Scope="Local")["Policies"]
    return found | {("policies", policy["Arn"]) for policy in policies}


def kinds(found: set[tuple[str, str]]) -> set[str]:
    return {kind for kind, _ in found}


ALL_KINDS: Final = {*_LISTS, "policies"}


def _name(row: Any, key: str | None) -> str:  # noqa: ANN401 - as the service answers it
    return str(row if key is None else _at(row, key))


def _at(answer: Any, path: str) -> Any:  # noqa: ANN401 - as the service answers it
    """What lies at the end of a path of keys."""
    for key in path.split("."):
        answer = answer.get(key) if answer else None
    return answer
