"""Certificates. They are told apart by region: CloudFront's are of us-east-1, wherever the stack is."""

from __future__ import annotations

from typing import TYPE_CHECKING

from local.deploy.creation import Created
from local.deploy.inputs import InputError
from local.deploy.kind import Kind

if TYPE_CHECKING:
    from local.deploy.creation import Creation
    from local.deploy.deletion import Deletion
    from local.deploy.inputs import Inputs, Shape

_CERTIFICATE: Shape = {
    "domainName": "DomainName",
    "keyAlgorithm": "KeyAlgorithm",
    "subjectAlternativeNames": "SubjectAlternativeNames",
    "validationMethod": "ValidationMethod",
}


def _certificate(creation: Creation) -> Created:
    region = _region(creation.inputs, creation.target.region)
    answer = creation.target.call(
        "acm",
        "request_certificate",
        region,
        Tags=creation.tag_list(),
        **creation.inputs.translate(_CERTIFICATE),
    )
    return Created(answer["CertificateArn"], {"arn": answer["CertificateArn"]})


def _delete_certificate(deletion: Deletion) -> None:
    region = _region(deletion.inputs, deletion.target.region)
    deletion.target.call("acm", "delete_certificate", region, CertificateArn=deletion.id)


def _validation(creation: Creation) -> Created:
    """Take it as proven: there is no DNS here to prove it by."""
    arn = creation.inputs.text("certificateArn")
    if (region := _region(creation.inputs, creation.target.region)) != arn.split(":")[3]:
        raise InputError(f"the certificate {arn} is not in {region}")
    creation.target.call("acm", "describe_certificate", region, CertificateArn=arn)
    return Created(arn, {"certificateArn": arn})


def _nothing(_deletion: Deletion) -> None:
    """A proof has no existence of its own."""


def _region(inputs: Inputs, default: str) -> str:
    return inputs.optional_text("region") or default


KINDS: dict[str, Kind] = {
    "aws:acm/certificate:Certificate": Kind(_certificate, _delete_certificate),
    "aws:acm/certificateValidation:CertificateValidation": Kind(_validation, _nothing),
}
