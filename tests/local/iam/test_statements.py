from __future__ import annotations

import json

import pytest

from local.iam.patterns import UnknownPolicyError
from local.iam.statements import Ask, Principal, decide, statements_of

OBJECT = "arn:aws:s3:::bucket/uploads/1"
READ = Ask("s3:GetObject", OBJECT, {"aws:securetransport": "true"})
ACCOUNT, ELSEWHERE = "123456789012", "999999999999"
ROLE = Principal(account=ACCOUNT, arn=f"arn:aws:iam::{ACCOUNT}:role/reader")
ROOT = Principal(account=ACCOUNT, arn=f"arn:aws:iam::{ACCOUNT}:root")
S3 = Principal(service="s3.amazonaws.com")


def policy(**statement: object) -> str:
    return json.dumps({"Statement": {"Effect": "Allow", "Action": "s3:GetObject", "Resource": "*", **statement}})


def own(*documents: str, ask: Ask = READ) -> bool:
    """Whether a role with these policies may."""
    statements = [one for document in documents for one in statements_of(document, "rights")]
    return decide(ask, ROLE, own=statements).allowed


@pytest.mark.parametrize(
    ("statement", "allowed"),
    [
        ({}, True),
        ({"Action": "s3:*"}, True),
        ({"Action": "*"}, True),
        ({"Action": "S3:GETOBJECT"}, True),
        ({"Action": ["s3:PutObject", "s3:GetObject"]}, True),
        ({"Action": "s3:GetObjectVersion"}, False),
        ({"Action": "s3:Get"}, False),
        ({"Action": []}, False),
        ({"Resource": OBJECT}, True),
        ({"Resource": "arn:aws:s3:::bucket/uploads/*"}, True),
        ({"Resource": "arn:aws:s3:::bucket/images/*"}, False),
        ({"Resource": "arn:aws:s3:::bucket"}, False),
        ({"Resource": ["arn:aws:s3:::bucket", "arn:aws:s3:::bucket/*"]}, True),
        ({"Condition": {"Bool": {"aws:SecureTransport": "true"}}}, True),
        ({"Condition": {"Bool": {"aws:SecureTransport": "false"}}}, False),
        ({"Effect": "Deny"}, False),
    ],
)
def test_a_statement_allows_what_all_of_it_fits(statement: dict[str, object], *, allowed: bool) -> None:
    assert own(policy(**statement)) is allowed


def test_nothing_is_allowed_that_no_policy_speaks_of() -> None:
    assert not own()


def test_a_deny_wins_over_whatever_allows() -> None:
    deny = policy(Effect="Deny", Resource="arn:aws:s3:::bucket/uploads/*")

    assert own(policy())
    assert not own(policy(), deny)
    assert not own(deny, policy(Action="*"))
    assert own(policy(), deny, ask=Ask("s3:GetObject", "arn:aws:s3:::bucket/images/1"))
    assert own(policy(), policy(Effect="Deny", Condition={"Bool": {"aws:SecureTransport": "false"}}))


def test_a_policy_of_several_statements_says_all_of_them() -> None:
    one, other = ({"Effect": effect, "Action": "*", "Resource": "*"} for effect in ("Allow", "Deny"))

    assert own(json.dumps({"Statement": [one]}))
    assert not own(json.dumps({"Statement": [one, other]}))
    assert not own(json.dumps({"Statement": []}))


@pytest.mark.parametrize(("resource", "allowed"), [("*", True), ("arn:aws:textract:*:*:*", False)])
def test_an_action_without_resources_is_allowed_on_the_star_alone(resource: str, *, allowed: bool) -> None:
    read = Ask("textract:DetectDocumentText", "*")

    assert own(policy(Action="textract:*", Resource=resource), ask=read) is allowed


@pytest.mark.parametrize(
    ("named", "principal", "names", "denies"),
    [
        ("*", ROLE, True, True),
        ("*", S3, True, True),
        ({"AWS": "*"}, ROLE, True, True),
        ({"AWS": "*"}, S3, True, True),
        ({"Service": "s3.amazonaws.com"}, S3, True, True),
        ({"Service": ["sns.amazonaws.com", "s3.amazonaws.com"]}, S3, True, True),
        ({"Service": "sns.amazonaws.com"}, S3, False, False),
        ({"Service": "s3.amazonaws.com"}, ROLE, False, False),
        ({"AWS": ROLE.arn}, ROLE, True, True),
        ({"AWS": [f"{ROLE.arn}-other", ROLE.arn]}, ROLE, True, True),
        ({"AWS": f"{ROLE.arn}-other"}, ROLE, False, False),
        ({"AWS": ROLE.arn}, S3, False, False),
        ({"Service": "s3.amazonaws.com", "AWS": ROLE.arn}, ROLE, True, True),
        # Within the account, to let that in leaves it to the account whom of its own it lets in; to deny it is enough.
        ({"AWS": ACCOUNT}, ROLE, False, True),
        ({"AWS": ROOT.arn}, ROLE, False, True),
        ({"AWS": ACCOUNT}, ROOT, True, True),
        ({"AWS": ROOT.arn}, ROOT, True, True),
        ({"AWS": ELSEWHERE}, ROLE, False, False),
        ({"AWS": f"arn:aws:iam::{ELSEWHERE}:root"}, ROOT, False, False),
        ({"AWS": ACCOUNT}, S3, False, False),
    ],
)
def test_a_resources_policy_is_about_whom_it_names(
    named: object, principal: Principal, *, names: bool, denies: bool
) -> None:
    allow = statements_of(policy(Principal=named), "the bucket's")
    deny = statements_of(policy(Principal=named, Effect="Deny"), "the bucket's")

    assert decide(READ, principal, of_resource=allow).allowed is names
    assert bool(decide(READ, principal, of_resource=deny).denying) is denies


