"""Documents whose second part follows from the code."""


def with_generated(text: str, mark: str, generated: str, name: str) -> str:
    """`text` up to the line `mark`, and what was generated in place of what follows it.

    Raises:
        ValueError: `text` has no mark.
    """
    head, present, _ = text.partition(mark)
    if not present:
        raise ValueError(f"{name} lacks the line {mark.strip()}")
    return f"{head}{mark}\n{generated}"
