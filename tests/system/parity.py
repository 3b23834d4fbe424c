#!/usr/bin/python3
# SPDX-License-Identifier: Apache-2.0
"""doc/kea-parity.md tells the truth: every key of Kea's that the import knows stands in it, and is
taken, taken with a word, or refused, as it says."""

import json
import os
import re
import subprocess
import tempfile
from concurrent.futures import ThreadPoolExecutor

from lib import case, kea
from lib.case import test
from lib.wait import check, equal

TOP = os.path.dirname(os.path.dirname(os.path.dirname(os.path.abspath(__file__))))
EVERYWHERE = set(kea.PLACES) - {"hooks-libraries", "flex_id", "flex_option", "limits", "ha"}
VERDICTS = {"works", "differs", "refused"}


def source(*path):
    with open(os.path.join(TOP, *path), encoding="utf-8") as f:
        return f.read()


def rows(heading):
    """The rows of the table under a heading, as lists of cells."""
    part = re.search(rf"^## {heading}$(.*?)(?=^## |\Z)", source("doc", "kea-parity.md"),
                     re.M | re.S)
    check(part, f"doc/kea-parity.md has no part '{heading}'")
    lines = [line for line in part[1].splitlines() if re.match(r"\| (`|every key)", line)]
    return [[cell.strip() for cell in line.strip("|").split("|")] for line in lines]


def keys_of_the_table():
    """(map, key) -> (verdict, remark) of the document. A row of every key of a map goes before
    those of some keys, and one that names its map before one that says everywhere."""
    table, known, said = rows("Keys"), keys_of_the_import(), {}
    whole = {place for key, place, _, _ in table if key == "every key"}
    for keys, where, verdict, remark in table:
        check(verdict in VERDICTS, f"{keys}: '{verdict}' is no verdict")
        check(verdict == "works" or remark, f"{keys}: {verdict}, but not said how or why")
        places = EVERYWHERE - whole if where == "everywhere" else set(where.split(", "))
        check(places <= set(kea.PLACES), f"{keys}: there are no such maps: {where}")
        for place in places:
            names = ([key for other, key in known if other == place] if keys == "every key"
                     else re.findall("`([^`]+)`", keys))
            for name in names:
                check((place, name) not in said, f"{name} in {place} stands there twice")
                said[place, name] = verdict, remark
    return said


def keys_of_the_import():
    """The same pairs by import_kea.def."""
    names = {token: place for place, (token, _) in kea.PLACES.items()}
    found = set()
    for key, scopes in re.findall(r'^[A-Z]+\("([^"]+)", ([A-Z_| ]+)',
                                  source("daemon", "conf", "import_kea.def"), re.M):
        tokens = scopes.split(" | ")
        places = EVERYWHERE if tokens == ["ANYWHERE"] else {names[t] for t in tokens if t in names}
        found |= {(place, key) for place in places}
    return found


class Trial:
    """What the import and lessord -t say to a file of Kea's."""

    def __init__(self, lab, tree):
        handle, path = tempfile.mkstemp(dir=lab.dir)
        with open(handle, "w", encoding="utf-8") as f:
            json.dump(tree, f)
        done = self.run(lab.program("lessorctl"), "import", "kea", path)
        self.said, self.made, self.good = done.stderr, done.stdout, done.returncode == 0
        if not self.good:
            return
        with open(path, "w", encoding="utf-8") as f:
            f.write(self.made)
        done = self.run(lab.program("lessord"), "-t", "-c", path)
        self.said, self.good = self.said + done.stderr, done.returncode == 0

    @staticmethod
    def run(*argv):
        done = subprocess.run(argv, stdin=subprocess.DEVNULL, capture_output=True, text=True,
                              check=False, timeout=60)
        check(done.returncode in (0, 1), f"{argv[0]}: status {done.returncode}: {done.stderr}")
        return done

    def lines(self):
        """What was said, without names of files and lines."""
        return {re.sub(r"^(warning: )?[^ ]*?:\d+: ", r"\1", line)
                for line in self.said.splitlines()}


def verdict(trial, plain):
    """What became of a key: plain is the same file without it."""
    if not trial.good:
        return "refused"
    if trial.lines() - plain.lines():
        return "differs"
    if trial.made != plain.made:
        return "works"
    return "ignored without a word"


@test("each key of Kea's is taken or refused as doc/kea-parity.md says, and none is ignored",
      only="lessord", seconds=600)
def keys(lab):
    said = keys_of_the_table()
    equal(sorted(said.keys() ^ keys_of_the_import()), [], "in one of document and import only")
    with ThreadPoolExecutor(os.cpu_count()) as pool:
        plain = dict(zip(kea.PLACES, pool.map(lambda place: Trial(lab, kea.config(place)),
                                              kea.PLACES)))
        trials = dict(zip(said, pool.map(lambda pair: Trial(lab, kea.config(*pair)), said)))
    wrong = []
    for (place, key), (promised, remark) in said.items():
        trial = trials[place, key]
        got = verdict(trial, plain[place])
        # a difference in what a client sees need not be told to who reads the file
        if got != promised and (got, promised) != ("works", "differs"):
            wrong.append(f"{key} in {place}: {promised} ({remark}), but {got}: {trial.said}")
    check(not wrong, f"{len(wrong)} of {len(said)}:\n" + "\n".join(wrong))
    lab.note = f"{len(said)} keys"


@test("each hook of Kea's is taken or refused as doc/kea-parity.md says", only="lessord")
def hooks(lab):
    said = {key.strip("`"): verdict for key, verdict, _ in rows("Hooks")}
    known = re.findall(r'^\t\{"(\w+)", (?:BUILT_IN|NO_EFFECT|MAPPED|REFUSED),',
                       source("daemon", "conf", "import_kea_hooks.c"), re.M)
    equal(sorted(said), sorted(known), "hooks")
    for name, promised in said.items():
        trial = Trial(lab, {"Dhcp4": {**kea.hook(name), "interfaces-config": {"interfaces": []}}})
        check((promised != "refused") == trial.good, f"{name}: {promised}: {trial.said}")
    check(not Trial(lab, {"Dhcp4": kea.hook("of_ours")}).good, "an unknown hook is taken")


if __name__ == "__main__":
    case.main()
