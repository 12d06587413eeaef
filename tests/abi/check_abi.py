#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Compares the public types with those of the last release: each old structure must be a prefix of today's.

The types come from abidw (libabigail) over a library that names them all. Exit status 77: abidw is not installed.
  check_abi.py --abidw PROGRAM --library FILE --headers FOLDER --baseline FILE [--self-test | --freeze FOLDER]
--self-test changes the baseline in memory in several ways and demands that each is noticed.
--freeze    makes today's types the baseline, copies today's headers to FOLDER, and rewrites the table of layouts."""
import argparse
import copy
import json
import pathlib
import re
import shutil
import subprocess
import sys
import xml.etree.ElementTree as xml

SKIPPED = 77
HEADERS = ["abi.h", "option.h", "control.h", "reports.h", "host.h", "plugin.h"]
# What may differ within a major version: the minor, and limits that only the host applies.
FREE_CONSTANTS = {"TACTUS_ABI_MINOR"}


class Types:
    """Type ids of an abidw dump, resolved to text."""

    def __init__(self, dump):
        self.by_id = {node.get("id"): node for node in xml.fromstring(dump).iter() if node.get("id")}

    def text(self, type_id):
        node = self.by_id[type_id]
        kind = node.tag
        if kind == "class-decl":
            return "struct " + node.get("name")
        if kind == "typedef-decl" and node.get("name").startswith("tactus_"):
            return self.text(node.get("type-id"))
        if kind == "pointer-type-def":
            return self.text(node.get("type-id")) + " *"
        if kind == "qualified-type-def":
            return self.text(node.get("type-id")) + (" const" if node.get("const") == "yes" else "")
        if kind == "array-type-def":
            lengths = "".join("[%s]" % sub.get("length") for sub in node.findall("subrange"))
            return self.text(node.get("type-id")) + lengths
        if kind == "function-type":
            parameters = ", ".join(self.text(p.get("type-id")) for p in node.findall("parameter"))
            return "%s (%s)" % (self.text(node.find("return").get("type-id")), parameters)
        return node.get("name")

    def structures(self):
        found = {}
        for node in self.by_id.values():
            if node.tag != "class-decl" or node.get("is-declaration-only") == "yes":
                continue
            members = []
            for member in node.findall("data-member"):
                variable = member.find("var-decl")
                members.append({"name": variable.get("name"), "offset": int(member.get("layout-offset-in-bits")) // 8,
                                "type": self.text(variable.get("type-id"))})
            found[node.get("name")] = {"size": int(node.get("size-in-bits")) // 8, "members": members}
        return dict(sorted(found.items()))


def constants(folder):
    """Numbers that the headers define."""
    found = {}
    for header in HEADERS:
        for name, value in re.findall(r"^#define (TACTUS_\w+) (\(?-?[0-9][0-9a-fx]*u?\)?)(?=\s|$)",
                                      (folder / header).read_text(), re.M):
            found[name] = value.strip("()").rstrip("u")
    return found


def declared(folder):
    """Names of the structures that the headers define."""
    names = []
    for header in HEADERS:
        names += re.findall(r"^struct (tactus_\w+) \{", (folder / header).read_text(), re.M)
    return names


def today(arguments):
    dump = subprocess.run([arguments.abidw, "--drop-private-types", "--headers-dir", str(arguments.headers),
                           arguments.library], check=True, capture_output=True, text=True).stdout
    return {"structures": Types(dump).structures(), "constants": constants(arguments.headers)}


def compare(old, new, names):
    """All that a binary built for `old` could stumble over in `new`."""
    problems = []
    for name in names:
        if name not in new["structures"]:
            problems.append("struct %s is not in the dump: add it to tests/abi/types.c" % name)
    grown = []
    for name, before in old["structures"].items():
        after = new["structures"].get(name)
        if after is None:
            problems.append("struct %s is gone" % name)
            continue
        for index, member in enumerate(before["members"]):
            now = after["members"][index] if index < len(after["members"]) else None
            if now != member:
                problems.append("struct %s: member %d was %s, is %s" % (name, index, member, now))
        if after["size"] < before["size"]:
            problems.append("struct %s has shrunk from %d to %d bytes" % (name, before["size"], after["size"]))
        if len(after["members"]) > len(before["members"]):
            grown.append(name)
            if before["members"][0]["name"] != "struct_size":
                problems.append("struct %s is a frozen value type and has grown" % name)
    for name, value in old["constants"].items():
        if name not in FREE_CONSTANTS and new["constants"].get(name) != value:
            problems.append("%s was %s, is %s" % (name, value, new["constants"].get(name)))
    if grown and int(new["constants"]["TACTUS_ABI_MINOR"]) <= int(old["constants"]["TACTUS_ABI_MINOR"]):
        problems.append("%s grew, which needs a new TACTUS_ABI_MINOR" % ", ".join(grown))
    return problems


def self_test(now, names):
    """Each of these changes of the past makes today's types wrong."""

    def change(edit):
        old = copy.deepcopy(now)
        edit(old["structures"]["tactus_provider"], old)
        return compare(old, now, names)

    cases = {
        "nothing": (lambda s, o: None, False),
        "renamed member": (lambda s, o: s["members"][1].update(name="other"), True),
        "moved member": (lambda s, o: s["members"][1].update(offset=8), True),
        "other type": (lambda s, o: s["members"][2].update(type="int"), True),
        "removed member": (lambda s, o: s["members"].append({"name": "gone", "offset": 48, "type": "int"}), True),
        "shrunk": (lambda s, o: s.update(size=4096), True),
        "grown without a new minor": (lambda s, o: s["members"].pop(), True),
        "grown with a new minor": (lambda s, o: (s["members"].pop(),
                                                 o["constants"].update(TACTUS_ABI_MINOR="-1")), False),
        "removed structure": (lambda s, o: o["structures"].update(tactus_gone=s), True),
        "other constant": (lambda s, o: o["constants"].update(TACTUS_KIND_CLOCK="99"), True),
        "grown value type": (lambda s, o: (o["structures"]["tactus_stamp"]["members"].pop(),
                                           o["constants"].update(TACTUS_ABI_MINOR="-1")), True),
    }
    wrong = [what for what, (edit, expected) in cases.items() if bool(change(edit)) != expected]
    for what in wrong:
        print("not told apart: " + what)
    return 1 if wrong else 0


