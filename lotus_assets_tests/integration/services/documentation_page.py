"""The page `/docs` of a service: it loads nothing from anywhere else."""

import re

import httpx

LOADED = re.compile(r"""(?:src|href)=["']([^"']+)["']""")
"""Addresses that a browser fetches for a page."""


def assert_nothing_is_fetched_elsewhere(client: httpx.Client) -> None:
    """Everything the pages need is served by the service itself."""
    for page in ("/docs", "/redoc"):
        answer = client.get(page)
        assert answer.status_code == 200
        addresses = LOADED.findall(answer.text)
        assert any(address.endswith(".js") for address in addresses)
        for address in addresses:
            assert address.startswith("/"), address
            assert client.get(address).status_code == 200
