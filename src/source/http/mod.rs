//! The wire to the Hub, and the only user of the HTTP library.
//!
//! Redirects are followed by hand, because what decides stands in the replies in between: the
//! digest of a large file is only in the Hub's own redirect to the content network, and the token
//! may go to the configured endpoint (scheme, host and port) and to nobody else. Every reply has
//! a limit in bytes and in time; every request is repeated when that can help, and given up when
//! it cannot.

mod body;
mod client;
mod content_range;
mod error;
mod exchange;
mod facts;
mod link;
mod pace;
mod permits;
mod proxies;
mod rate_limit;
mod remote_file;
mod retry;
mod settings;
#[cfg(test)]
mod test_server;
#[cfg(test)]
mod tests;
mod token;

pub(in crate::source) use client::{Client, Reply};
pub(in crate::source) use error::{HttpError, Reason};
pub(in crate::source) use remote_file::RemoteFile;
pub(in crate::source) use settings::Settings;
pub(in crate::source) use token::Token;
