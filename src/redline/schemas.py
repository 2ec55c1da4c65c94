"""JSON Schemas of models, with the texts that stand under their fields as descriptions.

Pydantic can take these texts in by itself, but only by reading the sources of every model whenever
they are imported, which each start would pay for. Here they are read when a schema is asked for.
"""

from __future__ import annotations

import ast
import inspect
from collections.abc import Iterator
from itertools import pairwise

from pydantic import BaseModel


def described_schema(model: type[BaseModel]) -> dict[str, object]:
    """The JSON Schema of a model as it is written: every field is required and described."""
    schema = model.model_json_schema(by_alias=True, mode="serialization")
    schemas = {**schema.get("$defs", {}), model.__name__: schema}
    for one in descendants(BaseModel):
        properties = schemas.get(one.__name__, {}).get("properties", {})
        for field, text in texts_of_fields(one) if properties else ():
            if field in properties:
                properties[field].setdefault("description", text)
    return schema


def descendants(model: type[BaseModel]) -> Iterator[type[BaseModel]]:
    """All models of this program that inherit from one."""
    for one in model.__subclasses__():
        if one.__module__.startswith(__package__):
            yield one
        yield from descendants(one)


def texts_of_fields(model: type[BaseModel]) -> Iterator[tuple[str, str]]:
    """The text that stands under each field of a model, by the field's name as it is written; its
    own go before those of the models from which it inherits.
    """
    for one in model.mro():
        if one.__module__.startswith(__package__):
            for name, text in texts_in(one):
                yield model.model_fields[name].alias or name, text


def texts_in(model: type) -> Iterator[tuple[str, str]]:
    """The strings that stand right under the annotated names of a class."""
    (node,) = ast.parse(inspect.getsource(model)).body
    assert isinstance(node, ast.ClassDef)
    for statement, after in pairwise(node.body):
        match statement, after:
            case (
                ast.AnnAssign(target=ast.Name(id=name)),
                ast.Expr(value=ast.Constant(value=str(text))),
            ):
                yield name, inspect.cleandoc(text)
