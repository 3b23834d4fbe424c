#!/usr/bin/python3
# SPDX-License-Identifier: Apache-2.0
"""What packages are made of: examples that load, units that stay hardened, a catalogue that
journald takes. LESSOR_FULL=1 also builds the package of Debian and has lintian look at it."""

import glob
import os
import re

from lib import case
from lib.case import full, test
from lib.process import run
from lib.wait import Skip, check, equal

SCORE = 1.7  # of systemd 252; it shall not get worse
TOP = os.path.dirname(os.path.dirname(os.path.dirname(os.path.abspath(__file__))))


def built(lab, name):
    """A file of packaging/ that make has written beside the programs."""
    return os.path.join(os.path.dirname(lab.program("lessord")), "packaging", name)


@test("every example passes lessord -t without a word", only="lessord")
def examples(lab):
    names = sorted(glob.glob(os.path.join(TOP, "etc", "*.conf")))
    check(len(names) >= 6, f"examples: {names}")
    for name in names:
        done = run([lab.program("lessord"), "-t", "-c", name])
        equal(done.stderr, "", name)


@test(f"the units' exposure is at most {SCORE}", only="lessord")
def exposure(lab):
    for name in ("lessor.service", "lessor@.service"):
        path = built(lab, f"systemd/{name}")
        copy = os.path.join(lab.dir, name.replace("@", "@one"))
        with open(path, encoding="ascii") as source, open(copy, "w", encoding="ascii") as target:
            target.write(source.read())
        text = run(["systemd-analyze", "security", "--offline=true", copy]).stdout
        score = re.search(r"exposure level for \S+: ([0-9.]+)", text)
        check(score and float(score[1]) <= SCORE, f"{name}: {text[-200:]}")
        lab.note = score[1]


@test("journald takes the catalogue of events, each with its text", only="lessord")
def catalogue(lab):
    root = os.path.join(lab.dir, "root")
    folder = os.path.join(root, "usr/lib/systemd/catalog")
    os.makedirs(folder)
    os.makedirs(os.path.join(root, "var/lib/systemd/catalog"))
    with open(built(lab, "systemd/lessor.catalog"), encoding="utf-8") as source:
        text = source.read()
    with open(os.path.join(folder, "lessor.catalog"), "w", encoding="utf-8") as target:
        target.write(text)
    run(["journalctl", "--update-catalog", f"--root={root}"])
    with open(os.path.join(TOP, "shm/base/events.def"), encoding="utf-8") as source:
        events = re.findall(r"^EVENT\((\w+)", source.read(), re.MULTILINE)
    equal(re.findall(r"^Subject: Lessor: (\w+)$", text, re.MULTILINE), events, "events")


@test("the package of Debian builds, and lintian has nothing to say", only="lessord", seconds=900)
def debian(lab):
    if not full():
        raise Skip("LESSOR_FULL=1 builds packages")
    build = os.path.dirname(lab.program("lessord"))
    run(["make", "-C", build, "deb"], seconds=800, env={"DEB_BUILD_OPTIONS": "nocheck"})
    for name in glob.glob(os.path.join(build, "packages", "*.deb")):
        run(["lintian", "--fail-on", "error,warning", name], seconds=90)


if __name__ == "__main__":
    case.main()
