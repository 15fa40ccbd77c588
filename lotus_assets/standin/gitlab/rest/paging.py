"""Pages by offset with GitLab's headers and limits; none of the lists here has keyset paging."""

from typing import Any
from urllib.parse import urlencode

from lotus_assets.standin.gitlab.rest.call import Call, ListedRows
from lotus_assets.standin.gitlab.rest.refusals import Refusal, invalid

MAXIMUM_PER_PAGE = 100
DEFAULT_PER_PAGE = 20
TOTALS_UP_TO = 10_000
"""Beyond, GitLab leaves out `X-Total`, `X-Total-Pages` and `rel="last"`."""
MAXIMUM_OFFSET = 50_000


def page_of(listed: ListedRows, call: Call, url: str) -> tuple[list[Any], dict[str, str]]:
    """The rows of the asked page, and the headers that go with it."""
    per_page = call.number("per_page", DEFAULT_PER_PAGE)
    if per_page < 1:
        raise invalid("per_page", "does not have a valid value")
    per_page = min(per_page, MAXIMUM_PER_PAGE)
    if call.text("pagination") == "keyset":
        message = "Keyset pagination is not yet available for this type of request"
        raise Refusal(405, {"error": message})
    return _offset(listed, call, url, per_page)


def _offset(
    listed: ListedRows, call: Call, url: str, per_page: int
) -> tuple[list[Any], dict[str, str]]:
    page = max(call.number("page", 1), 1)
    if page * per_page > MAXIMUM_OFFSET:
        message = (
            f"Offset pagination has a maximum allowed offset of {MAXIMUM_OFFSET} "
            f"for requests that return objects of type {listed.kind}. "
            "Remaining records can be retrieved using keyset pagination."
        )
        raise Refusal(405, {"error": message})
    start = (page - 1) * per_page
    total = len(listed.rows)
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
    if listed.has_totals and total <= TOTALS_UP_TO:
        headers |= {"X-Total": str(total), "X-Total-Pages": str(pages)}
        relations.append(("last", pages))
    headers["Link"] = ", ".join(
        f'<{_address(url, call, page=number, per_page=per_page)}>; rel="{name}"'
        for name, number in relations
    )
    return [listed.show(row) for row in listed.rows[start : start + per_page]], headers


def _address(url: str, call: Call, **parameters: Any) -> str:
    kept = [(key, value) for key, value in call.query if key not in parameters]
    return f"{url}?{urlencode([*kept, *parameters.items()])}"
