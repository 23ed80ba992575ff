"""Builds a stage of the Dockerfile in folders: each step that changes files is a layer of overlayfs, as an engine has it."""

import dataclasses
import hashlib
import os
import pathlib
import shutil
import subprocess

from image_check.dockerfile import Stage

ROOT = pathlib.Path(__file__).resolve().parents[2]
PATH = "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin"
# What stands in for an image of the registry: the same distribution, made by debootstrap.
BASES = {"debian:bookworm-slim": "bookworm"}
# A stage that compiles is not run: what other stages take from its folder is taken from this checkout's release build.
BUILD_STAGE, BUILT_IN = "build", "/src/"


@dataclasses.dataclass
class Image:
    """A stage that has been built."""

    stage: Stage
    layers: list[pathlib.Path]  # the uppermost first


class Builder:
    """Layers are kept in `cache` by what made them, so that a second run builds only what has changed."""

    def __init__(self, cache: pathlib.Path, say):
        self.cache, self.say = cache, say
        cache.mkdir(parents=True, exist_ok=True)

    def build(self, stage: Stage) -> Image:
        layers, digest = [self._base(stage.base)], hashlib.sha256(stage.base.encode()).hexdigest()
        for word, rest in stage.steps:
            if word == "USER":
                continue
            digest = hashlib.sha256(f"{digest} {word} {rest} {self._source(word, rest)}".encode()).hexdigest()
            layer = self.cache / digest[:20]
            if not layer.exists():
                self.say(f"  {stage.name}: {word} {rest[:100]}")
                self._layer(layer, layers, word, rest)
            layers.insert(0, layer)
        return Image(stage, layers)

    def _base(self, name):
        suite = BASES.get(name)
        if suite is None:
            raise SystemExit(f"image-check: {name} has no stand-in; add it to BASES")
        folder = self.cache / f"base-{suite}"
        if not folder.exists():
            self.say(f"  debootstrap {suite} in the place of {name}")
            making = folder.with_suffix(".new")
            shutil.rmtree(making, ignore_errors=True)
            run("debootstrap", "--variant=minbase", suite, making)
            shutil.rmtree(making / "var/cache/apt/archives")
            making.rename(folder)
        return folder

    def _source(self, word, rest):
        """What a COPY brings, as a digest."""
        if word != "COPY":
            return ""
        source = self._paths(rest)[0]
        files = sorted(p for p in source.rglob("*") if p.is_file()) if source.is_dir() else [source]
        return hashlib.sha256(b"".join(f"{p} {p.stat().st_mode}".encode() + p.read_bytes() for p in files)).hexdigest()

    @staticmethod
    def _paths(rest):
        words = rest.split()
        if words[0] == f"--from={BUILD_STAGE}":
            return ROOT / words[1].removeprefix(BUILT_IN), words[2]
        if words[0].startswith("--"):
            raise SystemExit(f"image-check: COPY {words[0]} is not understood")
        return ROOT / words[0], words[1]

    def _layer(self, layer, below, word, rest):
        upper = layer.with_suffix(".new")
        shutil.rmtree(upper, ignore_errors=True)
        upper.mkdir()
        upper.chmod(0o755)
        # overlayfs wants its two writable folders under one mount.
        root = mounted(self.cache / "making", below, upper)
        try:
            if word == "COPY":
                source, target = self._paths(rest)
                target = root / target.lstrip("/")
                if source.is_dir():
                    # Owned by root, as COPY does it, whoever has the checkout; symbolic links of the distribution are followed.
                    run("cp", "-r", "--preserve=mode", "--no-target-directory", f"{source}/.", target)
                else:
                    shutil.copy(source, target)
            elif word == "WORKDIR":
                (root / rest.lstrip("/")).mkdir(parents=True, exist_ok=True)
            else:
                run("mount", "-t", "proc", "proc", root / "proc")
                try:
                    run("chroot", root, "env", "-i", f"PATH={PATH}", "/bin/sh", "-c", rest)
                finally:
                    run("umount", root / "proc")
        finally:
            run("umount", root)
        upper.rename(layer)


def mounted(place: pathlib.Path, layers, upper: pathlib.Path) -> pathlib.Path:
    """Mounts layers, the uppermost first, with a writable one on top."""
    root, work = place / "root", place / "work"
    for folder in (root, work):
        folder.mkdir(parents=True, exist_ok=True)
    root.chmod(0o755)
    run("mount", "-t", "overlay", "overlay", "-o",
        f"lowerdir={':'.join(map(str, layers))},upperdir={upper},workdir={work}", root)
    return root


def run(*words, **settings):
    """Runs a command; its output is shown only when it fails."""
    ended = subprocess.run([str(w) for w in words], stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.STDOUT,
                           text=True, env={**os.environ, "LC_ALL": "C"}, **settings)
    if ended.returncode:
        raise SystemExit(f"image-check: `{' '.join(map(str, words))[:300]}` ended with {ended.returncode}:\n{ended.stdout[-4000:]}")
    return ended.stdout
