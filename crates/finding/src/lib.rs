//! Findings: what is wrong, where it stands, how it is mended, and how it is shown.
