"""Pages: which items belong to one, and the token that asks for the next."""

import bisect
import datetime as dt
from dataclasses import dataclass

from itsdangerous import BadSignature, SignatureExpired, URLSafeTimedSerializer
from itsdangerous.encoding import base64_decode, base64_encode

from lotus_assets.services.problems import invalid

LARGEST_PAGE_ROWS = 600_000
"""Rows of a page, whatever its size in items: the memory of an answer is bounded by it."""

ALTERED = "page_token is not one of ours; send it unchanged"


@dataclass(frozen=True)
class PageSigner:
    """Signs page tokens; a token holds for `seconds`."""

    serializer: URLSafeTimedSerializer
    seconds: int

    def first_page(self, size: int, fingerprint: str) -> "RequestedPage":
        """The page that is asked for without a token."""
        return RequestedPage(self, size, fingerprint, None, None)

    def page(self, token: str, size: int, fingerprint: str) -> "RequestedPage":
        """The page that `token` names.

        Raises:
            ServiceProblem: INVALID_REQUEST for a token that is altered, expired, or another
                request's.
        """
        try:
            content = self.serializer.loads(token, max_age=self.seconds)
        except SignatureExpired:
            raise invalid("page_token has expired; begin again without it") from None
        except BadSignature:
            raise invalid(ALTERED) from None
        # The last character of base64 has bits that do not count: one spelling is ours.
        signature = token.rsplit(".", 1)[-1]
        if base64_encode(base64_decode(signature)).decode() != signature:
            raise invalid(ALTERED)
        if content["request"] != fingerprint:
            raise invalid("page_token belongs to another request; send the same request with it")
        return RequestedPage(self, size, fingerprint, content["after"], content["version"])


@dataclass(frozen=True)
class RequestedPage:
    """A page of items in id order, after `after`, of the data version `version`."""

    signer: PageSigner
    size: int
    fingerprint: str
    after: str | None
    version: int | None

    def next_token(self, names: list[str], last: int, version: int) -> str | None:
        """The token of the page after items …`last`-1; None where there are no more."""
        if last >= len(names):
            return None
        content = {"request": self.fingerprint, "after": names[last - 1], "version": version}
        token = self.signer.serializer.dumps(content)
        return token if isinstance(token, str) else token.decode()


def page_signer(key: str, seconds: int) -> PageSigner:
    """A signer of tokens with `key`."""
    return PageSigner(URLSafeTimedSerializer(key, salt="lotus-core page"), seconds)


def page_of(names: list[str], page: RequestedPage, start: dt.date, end: dt.date) -> tuple[int, int]:
    """Places first…last-1 of the page's items among the sorted `names`."""
    first = 0 if page.after is None else bisect.bisect_right(names, page.after)
    days = (end - start).days + 1
    size = max(1, min(page.size, LARGEST_PAGE_ROWS // days))
    return first, min(first + size, len(names))
