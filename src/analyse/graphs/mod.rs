//! Graphs of operators: programs that a runtime executes.

pub(super) mod torch_export;
