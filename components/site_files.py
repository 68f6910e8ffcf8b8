"""The files of the hosted page, as they are uploaded: what each is called there, what it is, how long it may be kept.

Everything but pages lies under `assets/<hash of all of it>/…`, and may be kept for ever: what changes lies elsewhere.
Modules and style sheets find each other by relative names, which stay as they are; pages are rewritten to point there.
docs/adr/0021-the-page-is-hashed-as-a-whole.md.
"""

from __future__ import annotations

import hashlib
import posixpath
import re
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

import pulumi

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from pathlib import Path

FRONT_PAGE: Final = "index.html"

_CHECK_EACH_TIME: Final = "no-cache"
"""Kept, and asked about before it is used: a new version shows at once."""
_FOR_EVER: Final = "public, max-age=31536000, immutable"
_FOR_A_DAY: Final = "public, max-age=86400"

_PAGE: Final = ".html"
_CONTENT_TYPES: Final = {
    _PAGE: "text/html; charset=utf-8",
    ".css": "text/css; charset=utf-8",
    ".ico": "image/x-icon",
    ".jpg": "image/jpeg",
    ".js": "text/javascript; charset=utf-8",
    ".json": "application/json",
    ".png": "image/png",
    ".svg": "image/svg+xml",
    ".txt": "text/plain; charset=utf-8",
    ".webmanifest": "application/manifest+json",
    ".webp": "image/webp",
    ".woff2": "font/woff2",
}
_NOT_SERVED: Final = re.compile(r"(^|/)(\.|[jt]sconfig\.json$|package(-lock)?\.json$)|\.(md|ts)$")
"""What is there for those who write the page."""
_KNOWN_PLACES: Final = frozenset({"favicon.ico", "robots.txt"})
"""Files that browsers and robots ask for by these names, whatever a page says."""

_REFERENCE: Final = re.compile(r"""(?P<before>\s(?:href|src)\s*=\s*)(?P<quote>["'])(?P<value>[^"']*)(?P=quote)""")
_ELSEWHERE: Final = re.compile(r"[a-z][a-z0-9+.-]*:|//|/api/|#|\?|$", re.IGNORECASE)


class SiteFilesError(pulumi.RunError):
    """The page cannot be uploaded as it is; says which file and why."""


@dataclass(frozen=True, kw_only=True)
class SiteFile:
    """One file to be uploaded.

    Attributes:
        path: Where it lies in the folder of the page.
        key: Where it is uploaded to.
        content_type: What it is.
        cache_control: What browsers and CloudFront are told about keeping it.
        content: It itself.
    """

    path: str
    key: str
    content_type: str
    cache_control: str
    content: pulumi.Asset

    @property
    def stays(self) -> bool:
        """Whether it stays when its next version comes: who has the page open still needs what it points to."""
        return self.cache_control == _FOR_EVER


def read(folder: Path) -> list[SiteFile]:
    """All files of the page, pages last: they point to the others.

    Raises:
        SiteFilesError: A file is of a kind that is not known, or a page points to one that is not there.
    """
    found = sorted(file for file in folder.rglob("*") if file.is_file())
    files = {path: file for file in found if not _NOT_SERVED.search(path := file.relative_to(folder).as_posix())}
    for path, file in files.items():
        if file.suffix not in _CONTENT_TYPES:
            raise SiteFilesError(
                f"{folder.name}/{path} cannot be uploaded: what it is is not known. There are {_listed()};"
                " another kind is a line in components/site_files.py."
            )
    hashed = {path: file for path, file in files.items() if file.suffix != _PAGE and path not in _KNOWN_PLACES}
    prefix = f"assets/{_hash(hashed)}/"
    keys = {path: f"{prefix}{path}" if path in hashed else path for path in files}
    return sorted(
        (_site_file(folder, path, keys) for path in files),
        key=lambda one: (one.key.endswith(_PAGE), one.path),
    )


def has_front_page(files: Sequence[SiteFile]) -> bool:
    """Whether there is a page to come to."""
    return any(file.key == FRONT_PAGE for file in files)


def _site_file(folder: Path, path: str, keys: Mapping[str, str]) -> SiteFile:
    file = folder / path
    if file.suffix == _PAGE:
        content: pulumi.Asset = pulumi.StringAsset(_pointing(file.read_text(encoding="utf-8"), path, keys))
    else:
        content = pulumi.FileAsset(str(file))
    return SiteFile(
        path=path,
        key=keys[path],
        content_type=_CONTENT_TYPES[file.suffix],
        cache_control=_cache_control(path, keys[path]),
        content=content,
    )


def _cache_control(path: str, key: str) -> str:
    if path.endswith(_PAGE):
        return _CHECK_EACH_TIME
    return _FOR_A_DAY if key == path else _FOR_EVER


def _hash(files: Mapping[str, Path]) -> str:
    """Of names and contents: whatever of them changes, all of them move."""
    digest = hashlib.sha256()
    for path, file in files.items():
        content = file.read_bytes()
        digest.update(f"{path}\0{len(content)}\0".encode())
        digest.update(content)
    return digest.hexdigest()[:16]


def _pointing(page: str, path: str, keys: Mapping[str, str]) -> str:
    """A page that points to its files where they are uploaded to."""

    def led(reference: re.Match[str]) -> str:
        value = reference["value"]
        if _ELSEWHERE.match(value):
            return reference[0]
        named = re.split(r"[?#]", value, maxsplit=1)[0]
        meant = posixpath.normpath(posixpath.join("/", posixpath.dirname(path), named)).lstrip("/")
        if meant not in keys and named != "/":
            raise SiteFilesError(f"{path} points to {value}, and there is no {meant} beside it.")
        target = f"/{keys[meant]}" if meant in keys else "/"
        return f"{reference['before']}{reference['quote']}{target}{value[len(named) :]}{reference['quote']}"

    return _REFERENCE.sub(led, page)


def _listed() -> str:
    return ", ".join(sorted(_CONTENT_TYPES))
