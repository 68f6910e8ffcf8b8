"""A site as a browser meets it on the local cloud: what CloudFront would answer, by the program's own distribution."""

from __future__ import annotations

import gzip
import http.client
import json
import re
from dataclasses import dataclass
from http import HTTPStatus
from pathlib import Path
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

import pytest

from components.site_hosting import content_security_policy
from local.client import LocalCloud
from local.deploy import deploy, tear_down
from local.region import Region
from runtime.core.tokens import hashed

if TYPE_CHECKING:
    from collections.abc import Iterator

    from local.deploy import Deployment

SITE = Path(__file__).parent / "site"
LINK = re.compile(r'(?:href|src)="(/assets/[^"]+)"')


@dataclass(frozen=True)
class Site:
    """A stack of the test's program, deployed."""

    region: Region
    cloud: LocalCloud
    deployment: Deployment

    def registered(self, name: str) -> dict[str, Any]:
        """What the program asked for, of one resource."""
        return next(one.inputs for one in self.deployment.resources if one.name == name)

    def bucket(self) -> str:
        return str(next(one.outputs["bucket"] for one in self.deployment.resources if one.name == "web-page-bucket"))

    def ask(self, path: str, method: str = "GET", body: bytes | None = None, **headers: str) -> Answer:
        connection = http.client.HTTPConnection(urlsplit(self.region.endpoint).netloc)
        connection.request(method, path, body, {name.replace("_", "-"): value for name, value in headers.items()})
        response = connection.getresponse()
        answer = Answer(
            response.status, {name.lower(): value for name, value in response.getheaders()}, response.read()
        )
        connection.close()
        return answer

    def asset(self, ending: str) -> str:
        """Where a file of the front page's is."""
        return next(link for link in LINK.findall(self.ask("/").body.decode()) if link.endswith(ending))


@dataclass(frozen=True)
class Answer:
    """What came back; header names in lower case."""

    status: int
    headers: dict[str, str]
    body: bytes

    def json(self) -> Any:  # noqa: ANN401 - whatever JSON can hold
        return json.loads(self.body)


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Site]:
    with Region(tmp_path_factory.mktemp("state")) as region:
        deployment = deploy(SITE, "one", region.endpoint)
        yield Site(region, LocalCloud(region.endpoint).announce_deployment("one", deployment.outputs), deployment)


def test_the_front_page_is_at_the_clouds_own_address_and_by_the_sites_host_name(site: Site) -> None:
    by_name = site.ask("/", Host=site.cloud.site_host)

    assert site.cloud.site_host.endswith(".cloudfront.net")
    assert site.ask("/").body == by_name.body == site.ask("/index.html").body
    assert b"<h1>A page for tests</h1>" in by_name.body
    assert by_name.headers["content-type"] == "text/html; charset=utf-8"
    assert by_name.headers["cache-control"] == "no-cache"


def test_what_the_page_points_to_is_there_and_may_be_kept_for_ever(site: Site) -> None:
    links = LINK.findall(site.ask("/").body.decode())

    assert {link.rpartition("/")[2] for link in links} == {"mark.svg", "style.css", "main.js"}
    answers = {link.rpartition(".")[2]: site.ask(link) for link in links}
    assert {one.status for one in answers.values()} == {HTTPStatus.OK}
    assert {one.headers["cache-control"] for one in answers.values()} == {"public, max-age=31536000, immutable"}
    assert {ending: one.headers["content-type"] for ending, one in answers.items()} == {
        "svg": "image/svg+xml",
        "css": "text/css; charset=utf-8",
        "js": "text/javascript; charset=utf-8",
    }
    modules = site.asset("/main.js").removesuffix("main.js") + "words/common.js"
    assert site.ask(modules).status == HTTPStatus.OK


