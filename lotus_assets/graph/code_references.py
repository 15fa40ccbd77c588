"""Where an asset is written: its contract and its step, as the UI links to them."""

import sys
import warnings
from collections.abc import Callable
from typing import Any

import dagster as dg

from lotus_assets.tables.table import Table

CODE_REFERENCES = "dagster/code_references"

# That they are beta is known: a file and a line lead to nothing worse than an editor.
warnings.filterwarnings("ignore", "Class `LocalFileCodeReference`", dg.BetaWarning)
warnings.filterwarnings("ignore", "Class `CodeReferencesMetadataValue`", dg.BetaWarning)


def contract_reference(table: Table) -> dict[str, dg.CodeReferencesMetadataValue]:
    """Metadata: the file with the contract of a table."""
    module = table.model.__module__
    reference = dg.LocalFileCodeReference(
        file_path=sys.modules[module].__file__ or module, label=f"contract of {table.name}"
    )
    return {CODE_REFERENCES: dg.CodeReferencesMetadataValue(code_references=[reference])}


def with_step_reference(spec: dg.AssetSpec, step: Callable[..., Any]) -> dg.AssetSpec:
    """The asset with a reference to its step, after those that it has."""
    code = step.__code__
    reference = dg.LocalFileCodeReference(
        file_path=code.co_filename, line_number=code.co_firstlineno, label=f"step {step.__name__}"
    )
    known = spec.metadata.get(CODE_REFERENCES)
    references = [*(known.code_references if known else ()), reference]
    value = dg.CodeReferencesMetadataValue(code_references=references)
    return spec.merge_attributes(metadata={CODE_REFERENCES: value})
