//! A repository on the Hugging Face Hub becomes a snapshot.

mod address;
mod commits;
mod entry;
mod info;
mod scan;
mod tree;
