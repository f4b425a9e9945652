//! The binary as its users meet it: arguments in, text and exit codes out.

mod exit_codes;
mod harness;
mod inspecting;
mod outputs;
mod quickstart;
mod sources;
