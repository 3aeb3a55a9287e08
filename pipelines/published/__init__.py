"""The file that readers open: what of the marts stands in it, how it is swapped in, and what question it answers."""
