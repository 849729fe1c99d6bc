"""The pages of researchers, reviewers and admins: a login client of their own."""
