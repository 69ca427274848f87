"""The arrays that kernels read and write, one domain a file."""
