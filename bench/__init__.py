"""Measures the product; every figure is taken beside another way to do the same, in one run."""
