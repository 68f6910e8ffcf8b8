"""Two stacks of the program in one account: each serves from what is its own, and one goes without the other.

One cloud for all of it, so in this order: prod beside dev, a third that would take dev's sender, dev's end, prod's end.
"""

from __future__ import annotations

import itertools
from contextlib import closing
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final

import pytest
from botocore.exceptions import ClientError

from local.client import CloudError, find_running
from local.cloud import PROJECT, Cloud
from local.deploy import DeployError, TearDownError
from local.deploy.target import Target
from tests.local.inventory import inventory, kinds
from tests.pictures import page, to_bytes
from tests.processes import end
from tests.service.visitor import PATIENCE, Visitor, letter_of, words_of
from tests.stacks import project_with_stack

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from cli.service import Opened
    from local.client import LocalCloud

pytestmark = pytest.mark.cloud

DEV_SENDER: Final = "wordcount-dev@example.com"
PROD_SENDER: Final = "wordcount@example.com"

OWN_ADDRESS: Final = ""
"""The API that answers on the cloud's own address."""

Things = set[tuple[str, str]]


@dataclass(frozen=True)
class Sent:
    """A picture that a person has sent, and what came of it."""

    visitor: Visitor
    opened: Opened
    outcome: dict[str, Any]


class Account:
    """The account that the stacks share, and what was seen of it before."""

    def __init__(self, cloud: Cloud, target: Target) -> None:
        self.cloud = cloud
        self.dev = cloud.local
        self._target = target
        self.of_dev = self.everything()
        self.prod = cloud.deploy("prod")
        self.of_prod = self.everything() - self.of_dev
        self._numbers = itertools.count(1)
        self.visitors: Things = set()

    def everything(self) -> Things:
        return inventory(self._target)

    def visitor(self, site_host: str) -> Visitor:
        """Somebody new who uses the API of that name."""
        email = f"visitor{next(self._numbers)}@example.net"
        self.cloud.verify(email)
        self.visitors.add(("identities", email))
        return Visitor(self.cloud, email, site_host)

    def client(self, service: str) -> Any:  # noqa: ANN401 - boto3 has a type for each
        return self.cloud.local.client(service)

    def rows(self, stack: LocalCloud) -> str:
        """A stack's whole table."""
        return repr(self.client("dynamodb").scan(TableName=stack.outputs["table_name"])["Items"])

    def results(self, stack: LocalCloud) -> set[str]:
        """The keys of a stack's results."""
        listed = self.client("s3").list_objects_v2(Bucket=stack.outputs["results_bucket"], Prefix="results/")
        return {each["Key"] for each in listed.get("Contents", [])}

    def workers(self, stack: LocalCloud) -> list[int]:
        """The processes that run a stack's functions."""
        told = self.cloud.local.status()["function_workers"]
        names = stack.outputs["functions"].values()
        return [worker["pid"] for name in names if name in told for worker in told[name]["workers"]]


@pytest.fixture(scope="module")
def account(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Account]:
    """Dev, and prod beside it."""
    with (
        Cloud.start(tmp_path_factory.mktemp("cloud"), stack="dev") as cloud,
        closing(Target("123456789012", "us-east-1", cloud.endpoint)) as target,
    ):
        yield Account(cloud, target)


@pytest.fixture(scope="module")
def picture() -> bytes:
    return to_bytes(page("The quick brown fox jumps over two lazy stacks"), "PNG")


@pytest.fixture(scope="module")
def sent(account: Account, picture: bytes) -> dict[str, Sent]:
    """One picture, sent to both."""
    return {"dev": send(account, account.dev, picture), "prod": send(account, account.prod, picture)}


@pytest.fixture(scope="module")
def dev_workers(account: Account, sent: dict[str, Sent]) -> list[int]:
    """Dev has served, and is torn down; the processes that had run its functions."""
    assert sent
    account.cloud.wait_idle(PATIENCE)
    workers = account.workers(account.dev)
    account.cloud.tear_down("dev")
    return workers


@pytest.fixture(scope="module")
def prod_refusal(account: Account, dev_workers: list[int]) -> TearDownError:
    """Prod was to be torn down too."""
    assert dev_workers
    with pytest.raises(TearDownError) as caught:
        account.cloud.tear_down("prod")
    return caught.value


def test_a_second_stack_takes_nothing_from_the_first(account: Account) -> None:
    assert account.of_dev <= account.everything()
    assert len(account.of_prod) == len(account.of_dev)
    assert kinds(account.of_prod) == kinds(account.of_dev)
    assert account.cloud.local.status()["stacks"] == {"dev": account.dev.outputs, "prod": account.prod.outputs}


def test_each_stacks_api_answers_by_its_own_host_name(account: Account) -> None:
    dev, prod = (account.visitor(stack.site_host).open(b"picture")[0] for stack in (account.dev, account.prod))

    assert account.dev.outputs["site_url"] == f"https://{account.dev.site_host}"
    rows = account.rows(account.dev), account.rows(account.prod)
    assert [dev.request_id in row for row in rows] == [True, False]
    assert [prod.request_id in row for row in rows] == [False, True]


def test_on_the_clouds_own_address_answers_the_stack_that_was_first(account: Account) -> None:
    opened, _ = account.visitor(OWN_ADDRESS).open(b"picture")

    assert opened.request_id in account.rows(account.dev)


