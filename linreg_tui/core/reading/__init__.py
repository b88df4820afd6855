"""Reading: files of many kinds go in, two columns of numbers come out."""
