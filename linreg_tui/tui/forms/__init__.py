"""Forms: fields that are filled in, and what is said of them meanwhile."""
