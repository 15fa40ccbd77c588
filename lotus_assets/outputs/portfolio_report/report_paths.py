"""Where the pages of reports stand below the folder of the pages."""

from pathlib import PurePosixPath

FOLDER = PurePosixPath("portfolios")
INDEX = FOLDER / "index.html"


def page_path(portfolio_id: str) -> PurePosixPath:
    """Where the page of a portfolio stands; no identifier has a tilde, but one may be `index`."""
    return FOLDER / f"{portfolio_id if portfolio_id != 'index' else 'index~'}.html"
