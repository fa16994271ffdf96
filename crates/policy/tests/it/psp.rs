//! PodSecurityPolicy beside its own words: the cases of the conformance suite, and upstream's own plugin.

mod case;
mod conformance;
mod documents;
mod joined;
mod migration;
mod oracle;
mod pods;
mod policies;
