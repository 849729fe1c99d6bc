"""Lock files: packages with versions, where each is fetched, and the hashes of what is fetched.

Hashes of people look the same, so those of packages are known by what they stand beside: each
record names a package and a version, many of the names are of packages that everybody has, and
whatever else a record holds is a constraint, an address, or a word that all records share.
"""

# ruff: noqa: E501  # words of one sort read better together
from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any

_NAMES = ("name", "Package", "package")
_VERSIONS = ("version", "Version")
_NAME = re.compile(r"[A-Za-z_][A-Za-z0-9._-]{0,60}")
_NUMBERED = re.compile(r"\d{3}")
_VERSION = re.compile(r"v?\d{1,8}([._-][A-Za-z0-9]{1,20}){0,6}(\+[A-Za-z0-9.]{1,20})?")
_HASH = re.compile(
    r"((md5|sha1|sha256|sha512)[:=-])?([0-9a-f]{32}|[0-9a-f]{40}|[0-9a-f]{64}|[0-9a-f]{128})"
)
_INTEGRITY = re.compile(r"sha(1|256|384|512)-[A-Za-z0-9+/]{27,88}={0,2}")
_CONSTRAINT = re.compile(
    r"[ (]*+((==|>=|<=|~=|!=|~|\^|=|<|>)?\s*+v?\d[\w.*+-]{0,30}+[\s,|;)]*+){1,6}+(=?\s?\w{1,24})?|\*|any|"
)
_ADDRESS = re.compile(r"(https?|git|ssh|file)(\+\w{1,6})?://[\w./%+@:~#=&?-]{1,400}")
_FILE = re.compile(r"[\w.+!-]{1,120}\.(conda|whl|zip|tar\.(gz|bz2|xz)|tgz|egg)")
_DEPENDENCY = re.compile(
    r"(?![\w.-]*\d{3})[A-Za-z_][\w.-]{0,60}(\[[\w,]{1,60}\])?(\s*[(<>=!~^].{0,60})?"
)
_DIGESTS = {"sha1", "sha224", "sha256", "sha384", "sha512"}
_MOST_WORDS, _LONGEST_WORD = 30, 60
_LEAST_PACKAGES, _MOST_PACKAGES, _LEAST_KNOWN = 3, 3_000, 0.3
# Packages that most environments have, and how names of such begin.
_KNOWN = re.compile(
    r"r-.+|bioconductor-.+|perl-.+|python-.+|lib.+|py.+|_.+|xorg-.+|types-.+|numpy|pandas|scipy|matplotlib.*|seaborn|statsmodels|scikit-.+|lifelines|polars|requests|urllib3|certifi|idna|charset-normalizer"
    r"|six|packaging|setuptools|pip|wheel|jinja2|markupsafe|click|tqdm|joblib|threadpoolctl|cython|hail|attrs|babel|openssl|zlib|bzip2|xz|ca-certificates|ncurses|readline|sqlite|tk|bcftools|samtools|htslib"
    r"|plink2?|bedtools|nextflow|snakemake.*|regenie|gcta|king|blas|openblas|mkl|icu|curl|krb5|ggplot2|dplyr|tidyr|readr|purrr|tibble|survival|data\.table|Rcpp.*|rlang|cli|glue|lme4|Matrix|MASS|coloc|susieR|knitr|rmarkdown|xtable|fonttools|contourpy|kiwisolver|cycler|pillow|tzdata|patsy|autograd.*|ipython|jupyter.*|notebook|nbformat|traitlets|tornado|psutil|dask|xarray|zarr|duckdb",
    re.IGNORECASE,
)  # fmt: skip


def without_packages(tree: Any) -> tuple[Any, list[dict[str, str]]]:
    """Return a tree without its records of packages, and the name and version of each."""
    found = [record for records in _lists(tree) for record in records]
    names = [str(_of(record, _NAMES)) for record in found]
    known = sum(bool(_KNOWN.fullmatch(name)) for name in names)
    enough = _LEAST_PACKAGES <= len(found) <= _MOST_PACKAGES
    if not enough or known < _LEAST_KNOWN * len(found) or not _share_words(found):
        return tree, []
    versions = [str(_of(record, _VERSIONS)) for record in found]
    told = [{"name": n, "version": v} for n, v in zip(names, versions, strict=True)]
    return _without(tree), told


