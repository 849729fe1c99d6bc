"""What is given to functions that researchers call: looked at first, and refused in words."""
