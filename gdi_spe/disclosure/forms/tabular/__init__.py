"""Files that are tables: delimited text, columns, workbooks, arrays."""
