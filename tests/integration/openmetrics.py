# SPDX-License-Identifier: Apache-2.0
"""A small, strict parser of OpenMetrics 1.0 text: what is not in the standard, or not in its order, raises ValueError."""

import math
import re

NAME = r"[a-zA-Z_:][a-zA-Z0-9_:]*"
HEAD = re.compile(rf"# (TYPE|UNIT|HELP) ({NAME}) (.*)")
SAMPLE = re.compile(rf"({NAME})(?:\{{(.*)\}})? (\S+)")
LABEL = re.compile(r'([a-zA-Z_][a-zA-Z0-9_]*)="((?:[^"\\\n]|\\["\\n])*)"(,|$)')
SUFFIXES = {"counter": ["_total"], "info": ["_info"], "gauge": [""], "stateset": [""], "unknown": [""]}
ESCAPES = {"\\\\": "\\", '\\"': '"', "\\n": "\n"}


def unescape(text):
    return re.sub(r'\\[\\"n]', lambda found: ESCAPES[found.group()], text)


def parse_labels(text):
    labels = {}
    while text:
        found = LABEL.match(text)
        if not found or found.group(1) in labels or (found.group(3) == "," and found.end() == len(text)):
            raise ValueError(f"bad labels: {text}")
        labels[found.group(1)] = unescape(found.group(2))
        text = text[found.end():]
    return labels


def add_head(families, current, kind, name, text):
    if kind == "TYPE":
        if name in families or text not in SUFFIXES:
            raise ValueError(f"{name} again, or of no type: {text}")
        families[name] = {"type": text, "unit": "", "samples": []}
        return name
    if name != current or families[name]["samples"]:
        raise ValueError(f"{kind} of {name} in the wrong place")
    if kind == "UNIT":
        if not name.endswith("_" + text) or families[name]["type"] in ("info", "stateset"):
            raise ValueError(f"{name} has no unit {text}")
        families[name]["unit"] = text
    elif re.search(r'\\(?![\\"n])', text):
        raise ValueError(f"bad escape in the help of {name}")
    return current


def check_value(name, kind, value):
    if kind in ("info", "stateset") and value not in (0, 1) or kind == "info" and value != 1:
        raise ValueError(f"{name} has the value {value}")
    if kind == "counter" and (math.isnan(value) or value < 0):
        raise ValueError(f"the counter {name} has the value {value}")


def parse(text):
    """{family: {type, unit, samples: [(name, labels, value)]}}"""
    if not text.endswith("\n# EOF\n"):
        raise ValueError("the text has no end")
    families, current, seen = {}, None, set()
    for line in text[:-len("# EOF\n")].splitlines():
        head = HEAD.fullmatch(line)
        if head:
            current = add_head(families, current, *head.groups())
            continue
        sample = SAMPLE.fullmatch(line)
        if not sample or current is None:
            raise ValueError(f"neither head nor sample: {line}")
        name, labels, value = sample.group(1), parse_labels(sample.group(2) or ""), float(sample.group(3))
        kind = families[current]["type"]
        if name not in [current + suffix for suffix in SUFFIXES[kind]]:
            raise ValueError(f"{name} among the samples of {current}")
        if kind == "stateset" and current not in labels:
            raise ValueError(f"{name} names no state")
        check_value(name, kind, value)
        series = (name, tuple(sorted(labels.items())))
        if series in seen:
            raise ValueError(f"twice: {series}")
        seen.add(series)
        families[current]["samples"].append((name, labels, value))
    return families
