"""Columns that several tables about the project's own speed share."""

from typing import Annotated

from pandera.pandas import Field

from lotus_assets.tables.columns import Boolean, Integer, Number, Text

Suite = Annotated[Text, Field(description="Suite of the run.")]
Commit = Annotated[Text, Field(nullable=True, description="Commit that was measured.")]
Version = Annotated[Text, Field(nullable=True, description="Released version that was measured.")]
Machine = Annotated[Text, Field(description="Name of the hardware; unknown where not noted.")]
Benchmark = Annotated[Text, Field(description="Id of the benchmark in its suite.")]
IsDerived = Annotated[
    Boolean, Field(description="Worked out from another metric; not compared again.")
]
Deviation = Annotated[
    Number, Field(nullable=True, description="Standard deviation of the samples (n - 1).")
]
Rounds = Annotated[Integer, Field(nullable=True, description="How many samples were taken.")]
