"""The arrays that kernels read and write: one domain a file, each with what compiles it. Step 3 of the flow."""
