//! Tensors and nothing else: what a loader reads as numbers.

pub(super) mod gguf;
pub(super) mod npy;
pub(super) mod npz;
pub(super) mod safetensors;
