"""What the workspace's image is, seen from inside and from the machine that built it."""

import subprocess
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
SITE = "/opt/venv/lib/python3.11/site-packages"

pytestmark = pytest.mark.engine


@pytest.fixture(scope="module")
def image() -> str:
    try:
        image = (ROOT / ".cache/workspace-image").read_text().strip()
    except FileNotFoundError:
        pytest.skip("there is no image: make images")
    if subprocess.run(["docker", "image", "inspect", image], capture_output=True).returncode:
        pytest.skip("the image of .cache/workspace-image is gone: make images")
    return image


def inside(image: str, *command: str) -> subprocess.CompletedProcess[str]:
    """Run a command as a workspace would be run: nothing to reach, nothing to write."""
    return subprocess.run(
        ["docker", "run", "--rm", "--network", "none", "--read-only", "--cap-drop", "ALL",
         "--security-opt", "no-new-privileges", "--user", "200123:200123",
         "--tmpfs", "/tmp:exec,mode=1777", "--tmpfs", "/home/spe:uid=200123,mode=700",
         image, *command],
        capture_output=True, text=True, timeout=120,
    )  # fmt: skip


def test_the_image_keeps_its_rules(image: str) -> None:
    verified = subprocess.run([ROOT / "images/verify", image], capture_output=True, text=True)

    assert verified.stderr == ""
    assert verified.returncode == 0


@pytest.fixture
def broken(image: str, request: pytest.FixtureRequest) -> Iterator[str]:
    """Spoil an image by one command."""
    create = ["docker", "create", "--user", "0", "--network", "none", image]
    container = output(*create, "sh", "-c", request.param)
    try:
        subprocess.run(["docker", "start", "--attach", container], check=True)
        spoilt = output("docker", "commit", container)
    finally:
        output("docker", "rm", container)
    yield spoilt
    output("docker", "rmi", spoilt)


def output(*command: str) -> str:
    return subprocess.run(command, check=True, capture_output=True, text=True).stdout.strip()


@pytest.mark.parametrize(
    ("broken", "said"),
    [
        ("chmod u+s /usr/bin/env", "setuid or setgid files: /usr/bin/env"),
        ("chmod g+s /usr/bin/env", "setuid or setgid files: /usr/bin/env"),
        ("chmod o+w /etc/passwd", "files that anyone may write: /etc/passwd"),
        (f"mkdir {SITE}/gdi_spe/node", "gdi_spe/node is inside"),
        (f"mkdir {SITE}/pip", "pip is inside"),
        (f"rm -r {SITE}/hail/__pycache__", "hail is not byte-compiled"),
    ],
    indirect=["broken"],
)
def test_an_image_that_breaks_a_rule_is_refused(broken: str, said: str) -> None:
    verified = subprocess.run([ROOT / "images/verify", broken], capture_output=True, text=True)

    assert verified.returncode != 0
    assert said in verified.stderr


def test_the_trusted_side_is_not_in_a_workspace(image: str) -> None:
    tried = inside(image, "python", "-c", "import gdi_spe; import gdi_spe.node")

    assert "No module named 'gdi_spe.node'" in tried.stderr


def test_hail_is_imported_without_a_network_and_without_writing(image: str) -> None:
    imported = inside(image, "python", "-c", "import hail; print(hail.__version__)")

    assert imported.stdout.startswith("0.2.139"), imported.stderr


def test_what_is_imported_was_compiled_when_the_image_was_built(image: str) -> None:
    # Without its compiled files a library would be compiled at every start, for nobody to keep.
    script = f"""
import sys
from importlib.util import cache_from_source
from pathlib import Path
import jupyterlab, matplotlib.pyplot, pandas, pyspark, duckdb, gdi_spe
files = [m.__file__ for m in sys.modules.values() if getattr(m, "__file__", None)]
sources = [f for f in files if f.endswith(".py") and f.startswith(("{SITE}", "/usr/lib/python3"))]
print([f for f in sources if not Path(cache_from_source(f)).exists()], len(sources) > 500)
"""
    looked = inside(image, "python", "-c", script)

    assert looked.stdout == "[] True\n", looked.stderr


def test_the_programs_and_the_library_are_there(image: str) -> None:
    programs = ["plink2", "bcftools", "tabix", "java", "spe", "jupyter", "tini"]

    listed = inside(image, "which", *programs)

    assert [Path(line).name for line in listed.stdout.splitlines()] == programs


def test_a_workspaces_user_has_a_name_though_its_uid_is_its_own(image: str) -> None:
    # Hadoop, below Hail, refuses users without one.
    wait = "start=/opt/gdi-spe/start-workspace; timeout 1 $start / >/dev/null 2>&1; getent passwd"
    named = inside(image, "sh", "-c", f"{wait} 200123")

    assert named.stdout == "researcher:x:200123:200123::/home/spe:/bin/sh\n", named.stderr


def test_the_gateways_copies_are_those_of_the_image(image: str) -> None:
    golden = ROOT / ".cache/golden" / image
    sums = "cd /opt/venv/share/jupyter && find . -type f -exec sha256sum {} +"
    here = subprocess.run(["sh", "-c", sums.partition("&& ")[2]], cwd=golden / "lab",
                          capture_output=True, text=True, check=True)  # fmt: skip

    there = inside(image, "sh", "-c", sums)

    assert sorted(here.stdout.splitlines()) == sorted(there.stdout.splitlines())
    assert (golden / "server-static/favicons/favicon.ico").is_file()


def test_building_again_without_a_change_takes_seconds(image: str) -> None:
    subprocess.run([ROOT / "images/build"], check=True, capture_output=True)

    started = time.monotonic()
    subprocess.run([ROOT / "images/build"], check=True, capture_output=True)

    assert time.monotonic() - started < 10
