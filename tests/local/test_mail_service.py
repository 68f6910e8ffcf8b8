from __future__ import annotations

import json
import re
from email.message import EmailMessage
from typing import TYPE_CHECKING, Any

import pytest
import urllib3
from botocore.exceptions import ClientError

if TYPE_CHECKING:
    from tests.local.conftest import Bench

SENDER = "wordcount@example.com"
READER = "reader@example.org"


@pytest.fixture
def ses(bench: Bench) -> Any:  # noqa: ANN401 - the client of a service that is not worth its stubs here
    bench.cloud.verify(SENDER)
    bench.cloud.verify(READER)
    return bench.cloud.client("ses")


@pytest.fixture
def sesv2(bench: Bench, ses: object) -> Any:  # noqa: ANN401, ARG001 - as above; `ses` has verified the addresses
    return bench.cloud.client("sesv2")


def composed(to: str = READER) -> EmailMessage:
    message = EmailMessage()
    message["From"], message["To"], message["Subject"] = f"Word count <{SENDER}>", to, "Ergebnis für dich"
    message["X-Request"] = "request-1"
    message.set_content("Grüße\n")
    message.add_alternative("<p>Grüße</p>\n", subtype="html")
    message.add_attachment(b'{"words": []}', maintype="application", subtype="json", filename="word-count.json")
    message.add_attachment("a,1\n", subtype="csv", filename="../mail.txt")
    return message


def test_a_raw_mail_becomes_a_folder_of_files(ses: Any, bench: Bench) -> None:  # noqa: ANN401 - see the fixture
    raw = composed().as_bytes()

    message_id = ses.send_raw_email(RawMessage={"Data": raw})["MessageId"]

    mail = bench.cloud.mails(READER)[-1]
    assert (mail.message_id, mail.sender, mail.to, mail.subject) == (message_id, SENDER, (READER,), "Ergebnis für dich")
    assert mail.headers["X-Request"] == "request-1"
    assert (mail.folder / "message.eml").read_bytes().replace(b"\r\n", b"\n") == raw
    assert mail.text is not None
    assert mail.text.read_text(encoding="utf-8") == "Grüße\n"
    assert mail.html is not None
    assert mail.html.read_text(encoding="utf-8") == "<p>Grüße</p>\n"
    assert mail.attachments[0] == mail.folder / "word-count.json"
    assert json.loads(mail.attachments[0].read_text()) == {"words": []}
    assert mail.attachments[1] == mail.folder / "2-mail.txt"
    assert json.loads((mail.folder / "mail.json").read_text(encoding="utf-8"))["to"] == [READER]
    assert mail.folder.parent == bench.region.state / "mails"


def test_every_interface_of_ses_delivers_to_the_inbox(
    ses: Any,  # noqa: ANN401 - see the fixture
    sesv2: Any,  # noqa: ANN401 - the same
    bench: Bench,
) -> None:
    before = len(bench.cloud.mails())
    body = {"Text": {"Data": "text"}, "Html": {"Data": "<b>html</b>"}}
    to = {"ToAddresses": [READER]}

    ses.send_email(Source=SENDER, Destination=to, Message={"Subject": {"Data": "one"}, "Body": body})
    simple = {"Simple": {"Subject": {"Data": "two"}, "Body": body}}
    sesv2.send_email(FromEmailAddress=SENDER, Destination=to, Content=simple)
    sesv2.send_email(FromEmailAddress=SENDER, Destination=to, Content={"Raw": {"Data": composed().as_bytes()}})

    mails = bench.cloud.mails()[before:]
    assert [mail.subject for mail in mails] == ["one", "two", "Ergebnis für dich"]
    assert all(mail.to == (READER,) and mail.text and mail.html for mail in mails)


def test_in_the_sandbox_a_recipient_who_is_not_verified_is_refused_as_by_aws(
    ses: Any,  # noqa: ANN401 - see the fixture
    sesv2: Any,  # noqa: ANN401 - the same
    bench: Bench,
) -> None:
    before = bench.cloud.mails()
    stranger = "stranger@example.net"
    expected = (
        "Email address is not verified. The following identities failed the check in region US-EAST-1: "
        "stranger@example.net"
    )
    with pytest.raises(ses.exceptions.MessageRejected) as refused:
        ses.send_raw_email(RawMessage={"Data": composed(stranger).as_bytes()})
    assert refused.value.response["Error"]["Message"] == expected
    raw = {"Raw": {"Data": composed(stranger).as_bytes()}}
    with pytest.raises(sesv2.exceptions.MessageRejected, match=expected):
        sesv2.send_email(FromEmailAddress=SENDER, Destination={"ToAddresses": [stranger]}, Content=raw)
    assert bench.cloud.mails() == before

    bench.cloud.verify(stranger)
    ses.send_raw_email(RawMessage={"Data": composed(stranger).as_bytes()})

    assert [mail.to for mail in bench.cloud.mails(stranger)] == [(stranger,)]