@pytest.mark.parametrize(("stack", "sender"), [("dev", DEV_SENDER), ("prod", PROD_SENDER)])
def test_each_stack_reads_the_same_picture_for_itself_and_mails_from_its_own_sender(
    account: Account, sent: dict[str, Sent], stack: str, sender: str
) -> None:
    ann, opened, outcome = sent[stack].visitor, sent[stack].opened, sent[stack].outcome

    assert (outcome["state"], outcome["cached"]) == ("SENT", False)
    assert account.cloud.ocr_calls(opened.request_id) == 1
    (mail,) = ann.mails()
    assert (mail.sender, mail.configuration_set) == (sender, f"ocr-wordcount-{stack}")
    assert words_of(letter_of(mail))["stacks"] == 1


def test_rows_and_results_lie_with_their_own_stack_only(account: Account, sent: dict[str, Sent]) -> None:
    for stack, other in ((account.dev, account.prod), (account.prod, account.dev)):
        opened = sent["dev" if stack is account.dev else "prod"].opened
        assert opened.request_id in account.rows(stack)
        assert opened.request_id not in account.rows(other)
        assert len(account.results(stack)) == 2


def test_a_stack_that_is_there_is_not_deployed_again_and_none_is_torn_down_that_is_not(account: Account) -> None:
    with pytest.raises(CloudError, match="the stack prod is there already: tear it down first"):
        account.cloud.deploy("prod")
    with pytest.raises(CloudError, match="there is no stack nowhere"):
        account.cloud.tear_down("nowhere")


def test_a_stack_that_would_take_anothers_identity_is_refused_as_by_ses_and_with_its_own_it_comes_and_goes(
    account: Account, tmp_path: Path
) -> None:
    before = account.everything()
    config = (PROJECT / "Pulumi.dev.yaml").read_text()
    project = project_with_stack(tmp_path, "team-b", config)

    with pytest.raises(DeployError) as caught:
        account.cloud.deploy("team-b", project=project)

    (failure,) = caught.value.failures
    assert failure.urn.endswith("aws:sesv2/emailIdentity:EmailIdentity::mail-identity")
    assert f"AlreadyExistsException: Email identity {DEV_SENDER} already exist." in as_aws_says(failure.error)
    account.cloud.tear_down("team-b")
    assert account.everything() == before
    project_with_stack(tmp_path, "team-b", config.replace(DEV_SENDER, "team-b@example.com"))
    third = account.cloud.deploy("team-b", project=project)
    assert third.outputs["mail_sender"] == "team-b@example.com"
    assert len(account.everything() - before) == len(account.of_dev)
    account.cloud.tear_down("team-b")
    assert account.everything() == before


def test_nothing_is_left_of_a_stack_that_is_torn_down(account: Account, dev_workers: list[int]) -> None:
    assert account.everything() - account.visitors == account.of_prod
    assert end(*dev_workers)
    status = account.cloud.local.status()
    assert status["functions"] == sorted(account.prod.outputs["functions"].values())
    assert [name for name in (*status["queues"], *status["schedules"]) if "-prod-" not in name] == []
    assert status["stacks"] == {"prod": account.prod.outputs}


@pytest.mark.usefixtures("dev_workers")
@pytest.mark.parametrize("by", ["its host name", "the cloud's own address"])
def test_the_other_stack_goes_on_serving_and_knows_what_it_has_seen(account: Account, picture: bytes, by: str) -> None:
    ann = account.visitor(account.prod.site_host if by == "its host name" else OWN_ADDRESS)

    new, known = ann.send(to_bytes(page(f"Asked by {by}"), "PNG")), ann.send(picture)

    outcomes = ann.outcome(new), ann.outcome(known)
    assert [(outcome["state"], outcome["cached"]) for outcome in outcomes] == [("SENT", False), ("SENT", True)]
    assert [account.cloud.ocr_calls(each.request_id) for each in (new, known)] == [1, 0]
    assert {mail.sender for mail in ann.mails()} == {PROD_SENDER}


def test_prod_keeps_its_rows_and_results_and_tells_so(account: Account, prod_refusal: TearDownError) -> None:
    table, bucket = account.prod.outputs["table_name"], account.prod.outputs["results_bucket"]

    reasons = {failure.urn.rpartition("::")[2]: str(failure.error) for failure in prod_refusal.failures}
    assert reasons.keys() == {"cache-table", "cache-results-bucket"}
    assert "BucketNotEmpty" in reasons["cache-results-bucket"]
    assert "DeletionProtectionEnabled" in reasons["cache-table"]
    assert account.everything() - account.visitors == {("tables", table), ("buckets", bucket)}
    assert account.rows(account.prod) != "[]"
    assert len(account.results(account.prod)) >= 2


@pytest.mark.usefixtures("prod_refusal")
def test_once_they_are_let_go_nothing_is_left_and_nobody_finds_a_stack(account: Account) -> None:
    table, bucket = account.prod.outputs["table_name"], account.prod.outputs["results_bucket"]
    account.client("dynamodb").update_table(TableName=table, DeletionProtectionEnabled=False)
    for key in account.results(account.prod):
        account.client("s3").delete_object(Bucket=bucket, Key=key)

    account.cloud.tear_down("prod")

    assert account.everything() == account.visitors
    assert find_running(account.cloud.state) is None


@pytest.mark.usefixtures("prod_refusal")
def test_a_stack_that_was_torn_down_can_come_back(account: Account) -> None:
    dev = account.cloud.deploy("dev")

    again = send(account, dev, to_bytes(page("Here again"), "PNG"))

    assert again.outcome["state"] == "SENT"
    assert find_running(account.cloud.state) is not None


def send(account: Account, stack: LocalCloud, data: bytes) -> Sent:
    ann = account.visitor(stack.site_host)
    opened = ann.send(data)
    return Sent(ann, opened, ann.outcome(opened))


def as_aws_says(error: Exception) -> str:
    """An error's code and message, without botocore's words around them."""
    assert isinstance(error, ClientError)
    return f"{error.response['Error']['Code']}: {error.response['Error']['Message']}"
