// Present so that go:linkname is allowed to name upstream's unexported functions.
