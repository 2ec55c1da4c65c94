"""Columns of Arrow tables as object arrays of Python values, without a loop over rows."""

from __future__ import annotations

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from redline.ground.formats.layers import Column, column


def object_column(values: pa.ChunkedArray) -> Column:
    """An Arrow column as str, int, float, bool, date or datetime; None for null and NaN."""
    kind = values.type
    if pa.types.is_dictionary(kind):
        values = values.cast(kind.value_type)
        kind = values.type
    if pa.types.is_string(kind) or pa.types.is_large_string(kind):
        return np.asarray(values.to_numpy(), dtype=object)
    if pa.types.is_timestamp(kind):
        # Nanoseconds would come out as plain integers.
        values = values.cast(pa.timestamp("us"), safe=False)
    simple = pa.types.is_integer(kind) or pa.types.is_floating(kind) or pa.types.is_boolean(kind)
    if simple or pa.types.is_date(kind) or pa.types.is_timestamp(kind):
        return plain(values)
    return column([None if value is None else str(value) for value in values.to_pylist()])


def plain(values: pa.ChunkedArray) -> Column:
    """A column of a type that numpy has, as Python values."""
    missing = np.asarray(values.is_null(nan_is_null=True).to_numpy(), dtype=bool)
    if missing.all():
        return np.full(len(values), None, dtype=object)
    if values.null_count:
        values = pc.fill_null(values, values.drop_null()[0])
    result = np.asarray(values.to_numpy()).astype(object)
    result[missing] = None
    return result