@pytest.mark.parametrize("named", [ACCOUNT, ROOT.arn, ROLE.arn, "*"])
def test_across_accounts_an_account_is_let_in_with_its_roles(named: str) -> None:
    allow = statements_of(policy(Principal={"AWS": named}), "the bucket's")

    assert decide(READ, ROLE, of_resource=allow, across=True).allowed


def test_within_an_account_either_policy_allows_and_either_denies() -> None:
    mine, buckets = statements_of(policy(), "rights"), statements_of(policy(Principal="*"), "the bucket's")
    deny_mine = statements_of(policy(Effect="Deny"), "rights")
    deny_buckets = statements_of(policy(Effect="Deny", Principal="*"), "the bucket's")

    assert decide(READ, ROLE, own=mine).allowed
    assert decide(READ, ROLE, of_resource=buckets).allowed
    assert not decide(READ, ROLE, own=mine, of_resource=deny_buckets).allowed
    assert not decide(READ, ROLE, own=deny_mine, of_resource=buckets).allowed


def test_the_decision_tells_which_statements_made_it() -> None:
    statements = statements_of(
        json.dumps(
            {
                "Statement": [
                    {"Sid": "Reads", "Effect": "Allow", "Action": ["s3:Get*", "s3:*"], "Resource": ["*", OBJECT]},
                    {"Sid": "Writes", "Effect": "Allow", "Action": "s3:PutObject", "Resource": "*"},
                    {"Effect": "Deny", "Action": "s3:GetObject", "Resource": "*"},
                ]
            }
        ),
        "rights",
    )
    decision = decide(READ, ROLE, own=statements)

    (allowing,), (denying,) = decision.allowing, decision.denying
    assert (allowing.sid, allowing.policy, denying.sid) == ("Reads", "rights", "")
    assert allowing.matching(READ) == [("s3:Get*", "*"), ("s3:Get*", OBJECT), ("s3:*", "*"), ("s3:*", OBJECT)]


@pytest.mark.parametrize(
    ("statement", "said"),
    [
        ({"NotAction": "s3:PutObject"}, "NotAction is not known"),
        ({"NotResource": "*"}, "NotResource is not known"),
        ({"NotPrincipal": "*"}, "NotPrincipal is not known"),
        ({"Resorce": "*"}, "Resorce is not known"),
        ({"Effect": "Permit"}, "the effect is Allow or Deny, and not Permit"),
        ({"Effect": None}, "the effect is Allow or Deny, and not None"),
        ({"Resource": "arn:aws:s3"}, "arn:aws:s3 is a part of an ARN"),
        ({"Resource": ["*", "bucket/*"]}, r"bucket/\* is a part of an ARN"),
        ({"Principal": "somebody"}, "the principal somebody is not known"),
    ],
)
def test_a_statement_that_is_not_understood_raises(statement: dict[str, object], said: str) -> None:
    with pytest.raises(UnknownPolicyError, match=said):
        statements_of(policy(**statement), "rights")


@pytest.mark.parametrize("missing", ["Action", "Resource"])
def test_a_statement_without_what_it_needs_raises(missing: str) -> None:
    written = json.loads(policy())
    del written["Statement"][missing]

    with pytest.raises(UnknownPolicyError, match=f"without {missing} is not known"):
        statements_of(json.dumps(written), "rights")


@pytest.mark.parametrize(
    ("named", "said"),
    [
        ({"Federated": "accounts.example.com"}, "principals of the kind Federated"),
        ({"CanonicalUser": "79a5"}, "principals of the kind CanonicalUser"),
        ({"AWS": f"arn:aws:sts::{ACCOUNT}:assumed-role/reader/session"}, "assumed-role/reader/session is not known"),
        ({"AWS": f"arn:aws:iam::{ACCOUNT}:role/*"}, r"role/\* is not known"),
    ],
)
def test_a_principal_that_is_not_understood_raises(named: object, said: str) -> None:
    statements = statements_of(policy(Principal=named, Effect="Deny"), "the bucket's")

    with pytest.raises(UnknownPolicyError, match=said):
        decide(READ, ROLE, of_resource=statements)


def test_a_resources_policy_without_principals_raises() -> None:
    with pytest.raises(UnknownPolicyError, match="a resource's policy names its principals"):
        decide(READ, ROLE, of_resource=statements_of(policy(), "the bucket's"))


def test_an_unknown_condition_raises_even_where_the_statement_is_about_something_else() -> None:
    statements = statements_of(policy(Action="s3:PutObject", Condition={"Null": {"s3:prefix": "true"}}), "rights")

    with pytest.raises(UnknownPolicyError, match="operator Null"):
        decide(READ, ROLE, own=statements)


def test_a_trust_policy_is_about_the_role_that_has_it() -> None:
    written = {"Effect": "Allow", "Action": "sts:AssumeRole", "Principal": {"Service": "s3.amazonaws.com"}}
    trust = statements_of(json.dumps({"Statement": written}), "the trust policy", of_trust=True)

    assert decide(Ask("sts:AssumeRole", ROLE.arn), S3, of_resource=trust).allowed
    assert not decide(Ask("sts:TagSession", ROLE.arn), S3, of_resource=trust).allowed
