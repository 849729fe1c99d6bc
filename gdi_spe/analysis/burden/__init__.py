"""Tests of many rare variants together: masks and weights, burden, SKAT and SKAT-O."""
