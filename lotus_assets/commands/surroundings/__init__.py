"""What must be in order and up before a command starts: settings, database, GitLab, lotus-core.

Belongs here: checking what can be seen beforehand, starting what is embedded, asking what is
configured, and stopping it again. Does not: the commands themselves (`commands`), and how a source
is read (`sources`).
"""
