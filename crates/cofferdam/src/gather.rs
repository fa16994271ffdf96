//! What is wrong in a whole cluster, when not all of it fits into memory?
//!
//! What rules look up beside the object they judge (roles, network policies, pods and their controllers) is listed
//! first and kept. All else is judged page by page against it and let go. One page is fetched while another is
//! judged.

mod fetch;
mod owners;
mod round;

pub(crate) use fetch::{Arrival, Fetch, Pods};
pub(crate) use round::{By, Round};
