"""The Dagster glue that all layers share: names, partitions, pools, resources, the gated step.

Belongs here: what makes an asset of a table, and what a step reports of its gate. Does not: one
asset (the file of its table), how rows are written (`filling`), when the graph runs (`timing`).
"""
