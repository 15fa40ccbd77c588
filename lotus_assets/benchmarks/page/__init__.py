"""The dashboard as bytes: from frames to a page for people and files for programs.

Here belong units and axes as a reader sees them, the drawing of a series, which findings are
shown where, the template with its style and script, and the models of the machine-readable files,
from which their schemas follow.
Everything is pure: frames in, text out. Here belongs no decision whether something became slower
(`engine.speed`), no reading of tables and no writing of files (`bench_dashboard`).
"""
