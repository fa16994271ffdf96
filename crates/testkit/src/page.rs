//! The golden page harness.
