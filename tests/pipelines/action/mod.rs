//! The GitHub action as a runner runs it: the steps of `action.yml`, with their own scripts and
//! expressions, in a made-up runner environment. Releases come from 127.0.0.1.

mod building;
mod hostile;
mod installing;
mod judging;
mod portable;
