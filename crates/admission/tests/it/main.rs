//! The server on loopback, asked by clients that mean well and others.

mod certificates;
mod ends;
mod hostile;
mod live;
mod many;
mod reviews;
mod slow;
mod support;
