"""`python -m lotus_assets`: the commands of `lotus_assets.cli`."""

from lotus_assets.cli import application

application(prog_name="python -m lotus_assets")
