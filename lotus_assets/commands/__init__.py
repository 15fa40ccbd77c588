"""What a person types: `python -m lotus_assets COMMAND`, and what it prints.

Belongs here: the commands, their checks before anything is started, progress, summary, and how
errors are told. What has to be up before a command starts is `commands.surroundings`. Does not:
any step of the graph (the layers), and what the summary is made of (`outputs.run_summary`).

What `--help` and a refusal need (`cli`, `bench_commands`, `surroundings.checks`) imports neither
Dagster nor a client of anything; what a command then does (`day_runs`, `serving`, `benching`) is
imported when nothing was refused.
"""
