"""The sample book in the schema `lotus_core`, as `make run` brings it there."""

from datetime import date
from pathlib import Path

from lotus_assets.commands.surroundings.lotus_core_preparation import (
    load_sample_book,
    loaded_sources,
)
from lotus_assets.services.lotus_core.database import create_core_engine

DAY = date(2021, 3, 30)


def test_what_a_start_left_that_was_killed_after_its_commit_is_removed(
    empty_database: str, tmp_path: Path
) -> None:
    said: list[str] = []
    folder = tmp_path / "sample_book"
    load_sample_book(empty_database, folder, DAY, said.append)
    assert said == ["Loading the sample book into lotus-core"]
    assert not folder.exists()

    left = folder / f"sample-book-{DAY}"
    left.mkdir(parents=True)
    (left / "portfolios.csv").write_text("portfolio_id", encoding="utf-8")
    said.clear()
    load_sample_book(empty_database, folder, DAY, said.append)
    assert said == []
    assert not folder.exists()
    engine = create_core_engine(empty_database)
    assert loaded_sources(engine) == [str(left)]
    engine.dispose()
