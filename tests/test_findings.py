from __future__ import annotations

import jsonschema
import pytest
from pydantic import ValidationError

from redline.diagnostics import Place
from redline.findings import FindingsDocument, Measured, Problem, Tolerance, findings_schema
from redline.language.diagnostics import UnexpectedCharacter
from tests.report.synthetic import VIOLATED, document


def test_the_schema_is_valid_and_describes_every_field():
    schema = findings_schema()
    jsonschema.Draft202012Validator.check_schema(schema)
    definitions = schema["$defs"]
    assert isinstance(definitions, dict)
    for name, definition in {"document": schema, **definitions}.items():
        assert definition.get("description"), name
        for field, form in definition.get("properties", {}).items():
            assert form.get("description"), f"{name}.{field}"


def test_every_field_is_required_since_every_field_is_written():
    schema = findings_schema()
    assert schema["required"] == list(schema["properties"])  # type: ignore[call-overload]


def test_findings_cannot_be_changed_or_extended():
    with pytest.raises(ValidationError):
        VIOLATED.status = "complies"  # type: ignore[misc,assignment]
    with pytest.raises(ValidationError):
        FindingsDocument.model_validate({**document().model_dump(by_alias=True), "extra": 1})


@pytest.mark.parametrize("value", [float("nan"), float("inf")])
def test_no_number_is_without_value(value: float):
    with pytest.raises(ValidationError):
        Tolerance(min_area_m2=value, min_width_m=0)
    with pytest.raises(ValidationError):
        Measured(quantity={"en": "", "zh": ""}, value=value, unit="m2")  # type: ignore[arg-type]


def test_a_diagnostic_becomes_a_problem_in_both_languages_with_its_place():
    place = Place("a.redline", line=2, column=3, end_column=4, text="  ; ")
    problem = Problem.of(UnexpectedCharacter(place=place, found=";"))
    assert problem.code == "RL110"
    assert ";" in problem.message.en
    assert ";" in problem.message.zh
    assert problem.place is not None
    assert (problem.place.line, problem.place.column, problem.place.text) == (2, 3, "  ; ")
