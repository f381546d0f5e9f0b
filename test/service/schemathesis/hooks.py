"""What a document cannot tell schemathesis."""

import itertools
import re

import schemathesis
from schemathesis.core import NOT_SET

NDJSON = "application/x-ndjson"
WORDS = re.compile(r"[01tfyn]|on|off|yes|no|true|false", re.IGNORECASE)
INTEGER = re.compile(r"\s*[+-]?[0-9]+(_[0-9]+)*(\.0*)?\s*")
NUMBERS = itertools.count()

schemathesis.serializer.alias(NDJSON, "text/plain")


@schemathesis.hook
def filter_case(context, case):
    """Drops what is wrong by the document alone, or right by it alone."""
    if case.media_type == NDJSON:
        # Whatever is sent as text is a string.
        return case.body is NOT_SET or isinstance(case.body, str)
    if isinstance(case.body, dict) and any(reads_laxly(*member) for member in case.body.items()):
        return False
    return not case.meta.generation.mode.is_positive or is_right(case.query or {})


@schemathesis.hook
def before_call(context, case, kwargs):
    """A key is for one memo: the same one with another body is refused."""
    key = (case.headers or {}).get("Idempotency-Key")
    if isinstance(key, str) and key != "":
        case.headers["Idempotency-Key"] = f"{key[:240]}{next(NUMBERS)}"


def is_right(query):
    """No made-up cursor is one, and an order names each field once."""
    fields = [field.removeprefix("-") for field in str(query.get("sort", "")).split(",")]
    return "cursor" not in query and len(set(fields)) == len(fields)


def reads_laxly(name, value):
    """The original took such values for an integer or a boolean, and so does the service."""
    if name == "priority":
        return isinstance(value, bool) or (isinstance(value, str) and INTEGER.fullmatch(value) is not None)
    if name in ("is_archived", "is_favorite"):
        if isinstance(value, str):
            return WORDS.fullmatch(value) is not None
        return not isinstance(value, bool) and value in (0, 1)
    return False