@pytest.mark.parametrize("path", ["/", "/robots.txt", "/nothing", "/api/anything", "/api/anything?status=404"])
def test_the_headers_that_are_served_are_those_that_the_program_registered(site: Site, path: str) -> None:
    policy = site.registered("web-headers")
    security = policy["securityHeadersConfig"]
    uploads = f"https://{site.cloud.outputs['uploads']}.s3.us-east-1.amazonaws.com"
    registered = {
        "content-security-policy": security["contentSecurityPolicy"]["contentSecurityPolicy"],
        "referrer-policy": security["referrerPolicy"]["referrerPolicy"],
        "x-content-type-options": "nosniff",
        "x-frame-options": security["frameOptions"]["frameOption"],
        "strict-transport-security": f"max-age={security['strictTransportSecurity']['accessControlMaxAgeSec']}",
        **{one["header"]: one["value"] for one in policy["customHeadersConfig"]["items"]},
    }

    served = site.ask(path).headers

    assert {name: served.get(name) for name in registered} == registered
    assert served["content-security-policy"] == content_security_policy(uploads)
    assert "unsafe" not in served["content-security-policy"]


def test_what_is_missing_is_not_found_and_its_absence_is_not_kept(site: Site) -> None:
    missing = site.ask("/assets/nothing.js")

    assert (missing.status, b"NoSuchKey" in missing.body) == (HTTPStatus.NOT_FOUND, True)
    assert "cache-control" not in missing.headers


@pytest.mark.parametrize("path", ["/README.md", "/assets/", "//", "/index.html/", "/Index.html"])
def test_nothing_else_is_there(site: Site, path: str) -> None:
    assert site.ask(path).status == HTTPStatus.NOT_FOUND


def test_the_page_only_reads(site: Site) -> None:
    for method in ("POST", "PUT", "DELETE"):
        assert (
            site.ask("/index.html", method, b"<h1>mine</h1>", Host=site.cloud.site_host).status == HTTPStatus.FORBIDDEN
        )


def test_a_browser_that_has_it_still_gets_nothing_again(site: Site) -> None:
    for coding in ("identity", "gzip"):
        first = site.ask(site.asset("/main.js"), Accept_Encoding=coding)
        again = site.ask(site.asset("/main.js"), Accept_Encoding=coding, If_None_Match=first.headers["etag"])

        assert (again.status, again.body) == (HTTPStatus.NOT_MODIFIED, b"")


def test_it_is_smaller_on_the_wire_for_who_takes_it_so(site: Site) -> None:
    modules = site.asset("/main.js").removesuffix("main.js") + "words/common.js"
    plain = site.ask(modules)
    small = site.ask(modules, Accept_Encoding="br, gzip;q=0.8")

    assert "content-encoding" not in plain.headers
    assert "content-encoding" not in site.ask(modules, Accept_Encoding="gzip;q=0, br").headers
    assert small.headers["content-encoding"] == "gzip"
    assert len(small.body) < len(plain.body) / 2
    assert gzip.decompress(small.body) == plain.body
    assert small.headers["etag"] == f"W/{plain.headers['etag']}"


def test_a_head_tells_what_a_get_would(site: Site) -> None:
    get, head = site.ask("/"), site.ask("/", "HEAD")

    assert (head.status, head.body) == (HTTPStatus.OK, b"")
    assert head.headers["content-type"] == get.headers["content-type"]
    assert head.headers["content-length"] == str(len(get.body))


def test_the_api_is_told_all_but_the_host_and_the_secret_besides(site: Site) -> None:
    answer = site.ask(
        "/api/echo?a=1&b=2",
        "POST",
        b'{"email": "ann@example.org"}',
        Authorization="Bearer t",
        Content_Type="text/plain",
    )
    told = answer.json()
    headers = told["event"]["headers"]

    assert answer.status == HTTPStatus.OK
    assert told["event"]["body"] == '{"email": "ann@example.org"}'
    assert told["event"]["queryStringParameters"] == {"a": "1", "b": "2"}
    assert headers["authorization"] == "Bearer t"
    assert headers["host"] == urlsplit(site.cloud.outputs["api_url"]).hostname
    assert hashed(headers["x-front-secret"]) in told["digests"].split(",")
    assert headers["x-forwarded-for"] == "127.0.0.1"


def test_nobody_can_show_the_api_another_secret_through_the_front(site: Site) -> None:
    told = site.ask("/api/echo", X_Front_Secret="guessed").json()

    assert "guessed" not in told["event"]["headers"]["x-front-secret"]


def test_around_the_front_there_is_no_secret(site: Site) -> None:
    told = site.ask("/api/echo", Host=urlsplit(site.cloud.outputs["api_url"]).netloc).json()

    assert "x-front-secret" not in told["event"]["headers"]


