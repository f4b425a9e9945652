//! How known callables are called by the libraries that pickle them.
//!
//! Allowing a name allows importing it; whether a call of it is the one that its own writers emit
//! is a fact about the bytes, established here. A departure says why it is not.

mod builtins;
mod libraries;
mod numpy;
mod parts;
pub(in crate::analyse) mod torch;

pub(super) use parts::Shape;

/// What is checked of a callable's calls, whatever a policy says of them.
pub(super) fn of(global: &str) -> Option<Shape> {
    known_of(global).or_else(|| builtins::plain_of(global))
}

/// Whether that is all that there is to check.
pub(super) fn is_known(global: &str) -> bool {
    known_of(global).is_some()
}

/// The shape of a callable's calls, if its writers are known.
fn known_of(global: &str) -> Option<Shape> {
    builtins::of(global)
        .or_else(|| numpy::of(global))
        .or_else(|| torch::of(global))
        .or_else(|| libraries::of(global))
}

/// Whether a callable reads one of its arguments as a pickle or program of its own.
pub(super) fn is_loader(global: &str) -> bool {
    matches!(
        global,
        "pickle.loads"
            | "pickle.load"
            | "pickle._loads"
            | "pickle._load"
            | "pickle.Unpickler"
            | "pickle._Unpickler"
            | "_pickle.loads"
            | "_pickle.load"
            | "_pickle.Unpickler"
            | "dill.loads"
            | "dill.load"
            | "dill._dill.loads"
            | "cloudpickle.loads"
            | "cloudpickle.load"
            | "cloudpickle.cloudpickle.loads"
            | "joblib.load"
            | "joblib.numpy_pickle.load"
            | "marshal.loads"
            | "torch.load"
            | "torch.serialization.load"
            | "torch.storage._load_from_bytes"
            | "numpy.load"
            | "pandas.read_pickle"
            | "pandas.io.pickle.read_pickle"
            | "keras.src.saving.pickle_utils.deserialize_model_from_bytecode"
    )
}
