"""`python -m lotus_assets`: the commands of `lotus_assets.commands.cli`."""

from lotus_assets.commands.cli import application

application(prog_name="python -m lotus_assets")
