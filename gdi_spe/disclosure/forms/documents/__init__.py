"""Documents: pages, notebooks and reports, with the words, tables and pictures in them."""
