"""Forms of file that hold others: each is taken apart, its parts judged, and written anew."""
