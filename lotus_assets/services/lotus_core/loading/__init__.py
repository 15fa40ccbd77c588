"""The loader: files of the documented layout (FILE_LAYOUT.md), checked and copied in.

Belongs here: the layout's pandera models, reading CSV and Parquet, refusing, COPY. One call loads
one folder in one transaction: all of it, or nothing and a list of what is wrong. Does not belong:
what is made of the rows (`lotus_core.payloads`), where the files come from (`standin`).
"""