def _of(record: dict[str, Any], names: tuple[str, ...]) -> Any:
    return next((record[name] for name in names if name in record), None)


def _lists(node: Any) -> Iterator[list[dict[str, Any]]]:
    """Yield the records of a tree that are all packages: in lists, and under their own names."""
    records = list(node.values()) if isinstance(node, dict) else node
    if _are_packages(records):
        yield records
    elif isinstance(node, dict | list):
        for each in records:
            yield from _lists(each)


def _are_packages(records: Any) -> bool:
    return isinstance(records, list) and bool(records) and all(map(_is_package, records))


def _is_package(record: Any) -> bool:
    if not isinstance(record, dict):
        return False
    name, version = _of(record, _NAMES), _of(record, _VERSIONS)
    # TRUST: codes of people have several digits; names of packages hardly ever.
    if not isinstance(name, str) or not _NAME.fullmatch(name) or _NUMBERED.search(name):
        return False
    if not _VERSION.fullmatch(str(version)):
        return False
    return all(map(_belongs, _leaves(record)))


def _leaves(node: Any) -> Iterator[Any]:
    if isinstance(node, dict):
        for name, value in node.items():
            yield name
            yield from _leaves(value)
    elif isinstance(node, list):
        for value in node:
            yield from _leaves(value)
    else:
        yield node


_FORMS = (_HASH, _INTEGRITY, _CONSTRAINT, _ADDRESS, _FILE, _DEPENDENCY)


def _belongs(value: Any) -> bool:
    """Whether a value of a record is what such records have, or at least few words."""
    if value is None or isinstance(value, bool):
        return True
    text = str(value)
    return any(form.fullmatch(text) for form in _FORMS) or text.count(" ") < _MOST_WORDS


def _share_words(records: list[dict[str, Any]]) -> bool:
    """Whether words that are of no form of their own are few, or say what a package is for."""
    other = {
        str(value) for record in records for value in _leaves(record)
        if value is not None and not any(form.fullmatch(str(value)) for form in _FORMS)
    }  # fmt: skip
    long = [word for word in other if len(word) > _LONGEST_WORD]
    return len(long) <= len(records) and not any(
        map(_NUMBERED.search, other - set(long) - _DIGESTS)
    )


def _without(node: Any) -> Any:
    """Return a tree without its packages, and without the hashes of the whole."""
    if isinstance(node, dict):
        if _are_packages(list(node.values())):
            return "packages"
        return {
            name: _without(value) for name, value in node.items()
            if not (isinstance(value, str) and _HASH.fullmatch(value))
        }  # fmt: skip
    if isinstance(node, list):
        return "packages" if _are_packages(node) else [_without(each) for each in node]
    return node


# --- lists of pins -----------------------------------------------------------------------------

_OF_PIP = re.compile(
    r"(?<![ \t])(?:[ \t]*+(?:\\\n?|\n)[ \t]++|[ \t]++)--hash=sha(256|384|512):[0-9a-f]{64,128}"
)
_EXPLICIT = re.compile(
    r"https?://[\w./%+-]{1,200}/(?P<name>[a-z_][a-z0-9._-]{0,60}?)-(?P<version>\d[\w.!+]{0,30})"
    r"-\w{1,60}\.(conda|tar\.bz2)(#(sha256:)?[0-9a-f]{32,64})?"
)


def as_pins(text: str) -> str:
    """Return a list of packages that pip or conda wrote with hashes as names with versions alone.

    A text of anything else comes back as it is.
    """
    if "--hash=" in text:
        return _OF_PIP.sub("", text)
    if "://" not in text or (".conda" not in text and ".tar.bz2" not in text):
        return text
    lines = [_pinned(line) for line in text.split("\n") if line.strip() != "@EXPLICIT"]
    return "\n".join(lines)


def _pinned(line: str) -> str:
    found = _EXPLICIT.fullmatch(line.strip())
    if found is None or _NUMBERED.search(found["name"]):
        return line
    return f"{found['name']}=={found['version']}"
