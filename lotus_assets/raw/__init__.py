"""What GitLab said, unchanged: one file a table.

Belongs here: the contract of each raw table (its pandera model), the pure function that turns
pages of payloads into its rows, and the assets that collect them. Does not: requests (they are
`sources.gitlab`'s), anything concluded from several tables (`facts`), rules across tables
(`checks`). A contradiction in what GitLab said fails a named check and goes to quarantine; it is
neither mended nor dropped.
"""
