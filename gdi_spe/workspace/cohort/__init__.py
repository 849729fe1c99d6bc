"""A cohort as a researcher holds it: one mixin a subject, put together in `opened`."""
