"""Work on other machines, through Dask's `distributed`, which is imported only when needed."""
