//! Charts and overlays, rendered by stand-ins and by the real programs.
