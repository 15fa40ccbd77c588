"""Writing a repository to disk: only what is missing, and never half of it."""

import hashlib
import subprocess
from pathlib import Path
from tempfile import NamedTemporaryFile
from typing import IO

from dulwich.object_store import DiskObjectStore
from dulwich.pack import write_pack_objects

from lotus_assets.standin.gitlab.world.repository import Repository

_CONFIGURATION = {
    "uploadpack.allowFilter": "true",
    "uploadpack.allowAnySHA1InWant": "true",
    "uploadpack.hideRefs": "refs/keep-around/",
    "http.receivepack": "false",
}
"""As GitLab serves repositories: partial clones, any SHA, no sight of the kept old heads."""


def write(repository: Repository, directory: Path) -> int:
    """Bring a bare repository up to date; return the number of objects it lacked.

    Objects come first, as one pack that Git moves into place whole; then all refs at once, by
    replacing `packed-refs`. A kill in between leaves objects that nothing points to yet.
    """
    _initialise(directory, repository.default_branch)
    store = DiskObjectStore(str(directory / "objects"))
    try:
        known = {name for pack in store.packs for name in pack}
        missing = [item for name, item in repository.objects.items() if name not in known]
        object_format = store.object_format
    finally:
        store.close()
    if missing:
        with NamedTemporaryFile(dir=directory, prefix="incoming-", suffix=".tmp") as incoming:
            write_pack_objects(incoming, missing, object_format, deltify=False, compression_level=1)
            incoming.flush()
            incoming.seek(0)
            _git(directory, "index-pack", "--stdin", standard_input=incoming)
    _replace(directory / "packed-refs", _packed_refs(repository))
    return len(missing)


def _initialise(directory: Path, default_branch: str) -> None:
    configuration = "".join(
        f"[{name.split('.')[0]}]\n\t{name.split('.')[1]} = {value}\n"
        for name, value in _CONFIGURATION.items()
    )
    configuration = "[core]\n\trepositoryformatversion = 0\n\tbare = true\n" + configuration
    for folder in ("objects/pack", "objects/info", "refs/heads", "refs/tags"):
        (directory / folder).mkdir(parents=True, exist_ok=True)
    for leftover in directory.glob("incoming-*.tmp"):
        leftover.unlink(missing_ok=True)
    for leftover in (directory / "objects" / "pack").glob("tmp_*"):
        leftover.unlink(missing_ok=True)
    _replace(directory / "config", configuration)
    _replace(directory / "HEAD", f"ref: refs/heads/{default_branch}\n")


def _packed_refs(repository: Repository) -> str:
    lines = ["# pack-refs with: peeled fully-peeled sorted "]
    for name, sha in sorted(repository.refs.items()):
        lines.append(f"{sha} {name}")
        if name in repository.peeled:
            lines.append(f"^{repository.peeled[name]}")
    return "\n".join(lines) + "\n"


def _replace(path: Path, content: str) -> None:
    if path.exists() and path.read_text(encoding="utf-8") == content:
        return
    digest = hashlib.sha256(content.encode()).hexdigest()[:16]
    temporary = path.with_name(f"incoming-{path.name}-{digest}.tmp")
    temporary.write_text(content, encoding="utf-8")
    temporary.replace(path)


def _git(directory: Path, *arguments: str, standard_input: IO[bytes]) -> None:
    subprocess.run(
        ["git", "-C", str(directory), *arguments],
        stdin=standard_input,
        stdout=subprocess.DEVNULL,
        check=True,
    )
