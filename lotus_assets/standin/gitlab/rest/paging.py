"""Pages: offset with GitLab's headers, its limits, and keyset where GitLab has it."""

from collections.abc import Sequence
from typing import Any
from urllib.parse import urlencode

from lotus_assets.standin.gitlab.rest.call import Call, Rows
from lotus_assets.standin.gitlab.rest.refusals import Refusal, invalid

MAXIMUM_PER_PAGE = 100
DEFAULT_PER_PAGE = 20
TOTALS_UP_TO = 10_000
"""Beyond, GitLab leaves out `X-Total`, `X-Total-Pages` and `rel="last"`."""
MAXIMUM_OFFSET = 50_000


def page_of(found: Rows, call: Call, url: str) -> tuple[list[Any], dict[str, str]]:
    """The rows of the asked page, and the headers that go with it."""
    per_page = call.number("per_page", DEFAULT_PER_PAGE)
    if per_page < 1:
        raise invalid("per_page", "does not have a valid value")
    per_page = min(per_page, MAXIMUM_PER_PAGE)
    if call.text("pagination") == "keyset":
        return _keyset(found, call, url, per_page)
    return _offset(found, call, url, per_page)


def _offset(found: Rows, call: Call, url: str, per_page: int) -> tuple[list[Any], dict[str, str]]:
    page = max(call.number("page", 1), 1)
    if page * per_page > MAXIMUM_OFFSET:
        message = (
            f"Offset pagination has a maximum allowed offset of {MAXIMUM_OFFSET} "
            f"for requests that return objects of type {found.kind}. "
            "Remaining records can be retrieved using keyset pagination."
        )
        raise Refusal(405, {"error": message})
    start = (page - 1) * per_page
    total = len(found.rows)
    pages = max(-(-total // per_page), 1)
    has_next = start + per_page < total
    headers = {
        "X-Page": str(page),
        "X-Per-Page": str(per_page),
        "X-Prev-Page": str(page - 1) if page > 1 else "",
        "X-Next-Page": str(page + 1) if has_next else "",
    }
    relations = [("prev", page - 1)] * (page > 1) + [("next", page + 1)] * has_next
    relations.append(("first", 1))
    if found.has_totals and total <= TOTALS_UP_TO:
        headers |= {"X-Total": str(total), "X-Total-Pages": str(pages)}
        relations.append(("last", pages))
    headers["Link"] = ", ".join(
        f'<{_address(url, call, page=number, per_page=per_page)}>; rel="{name}"'
        for name, number in relations
    )
    return [found.show(row) for row in found.rows[start : start + per_page]], headers


def _keyset(found: Rows, call: Call, url: str, per_page: int) -> tuple[list[Any], dict[str, str]]:
    if found.keyset is None:
        message = "Keyset pagination is not yet available for this type of request"
        raise Refusal(405, {"error": message})
    token = call.text(found.keyset)
    start = _after(found.rows, token)
    chosen = found.rows[start : start + per_page]
    headers = {"X-Per-Page": str(per_page)}
    if start + per_page < len(found.rows):
        following = {found.keyset: _identity(chosen[-1]), "per_page": per_page}
        headers["Link"] = f'<{_address(url, call, **following)}>; rel="next"'
    return [found.show(row) for row in chosen], headers


def _identity(row: dict[str, Any]) -> str:
    return str(row["id"] if "id" in row else row["name"])


def _after(rows: Sequence[dict[str, Any]], token: str | None) -> int:
    """Where the page after `token` begins; the row itself may be gone by now."""
    if token is None:
        return 0
    for position, row in enumerate(rows):
        if _identity(row) == token:
            return position + 1
    numbers = [int(row["id"]) for row in rows if "id" in row]
    if not token.isdecimal() or len(numbers) != len(rows):
        return len(rows)
    is_ascending = numbers == sorted(numbers)
    beyond = (int(token) < number if is_ascending else int(token) > number for number in numbers)
    return next((position for position, is_beyond in enumerate(beyond) if is_beyond), len(rows))


def _address(url: str, call: Call, **parameters: Any) -> str:
    kept = [(key, value) for key, value in call.query if key not in parameters]
    return f"{url}?{urlencode([*kept, *parameters.items()])}"
