//! Every file of every model through the analysers, on several threads, results in order.

mod card;
mod digests;
mod distant;
mod one_file;
mod reader;
mod recall;
#[cfg(test)]
mod remote_tests;
mod run;
mod sums;
mod task;
mod work;

pub(super) use card::read_card;
pub use digests::{Digested, Files, digests};
pub(super) use recall::Recall;
pub use run::examine_file;
pub(super) use run::{ScanRequest, examine};
pub(super) use sums::DigestNeed;
