"""One module per format of features: bytes or a path in, `RawLayer` out."""