def test_out_of_the_sandbox_only_the_sender_must_be_verified(ses: Any, bench: Bench) -> None:  # noqa: ANN401 - see the fixture
    anybody, to = "anybody@example.net", {"ToAddresses": ["anybody@example.net"]}
    message = {"Subject": {"Data": "s"}, "Body": {"Text": {"Data": "t"}}}
    bench.cloud.sandbox(enabled=False)
    try:
        ses.send_email(Source=SENDER, Destination=to, Message=message)
        with pytest.raises(ClientError, match=r"not verified.*: nobody@example.com"):
            ses.send_email(Source="nobody@example.com", Destination=to, Message=message)
    finally:
        bench.cloud.sandbox(enabled=True)

    assert len(bench.cloud.mails(anybody)) == 1


def test_a_configuration_set_must_exist(ses: Any, bench: Bench) -> None:  # noqa: ANN401 - see the fixture
    raw = {"Data": composed().as_bytes()}
    with pytest.raises(ses.exceptions.ConfigurationSetDoesNotExistException):
        ses.send_raw_email(RawMessage=raw, ConfigurationSetName="kept")
    ses.create_configuration_set(ConfigurationSet={"Name": "kept"})

    ses.send_raw_email(RawMessage=raw, ConfigurationSetName="kept")

    assert bench.cloud.mails()[-1].configuration_set == "kept"


def test_an_identity_that_is_there_already_is_not_created_again(sesv2: Any) -> None:  # noqa: ANN401 - see the fixture
    sesv2.create_email_identity(EmailIdentity="ours@example.org", Tags=[{"Key": "stack", "Value": "first"}])

    for taken in ("ours@example.org", READER):  # however it came there
        with pytest.raises(sesv2.exceptions.AlreadyExistsException, match=f"Email identity {taken} already exist."):
            sesv2.create_email_identity(EmailIdentity=taken)

    assert sesv2.get_email_identity(EmailIdentity="ours@example.org")["Tags"] == [{"Key": "stack", "Value": "first"}]
    sesv2.delete_email_identity(EmailIdentity="ours@example.org")
    assert sesv2.create_email_identity(EmailIdentity="ours@example.org")["IdentityType"] == "EMAIL_ADDRESS"


def test_an_address_and_its_domain_are_two_identities(sesv2: Any) -> None:  # noqa: ANN401 - see the fixture
    sesv2.create_email_identity(EmailIdentity="someone@example.net")

    assert sesv2.create_email_identity(EmailIdentity="example.net")["IdentityType"] == "DOMAIN"

    sesv2.delete_email_identity(EmailIdentity="example.net")


def test_ses_asks_the_owner_of_an_address_and_verifies_it_once_the_link_is_followed(ses: Any, bench: Bench) -> None:  # noqa: ANN401 - see the fixture
    asked = "asked@example.org"

    def states() -> Any:  # noqa: ANN401 - as boto3 gives them
        return ses.get_identity_verification_attributes(Identities=[asked])["VerificationAttributes"]

    ses.verify_email_identity(EmailAddress=asked)
    assert states() == {asked: {"VerificationStatus": "Pending"}}
    with pytest.raises(ClientError, match="not verified"):
        ses.send_raw_email(Destinations=[asked], RawMessage={"Data": composed(asked).as_bytes()})
    (mail,) = bench.cloud.mails(asked)
    assert mail.text is not None
    (link,) = re.findall(r"http://\S+", mail.text.read_text())
    assert urllib3.request("GET", link).status == 200
    assert urllib3.request("GET", link).status == 404
    assert states() == {asked: {"VerificationStatus": "Success"}}
    assert ses.send_raw_email(Destinations=[asked], RawMessage={"Data": composed(asked).as_bytes()})
    ses.delete_identity(Identity=asked)
    assert states() == {}
