"""Asking lotus-core: payloads page by page, catalogues, and many portfolios side by side."""

from collections import deque
from collections.abc import Callable, Iterable, Iterator, Mapping
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import suppress
from datetime import date
from types import TracebackType
from typing import Any, Self, TypeVar
from urllib.parse import quote

from lotus_assets.sources.lotus_core.answers import Patience
from lotus_assets.sources.lotus_core.catalogue import (
    ListedBenchmark,
    ListedPortfolio,
    ListedRiskFree,
    entries_of,
)
from lotus_assets.sources.lotus_core.contracts import Contract
from lotus_assets.sources.lotus_core.correlation import Correlation
from lotus_assets.sources.lotus_core.errors import BrokenPayload, LotusCoreError
from lotus_assets.sources.lotus_core.payloads import Payload, PayloadPage, read_page

CONSUMER = "lotus-assets"
LARGEST_PAGES = 10_000
"""More pages than any portfolio has: a server that never ends its pages is stopped here."""

Key = TypeVar("Key")
Result = TypeVar("Result")


class LotusCoreClient:
    """One lotus-core. Safe to use from several threads; close it, or use it as a context."""

    def __init__(
        self,
        url: str,
        *,
        parallelism: int = 4,
        patience: Patience | None = None,
        correlation: Correlation | None = None,
    ) -> None:
        """`parallelism` bounds the requests under way at once."""
        # Here, because whoever imports the definitions imports this module, and sends nothing.
        from lotus_assets.sources.lotus_core.transport import Transport

        self.parallelism = parallelism
        self._transport = Transport(
            url, parallelism=parallelism, patience=patience, correlation=correlation
        )

    def __enter__(self) -> Self:
        """The client itself."""
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        """Close the connections."""
        self.close()

    def close(self) -> None:
        """Close the connections."""
        self._transport.close()

    def portfolios(self, as_of: date) -> list[ListedPortfolio]:
        """Portfolios known as of a day, by id, with their data versions."""
        return self._listed("/integration/portfolios", "portfolios", ListedPortfolio, as_of)

    def benchmarks(self, as_of: date) -> list[ListedBenchmark]:
        """Benchmarks known as of a day, by id, with their data versions."""
        return self._listed("/integration/benchmarks", "benchmarks", ListedBenchmark, as_of)

    def risk_free_series(self, as_of: date) -> list[ListedRiskFree]:
        """Risk-free series stored as of a day, by currency and mode."""
        path = "/integration/reference/risk-free-series"
        return self._listed(path, "series", ListedRiskFree, as_of)

    def _listed(self, path: str, field: str, kind: type[Result], as_of: date) -> list[Result]:
        answer = self._transport.get(path, path, {"as_of_date": as_of.isoformat()})
        return entries_of(path, field, kind, answer)

    def pages(
        self, contract: Contract, subject: str, body: Mapping[str, Any]
    ) -> Iterator[PayloadPage]:
        """The pages of one payload, each checked as it arrives.

        Raises:
            LotusCoreError: refused or unreachable.
            BrokenPayload: a page breaks the contract, or pages are of different data versions.
        """
        what = f"{contract.name} of {subject}"
        path, asked = first_request(contract, subject, body)
        first: PayloadPage | None = None
        for _ in range(LARGEST_PAGES):
            page = read_page(contract, subject, what, self._transport.post(what, path, asked))
            first = first or page
            _check_same_payload(what, first, page)
            yield page
            if page.next_page_token is None:
                return
            asked = {**asked, "page_token": page.next_page_token}
        raise BrokenPayload(what, "pages", f"no end after {LARGEST_PAGES} pages")

    def payload(self, contract: Contract, subject: str, body: Mapping[str, Any]) -> Payload:
        """One payload, all its pages."""
        return Payload(tuple(self.pages(contract, subject, body)))

    def side_by_side(
        self, keys: Iterable[Key], read: Callable[[Key], Result], *, ahead: int = 0
    ) -> Iterator[tuple[Key, Result | LotusCoreError]]:
        """`read` for every key, at most `parallelism` at once, results in the order of `keys`.

        An error of lotus-core comes in place of the result. So many results wait `ahead` of the
        caller at most (at least twice `parallelism`): reading goes on while the caller writes,
        and memory does not depend on how many keys there are.
        """
        most = max(ahead, 2 * self.parallelism)
        with ThreadPoolExecutor(self.parallelism, thread_name_prefix="lotus-core") as pool:
            waiting: deque[tuple[Key, Future[Result | LotusCoreError]]] = deque()
            try:
                for key in keys:
                    waiting.append((key, pool.submit(_answered, read, key)))
                    if len(waiting) >= most:
                        first, future = waiting.popleft()
                        yield first, future.result()
                while waiting:
                    first, future = waiting.popleft()
                    yield first, future.result()
            finally:
                for _, future in waiting:
                    with suppress(Exception):
                        future.cancel()


def first_request(
    contract: Contract, subject: str, body: Mapping[str, Any]
) -> tuple[str, dict[str, Any]]:
    """Path and body by which a payload, or its first page, is asked for."""
    path = contract.path.format(subject=quote(subject, safe=""))
    return path, {"consumer_system": CONSUMER, **body}


def _answered(read: Callable[[Key], Result], key: Key) -> Result | LotusCoreError:
    try:
        return read(key)
    except LotusCoreError as error:
        return error


def _check_same_payload(what: str, first: PayloadPage, page: PayloadPage) -> None:
    """Pages of one payload are pinned to one data version and one request."""
    for field in ("data_version", "request_fingerprint"):
        if page.lineage[field] != first.lineage[field]:
            raise BrokenPayload(
                what,
                "page_version",
                f"{field} changed between pages: {first.lineage[field]}, {page.lineage[field]}",
            )
