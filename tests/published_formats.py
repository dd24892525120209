"""What is published of the formats that `grade` writes, as checks that raise AssertionError."""

import json
import re
import xml.etree.ElementTree as ET
from pathlib import Path

from jsonschema import Draft202012Validator

MOMENT = r"^\d{4}-\d\d-\d\dT([01]\d|2[0-3]):[0-5]\d:[0-5]\dZ$"
TEXT, COUNT = {"type": "string", "minLength": 1}, {"type": "integer", "minimum": 0}
# foundation50/classroom50, schemas/result-v1.schema.json, in our words.
CLASSROOM50 = {
    "type": "object",
    "additionalProperties": False,
    "required": [
        *("schema", "classroom", "assignment", "assignment_type", "owner", "submission"),
        *("commit", "release", "review", "datetime", "score", "max-score", "tests"),
    ],
    "properties": {
        "schema": {"const": "classroom50/result/v1"},
        "classroom": TEXT,
        "assignment": TEXT,
        "assignment_type": {"enum": ["individual", "group", "team"]},
        "owner": TEXT,
        "submission": {"type": "string", "pattern": "^submit/"},
        "commit": TEXT,
        "release": TEXT,
        "review": TEXT,
        "datetime": {"type": "string", "pattern": MOMENT},
        "graded_at": {"type": "string", "pattern": MOMENT},
        "score": COUNT,
        "max-score": COUNT,
        "tests": {
            "type": "array",
            "items": {
                "type": "object",
                "required": ["test-name", "passed", "score", "max-score"],
                "properties": {
                    "test-name": TEXT,
                    "passed": {"type": "boolean"},
                    "score": COUNT,
                    "max-score": COUNT,
                },
            },
        },
        "submitted_by": {"type": "object"},
    },
}
# gradescope-autograders.readthedocs.io, "Autograder Specifications".
VISIBILITY = ("hidden", "after_due_date", "after_published", "visible")
STRING_FORMATS = ("text", "simple_format", "html", "md", "ansi")
GRADESCOPE = {
    *("score", "execution_time", "output", "output_format", "test_output_format"),
    *("test_name_format", "visibility", "stdout_visibility", "extra_data", "tests", "leaderboard"),
}
GRADESCOPE_TEST = {
    *("score", "max_score", "status", "name", "name_format", "number", "output"),
    *("output_format", "tags", "visibility", "extra_data"),
}


def strict_json(text):
    """Parsed, without the NaN and Infinity that Python would let through."""

    def refuse(name):
        raise AssertionError(f"{name} is no JSON")

    return json.loads(text, parse_constant=refuse)


def check_json(text):
    """Our own, by the schema in docs/; returns the data."""
    path = Path(__file__).parent.parent / "docs" / "grade.schema.json"
    schema = json.loads(path.read_text("utf-8"))
    Draft202012Validator.check_schema(schema)
    data = strict_json(text)
    assert [e.message for e in Draft202012Validator(schema).iter_errors(data)] == []
    return data


def check_gradescope(text):
    """results.json with or without a score; returns the data."""
    data = strict_json(text)
    assert set(data) <= GRADESCOPE
    assert ("score" in data) == ("tests" in data)
    assert data["stdout_visibility"] in VISIBILITY
    assert data["output_format"] in STRING_FORMATS
    for test in data.get("tests", ()):
        assert set(test) <= GRADESCOPE_TEST
        assert test["visibility"] in VISIBILITY
        assert {test["output_format"], test["name_format"]} <= set(STRING_FORMATS)
        assert ("score" in test) == ("max_score" in test)
        assert test.get("status") in ("passed", "failed", None)
        assert all(isinstance(test[name], str) for name in ("name", "number", "output"))
    return data


def check_classroom50(text):
    """result.json, with the two rules that stand in Classroom 50's code; returns the data."""
    data = strict_json(text)
    assert [e.message for e in Draft202012Validator(CLASSROOM50).iter_errors(data)] == []
    for entry in (data, *data["tests"]):
        assert type(entry["score"]) is type(entry["max-score"]) is int
        assert entry["score"] <= entry["max-score"]
    return data


def check_junit(text):
    """JUnit XML by the rules of windyroad/JUnit-Schema that its XSD states; returns the root.

    They are the narrower ones: what keeps them is valid for Jenkins's junit-10.xsd too, whose
    suites and cases may hold the same in any order.
    """
    root = ET.fromstring(text.encode())
    assert root.tag == "testsuites"
    assert not root.attrib
    for number, suite in enumerate(root):
        assert suite.tag == "testsuite"
        tags = [child.tag for child in suite]
        cases = tags[1:-2]
        assert tags == ["properties", *["testcase"] * len(cases), "system-out", "system-err"]
        assert suite.get("id") == str(number)
        assert suite.get("name")
        assert suite.get("hostname")
        assert suite.get("package") is not None
        assert re.fullmatch(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d", suite.get("timestamp"))
        for entry in suite.find("properties"):
            assert entry.tag == "property"
            assert set(entry.attrib) == {"name", "value"}
            assert entry.get("name")
        counted = dict.fromkeys(("failure", "error", "skipped"), 0)
        for case in suite.iter("testcase"):
            assert set(case.attrib) == {"name", "classname", "time"}
            assert len(case) <= 1
            for problem in case:
                counted[problem.tag] += 1
                assert problem.tag == "skipped" or problem.get("type")
                assert set(problem.attrib) <= {"type", "message"}
        for token in ("name", "package", "hostname"):
            assert suite.get(token) == " ".join(suite.get(token).split())
        assert int(suite.get("tests")) == len(cases)
        assert int(suite.get("failures")) == counted["failure"]
        assert int(suite.get("errors")) == counted["error"]
        assert int(suite.get("skipped")) == counted["skipped"]
        for element in (suite, *suite.iter("testcase")):
            assert re.fullmatch(r"\d{1,3}\.\d+", element.get("time"))
    return root
