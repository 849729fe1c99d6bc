"""What ends, and makes it end."""
