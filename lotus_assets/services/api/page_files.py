"""The pages in TEM_EXPORT_DIR/pages, served as they are: the same bytes that open from the disk."""

from os import PathLike
from pathlib import Path
from typing import Any

from fastapi import FastAPI
from starlette.exceptions import HTTPException
from starlette.responses import Response
from starlette.staticfiles import StaticFiles
from starlette.types import Scope

HEADERS = {
    # Beside the policy that each page carries: these two a page cannot say of itself.
    "content-security-policy": "frame-ancestors 'none'; base-uri 'none'; form-action 'none'",
    "x-content-type-options": "nosniff",
    "referrer-policy": "no-referrer",
    "cache-control": "no-cache",
}


class PageFiles(StaticFiles):
    """Files of one folder, which may come later; names that begin with a dot are not served."""

    async def check_config(self) -> None:
        """The folder may not be there yet: then no file of it is."""

    def lookup_path(self, path: str) -> tuple[str, Any]:
        """The file under `path`, unless it is hidden or half-written."""
        if any(part.startswith(".") and part != "." for part in Path(path).parts):
            return "", None
        return super().lookup_path(path)

    async def get_response(self, path: str, scope: Scope) -> Response:
        """The file with the headers of pages.

        Raises:
            HTTPException: there is none (404).
        """
        try:
            response = await super().get_response(path, scope)
        except HTTPException as refused:
            detail = "there is no such page; `make run` writes them"
            raise HTTPException(refused.status_code, detail) from None
        response.headers.update(HEADERS)
        return response


def serve_pages(application: FastAPI, folder: str | PathLike[str]) -> None:
    """Serve `folder` under /pages/."""
    files = PageFiles(directory=folder, html=True, check_dir=False)
    application.mount("/pages", files, name="pages")
