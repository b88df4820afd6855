"""Work on other machines, through Dask's `distributed`, which is imported when it is asked for."""
