//! Decoders that are handed input and output buffers.

use std::io::{self, BufRead as _, Read};

use super::input::Input;
use super::stream::{Stream, broken_off};
use crate::analyse::Stop;

/// A decoder that is handed input and output buffers.
pub(super) trait Push: Send {
    /// The codec's name in messages.
    fn name(&self) -> &'static str;

    /// Decodes some of `input` into `output`. `last` says that no more input will come.
    fn push(&mut self, input: &[u8], last: bool, output: &mut [u8]) -> Pushed;
}

/// What a call of [`Push::push`] did.
pub(super) struct Pushed {
    /// Bytes of input taken.
    pub(super) consumed: usize,
    /// Bytes of output written, also if it failed.
    pub(super) produced: usize,
    /// How it goes on.
    pub(super) outcome: Outcome,
}

/// How decoding goes on.
pub(super) enum Outcome {
    /// More input or output is needed.
    More,
    /// The stream has ended; this many bytes that were taken before don't belong to it.
    Ended {
        /// Bytes to give back.
        surplus: u64,
    },
    /// The stream is broken.
    Failed(Stop),
}

/// A [`Push`] decoder and its input.
pub(super) struct PushStream<'a, D> {
    input: Input<'a>,
    decoder: D,
    ended: bool,
    failed: Option<Stop>,
}

impl<'a, D: Push> PushStream<'a, D> {
    pub(super) fn new(input: Input<'a>, decoder: D) -> Self {
        Self { input, decoder, ended: false, failed: None }
    }

    pub(super) fn input(&mut self) -> &mut Input<'a> {
        &mut self.input
    }
}

impl<D: Push> Read for PushStream<'_, D> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        loop {
            if let Some(stop) = self.failed.take() {
                return Err(stop.into_io());
            }
            if self.ended {
                return Ok(0);
            }
            let input = match self.input.fill_buf() {
                Ok(input) => input,
                Err(error) => {
                    return Err(self.input.failure().map_or(error, Stop::into_io));
                }
            };
            let last = input.is_empty();
            let pushed = self.decoder.push(input, last, buffer);
            let stuck = last && pushed.produced == 0;
            self.input.consume(pushed.consumed);
            match pushed.outcome {
                Outcome::More if stuck => return Err(broken_off(self.decoder.name()).into_io()),
                Outcome::More => {}
                Outcome::Ended { surplus } => {
                    self.ended = true;
                    if surplus > 0 {
                        let position = self.input.position().saturating_sub(surplus);
                        self.input.seek(position);
                    }
                }
                Outcome::Failed(stop) => self.failed = Some(stop),
            }
            if pushed.produced > 0 {
                return Ok(pushed.produced);
            }
        }
    }
}

impl<'a, D: Push> Stream<'a> for PushStream<'a, D> {
    fn position(&self) -> u64 {
        self.input.position()
    }

    fn into_input(self: Box<Self>) -> Input<'a> {
        self.input
    }
}
