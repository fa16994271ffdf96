//! The server on loopback, asked by clients that mean well and others.
