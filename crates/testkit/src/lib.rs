//! What tests share: the golden page harness and fixture readers (dev-dependency only).
