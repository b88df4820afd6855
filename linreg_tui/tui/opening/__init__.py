"""Opening other data: a file, its columns, or an example."""
