//! Every format: the one place that knows all analysers, and what a container can hold.

use super::archive::tar::{self, TarLayout};
use super::archive::zip::{self, ZipLayout};
use super::archive::{compressed, opaque, sevenz};
use super::pickle::{self, PickleProgram};
use super::recognised::{self, layouts};
use super::{Analyser, code, configuration, graphs, templates, tensors, text, torch};

/// Every format, in the order in which they are asked.
pub(super) static ANALYSERS: &[&dyn Analyser] = &[
    &zip::Zip { layouts: ZIP_LAYOUTS },
    &tar::Tar { layouts: TAR_LAYOUTS },
    &sevenz::SevenZ,
    &opaque::RAR,
    &opaque::CAB,
    &opaque::LZIP,
    &compressed::GZIP,
    &compressed::ZLIB,
    &compressed::BZ2,
    &compressed::XZ,
    &compressed::LZMA,
    &compressed::LZ4,
    &compressed::ZSTD,
    &compressed::ZFILE,
    &tensors::safetensors::Safetensors,
    &tensors::safetensors::SafetensorsIndex,
    &tensors::gguf::Gguf,
    &pickle::Pickle { programs: PICKLE_PROGRAMS },
    &tensors::npy::Npy,
    &code::native::NativeCode,
    &code::script::Script,
    &recognised::RecognisedByMagic,
    &pickle::NamedPickle { programs: PICKLE_PROGRAMS },
    &text::lfs_pointer::LfsPointer,
    &text::media::Media,
    &configuration::Configuration,
    &templates::Template,
    &templates::YamlTemplates,
    &text::plain::Text,
    &recognised::SentencePiece,
    &recognised::RecognisedByStructure,
];

/// Formats that are a zip with members of a fixed meaning.
static ZIP_LAYOUTS: &[&dyn ZipLayout] = &[
    &torch::zip::TorchZip,
    &graphs::torch_export::ExportedProgram,
    &tensors::npz::Npz,
    &layouts::KERAS,
    &layouts::KERAS_WEIGHTS,
    &layouts::SKOPS,
    &layouts::TORCHSERVE,
];

/// Formats that are a tar with members of a fixed meaning.
static TAR_LAYOUTS: &[&dyn TarLayout] = &[&torch::tar::TorchTar, &layouts::NEMO];

/// Formats that begin with a pickle and go on as only their own loader reads them.
static PICKLE_PROGRAMS: &[&dyn PickleProgram] = &[&torch::legacy::LegacyCheckpoint];