def test_an_error_of_the_apis_is_its_own(site: Site) -> None:
    for status in (403, 404, 500, 503):
        answer = site.ask(f"/api/echo?status={status}")

        assert (answer.status, "event" in answer.json()) == (status, True)
        assert answer.headers["cache-control"] == "no-store"


def test_the_api_is_told_where_the_page_is_here(site: Site) -> None:
    assert site.ask("/api/echo").json()["site"] == site.region.endpoint


def test_who_comes_by_the_machines_name_is_led_to_its_address(site: Site) -> None:
    port = urlsplit(site.region.endpoint).port
    answer = site.ask("/index.html?a=1", Host=f"localhost:{port}")

    assert (answer.status, answer.headers["location"]) == (307, f"{site.region.endpoint}/index.html?a=1")


def test_a_bucket_is_not_the_pages_and_nobody_but_the_distribution_reads_it(site: Site) -> None:
    assert site.ask(f"/{site.bucket()}/index.html").status == HTTPStatus.FORBIDDEN


@pytest.mark.parametrize(
    ("intent", "status"),
    [("PageReadByOurSite", HTTPStatus.FORBIDDEN), ("MissingToldToOurSite", HTTPStatus.OK)],
)
def test_the_distribution_reads_by_the_buckets_policy(site: Site, intent: str, status: HTTPStatus) -> None:
    s3: Any = site.cloud.client("s3")
    policy = s3.get_bucket_policy(Bucket=site.bucket())["Policy"]
    told = json.loads(policy)
    told["Statement"] = [one for one in told["Statement"] if one["Sid"] != intent]

    s3.put_bucket_policy(Bucket=site.bucket(), Policy=json.dumps(told))
    without = [site.ask(path).status for path in ("/", "/nothing")]
    s3.put_bucket_policy(Bucket=site.bucket(), Policy=policy)

    assert without == [status, HTTPStatus.FORBIDDEN]


def test_another_distribution_may_not_read_it(site: Site) -> None:
    s3: Any = site.cloud.client("s3")
    policy = s3.get_bucket_policy(Bucket=site.bucket())["Policy"]
    another = re.sub(r"distribution/\w+", "distribution/E1ANOTHER", policy)

    s3.put_bucket_policy(Bucket=site.bucket(), Policy=another)
    answer = site.ask("/")
    s3.put_bucket_policy(Bucket=site.bucket(), Policy=policy)

    assert answer.status == HTTPStatus.FORBIDDEN


def test_a_site_of_its_own_domain_answers_to_it_and_is_gone_with_its_stack(site: Site) -> None:
    second = deploy(SITE, "two", site.region.endpoint)
    site.cloud.announce_deployment("two", second.outputs)
    by_domain = site.ask("/", Host="words.example.com")
    the_firsts = site.ask("/api/echo").json()["event"]["headers"]["host"]
    tear_down(second, site.region.endpoint)
    site.cloud.announce_teardown("two")

    assert second.outputs["site_url"] == "https://words.example.com"
    assert by_domain.status == HTTPStatus.OK
    assert the_firsts == urlsplit(site.cloud.outputs["api_url"]).hostname
    assert site.ask("/").status == HTTPStatus.OK


def test_a_policy_in_use_cannot_be_deleted(site: Site) -> None:
    cloudfront: Any = site.cloud.client("cloudfront")
    policy = next(one for one in site.deployment.resources if one.name == "web-headers")
    etag = cloudfront.get_response_headers_policy(Id=policy.id)["ETag"]

    with pytest.raises(cloudfront.exceptions.ResponseHeadersPolicyInUse):
        cloudfront.delete_response_headers_policy(Id=policy.id, IfMatch=etag)


def test_a_distribution_of_nothing_known_is_refused(site: Site) -> None:
    cloudfront: Any = site.cloud.client("cloudfront")
    made = next(one for one in site.deployment.resources if one.name == "web-distribution")
    config = cloudfront.get_distribution_config(Id=made.id)["DistributionConfig"]
    config["CallerReference"] = "another"
    config["DefaultCacheBehavior"]["CachePolicyId"] = "nothing"

    with pytest.raises(cloudfront.exceptions.NoSuchCachePolicy):
        cloudfront.create_distribution(DistributionConfig=config)
