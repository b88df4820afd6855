"""The numbers: data, moments, the closed form, gradient descent and its stability."""
