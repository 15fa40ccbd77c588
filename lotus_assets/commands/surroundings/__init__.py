"""What must be up before a command starts: database, GitLab, lotus-core, Dagster's variables.

Belongs here: starting what is embedded, asking what is configured, and stopping it again. Does
not: the commands themselves (`commands`), and how a source is read (`sources`).
"""
