"""Reading: files of many kinds in, two columns of numbers out."""
