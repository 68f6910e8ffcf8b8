"""The site as the program makes it: what no rule over all resources says."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pulumi
import pytest

from components import site_files
from components.front_secret import FrontSecret, FrontSecretArgs
from components.site_hosting import SiteHosting, SiteHostingArgs
from components.stack_file import SettingsError
from runtime.core.tokens import hashed
from tests.components.recorder import configuration, record_program, recorded, run_main
from tests.components.rules.kinds import (
    API_KEY,
    BUCKET_CORS,
    BUCKET_OBJECT,
    CERTIFICATE,
    DISTRIBUTION,
    FUNCTION,
    RESPONSE_HEADERS,
)

if TYPE_CHECKING:
    from pathlib import Path

    from components.site_files import SiteFile
    from tests.components.recorder import RecordedStack


def with_site(**settings: object) -> RecordedStack:
    config = configuration("dev")
    config["ocr-wordcount:site"] |= settings
    return record_program(run_main, config, "dev")


def hosted(folder: Path) -> RecordedStack:
    """The hosting by itself, of the page in a folder."""
    files = site_files.read(folder)
    args = SiteHostingArgs(
        files=files,
        domain=None,
        api_endpoint="https://a1.execute-api.us-east-1.amazonaws.com",
        front_secret="sesame",
        uploads_origin="https://uploads.s3.us-east-1.amazonaws.com",
        tags={},
    )
    return record_program(lambda: SiteHosting("web", args))


def secrets(version: int) -> tuple[dict[str, str], list[str]]:
    """The keys of a version, by their names in the program, and what CloudFront shows and the API knows."""
    told: list[str] = []

    def program() -> None:
        made = FrontSecret("front", FrontSecretArgs(version=version, tags={}))
        for output in (made.shown, made.digests):
            output.apply(told.append)

    stack = record_program(program)
    return {key.name: key.inputs["name"] for key in stack.of(API_KEY)}, sorted(told, key=len)


@pytest.mark.parametrize("version", [1, 2, 7])
def test_the_api_takes_the_next_secret_before_cloudfront_shows_it(version: int) -> None:
    names, (shown, digests) = secrets(version)
    after, (shown_then, _) = secrets(version + 1)

    assert digests.split(",") == [hashed(shown), hashed(shown_then)]
    assert shown != shown_then
    # What is shown next is the key that was there already; only the one that was shown is made anew.
    made_anew = {name for name in names if names[name] != after[name]}
    assert [f"<{name}.value>" for name in made_anew] == [shown]


def test_the_secret_is_one_wherever_it_goes_and_the_api_is_told_digests() -> None:
    stack = recorded("prod")
    assert not any("site-front" in str(value) for value in stack.exports.values())
    holders = {each.name: each.secret for each in stack.resources if each.custom and "site-front" in str(each.inputs)}
    assert holders.pop("site-web-distribution") == {"origins.1.customHeaders.0.value"}
    assert holders == {}


def test_the_api_forgets_a_secret_only_after_cloudfront() -> None:
    stack = recorded("dev")
    distribution = stack.one(DISTRIBUTION, "site-web-distribution")
    assert distribution.urn in stack.one(FUNCTION, "site-api-lambda").after


def test_the_address_of_the_page_is_cloudfronts_or_its_own() -> None:
    cloudfronts = "https://<site-web-distribution.domainName>"
    assert recorded("dev").exports["site_url"] == cloudfronts
    own = with_site(domain="words.example.com")
    assert own.exports["site_url"] == "https://words.example.com"
    assert own.one(DISTRIBUTION, "site-web-distribution").inputs["aliases"] == ["words.example.com"]
    assert own.one(BUCKET_CORS, "site-uploads-origins").inputs["corsRules"][0]["allowedOrigins"] == [
        "https://words.example.com"
    ]
    for function in ("mail-notify-lambda", "mail-deadline-lambda"):
        told = own.one(FUNCTION, function).inputs["environment"]["variables"]
        assert told["SITE_URL"] == "https://words.example.com"


def test_the_certificate_is_where_cloudfront_looks_for_it_wherever_the_stack_is() -> None:
    config = configuration("dev") | {"aws:region": "eu-central-1"}
    config["ocr-wordcount:site"]["domain"] = "words.example.com"
    certificate = record_program(run_main, config, "dev").one(CERTIFICATE, "site-web-certificate")
    assert certificate.inputs["region"] == "us-east-1"
    assert certificate.inputs["domainName"] == "words.example.com"


def test_the_page_may_speak_to_itself_and_to_the_uploads_bucket() -> None:
    headers = recorded("dev").one(RESPONSE_HEADERS, "site-web-headers").inputs["securityHeadersConfig"]
    assert headers["contentSecurityPolicy"]["contentSecurityPolicy"].split("; ") == [
        "default-src 'none'",
        "script-src 'self'",
        "style-src 'self'",
        "img-src 'self' blob: data:",
        "connect-src 'self' https://<site-uploads-bucket.bucketRegionalDomainName>",
        "form-action 'none'",
        "base-uri 'none'",
        "frame-ancestors 'none'",
    ]


def test_a_page_is_uploaded_after_all_that_it_points_to(tmp_path: Path) -> None:
    (tmp_path / "index.html").write_text('<script type="module" src="main.js"></script>')
    (tmp_path / "main.js").write_text('import "./more.js";')
    (tmp_path / "more.js").write_text("")
    stack = hosted(tmp_path)
    others = {stack.one(BUCKET_OBJECT, f"web-file-{name}").urn for name in ("main.js", "more.js")}
    assert others <= stack.one(BUCKET_OBJECT, "web-file-index.html").after


def test_a_site_without_a_page_is_made_and_said_to_have_none(monkeypatch: pytest.MonkeyPatch) -> None:
    said: list[str] = []

    def inform(told: str, _: pulumi.Resource) -> None:
        said.append(told)

    def nothing(_: Path) -> list[SiteFile]:
        return []

    monkeypatch.setattr(pulumi.log, "info", inform)
    monkeypatch.setattr(site_files, "read", nothing)
    record_program(run_main, configuration("dev"), "dev")
    assert said == ["web/ has no index.html: the site will have an API, and no page."]


@pytest.mark.parametrize(
    "domain",
    [
        "https://words.example.com",
        "words.example.com/",
        "Words.example.com",
        "words_.example.com",
        "-words.example.com",
        "example",
        "a..example.com",
        f"{'a' * 64}.example.com",
        f"{'a.' * 124}example.com",
        "*.example.com",
        None,
    ],
)
def test_a_domain_that_cloudfront_would_not_take_is_refused(domain: str | None) -> None:
    with pytest.raises(SettingsError) as refused:
        with_site(domain=domain)
    told = str(refused.value)
    assert told.startswith("ocr-wordcount:site.domain ")
    assert 'must be a domain name in lower case, such as words.example.com, without https://; or "" for none.' in told
    assert told.endswith("    ocr-wordcount:site:\n      domain: words.example.com")


@pytest.mark.parametrize("domain", ["example.com", "xn--wrter-jua.example.co.uk", "a-1.b.example.museum"])
def test_any_other_domain_will_do(domain: str) -> None:
    assert with_site(domain=domain).exports["site_url"] == f"https://{domain}"
