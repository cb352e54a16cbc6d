"""The names of a group in a file, checked line by line. Pure."""

import re
from collections.abc import Iterable

from central.agencies.rules.visitors import Visitor
from central.imports.rules.columns import Entry
from central.imports.rules.findings import Finding, FindingCode
from protocol.errors import InputError
from protocol.holders import Document, DocumentType, has_valid_check_digit, normalised

_NAME = re.compile(r"[^\x00-\x1f\x7f]{1,100}")
_COUNTRY = re.compile(r"[A-Z]{2}")
_HOME = "CN"
_WORDS = {
    "身份证": DocumentType.RESIDENT_ID,
    "居民身份证": DocumentType.RESIDENT_ID,
    "外国人永久居留身份证": DocumentType.FOREIGN_RESIDENT,
    "港澳台居民居住证": DocumentType.HK_MACAU_TAIWAN_RESIDENT,
    "港澳居民来往内地通行证": DocumentType.HOME_RETURN_PERMIT,
    "回乡证": DocumentType.HOME_RETURN_PERMIT,
    "台湾居民来往大陆通行证": DocumentType.TAIWAN_PERMIT,
    "台胞证": DocumentType.TAIWAN_PERMIT,
    "护照": DocumentType.PASSPORT,
    **{one.value: one for one in DocumentType},
    **{one.value.replace("-", " "): one for one in DocumentType},
}


def visitors_of(entries: Iterable[Entry], most: int) -> tuple[tuple[Visitor, ...], tuple[Finding, ...]]:
    """Return the visitors of a file, and what is wrong with its lines; a group has at most so many."""
    visitors: list[Visitor] = []
    findings: list[Finding] = []
    seen: set[Document] = set()
    for one in entries:
        document, wrong = _document(one)
        if document in seen:
            wrong.append(("number", FindingCode.TWICE))
        wrong += [] if _NAME.fullmatch(one["name"]) else [("name", FindingCode.INVALID)]
        if document is not None and not wrong and len(visitors) == most:
            wrong.append(("", FindingCode.TOO_MANY_PERSONS))
        findings += [Finding(one.line, column, code) for column, code in wrong]
        if document is not None and not wrong:
            seen.add(document)
            visitors.append(Visitor(one["name"], document))
    return tuple(visitors), tuple(findings)


def _document(one: Entry) -> tuple[Document | None, list[tuple[str, FindingCode]]]:
    kind = _WORDS.get(one["document_type"].lower())
    country = one["country"].upper() or _HOME
    number = _number(one["number"], kind)
    wrong = [] if kind else [("document_type", FindingCode.INVALID)]
    wrong += [] if _COUNTRY.fullmatch(country) else [("country", FindingCode.INVALID)]
    wrong += [] if number else [("number", FindingCode.INVALID)]
    return (None, wrong) if wrong or kind is None or number is None else (Document(kind, country, number), wrong)


def _number(text: str, kind: DocumentType | None) -> str | None:
    try:
        number = normalised(text)
    except InputError:
        return None
    return None if kind is DocumentType.RESIDENT_ID and not has_valid_check_digit(number) else number
