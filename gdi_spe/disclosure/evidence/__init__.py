"""What is told of files from outside them: context, side-cars, earlier releases."""