def write_layouts(path, structures):
    lines = ["/* SPDX-License-Identifier: Apache-2.0 */",
             "/* Sizes and offsets of ABI 1.0 on machines with 64-bit pointers: SIZE(structure, bytes) and",
             " * OFFSET(structure, member, bytes). Written by check_abi.py at a release. */"]
    for name, structure in structures.items():
        lines.append("SIZE(%s, %d)" % (name, structure["size"]))
        for member in structure["members"]:
            lines.append("OFFSET(%s, %s, %d)" % (name, member["name"], member["offset"]))
    path.write_text("\n".join(lines) + "\n")


def freeze(arguments, now):
    arguments.baseline.parent.mkdir(parents=True, exist_ok=True)
    lines = ['"%s": %s' % (name, json.dumps(structure)) for name, structure in now["structures"].items()]
    arguments.baseline.write_text('{"structures": {\n%s},\n"constants": %s}\n' %
                                  (",\n".join(lines), json.dumps(now["constants"], indent=1)))
    arguments.freeze.mkdir(parents=True, exist_ok=True)
    for header in HEADERS:
        shutil.copy(arguments.headers / header, arguments.freeze / header)
    write_layouts(arguments.baseline.parent / "layout_1_0.inc", now["structures"])
    print("froze %d structures and %d constants" % (len(now["structures"]), len(now["constants"])))
    return 0


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("--abidw", default="")
    parser.add_argument("--library", required=True)
    parser.add_argument("--headers", type=pathlib.Path, required=True)
    parser.add_argument("--baseline", type=pathlib.Path, required=True)
    parser.add_argument("--self-test", action="store_true")
    parser.add_argument("--freeze", type=pathlib.Path)
    arguments = parser.parse_args()
    if not arguments.abidw or not shutil.which(arguments.abidw):
        print("skipped: abidw is not installed (package abigail-tools)")
        return SKIPPED
    now = today(arguments)
    if arguments.freeze:
        return freeze(arguments, now)
    names = declared(arguments.headers)
    if arguments.self_test:
        return self_test(now, names)
    problems = compare(json.loads(arguments.baseline.read_text()), now, names)
    for problem in problems:
        print(problem)
    if problems:
        print("The plugin ABI changed. Fields are only appended (a new minor); anything else is a new major.")
        print("Before the first release: build the target abi_freeze and commit what it wrote.")
    return 1 if problems else 0


if __name__ == "__main__":
    sys.exit(main())
