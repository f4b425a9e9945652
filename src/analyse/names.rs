//! What a file's name claims, held against what its content is.
//!
//! Only real lies are told. Loaders are generous, and what one of them opens under a name is
//! none: `torch.load` takes zip archives, pickles and tar archives under any name it is used
//! with, `joblib.load` takes raw and compressed pickles, and a pickle called `.bin` is the
//! ordinary case.

use crate::evidence::{FileFact, Format};

/// What an extension claims.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Claim {
    Safetensors,
    Npy,
    Npz,
    Zip,
    Torch,
    /// `.bin`: anything binary.
    Binary,
    Pickle,
    Compressed,
    Tar,
    Hdf5,
    Keras,
    Gguf,
    Onnx,
    TfLite,
    /// `.pb`: a graph or saved model of TensorFlow, most often.
    Protobuf,
    Text,
    Media,
    Source,
}

/// What formats have in common as far as names go.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Family {
    Pickle,
    Zip,
    Tar,
    Compressed,
    /// Archives that no model loader opens.
    OtherArchive,
    Keras,
    Safetensors,
    Npy,
    Hdf5,
    Gguf,
    Onnx,
    TfLite,
    Native,
    Script,
    Text,
    Media,
    /// Says nothing about what the content was to be.
    Neutral,
    /// Another model format.
    Other,
}

/// Extensions that claim something.
const CLAIMS: &[(Claim, &[&str])] = &[
    (Claim::Safetensors, &["safetensors"]),
    (Claim::Npy, &["npy"]),
    (Claim::Npz, &["npz"]),
    (Claim::Zip, &["zip"]),
    (Claim::Torch, &["pt", "pth", "ckpt", "pt2", "ptl"]),
    (Claim::Binary, &["bin"]),
    (Claim::Pickle, &["pkl", "pickle", "joblib", "dill", "sav"]),
    (Claim::Compressed, &["gz", "z", "bz2", "xz", "lzma", "lz4", "zst"]),
    (Claim::Tar, &["tar", "nemo"]),
    (Claim::Hdf5, &["h5", "hdf5"]),
    (Claim::Keras, &["keras"]),
    (Claim::Gguf, &["gguf"]),
    (Claim::Onnx, &["onnx"]),
    (Claim::TfLite, &["tflite"]),
    (Claim::Protobuf, &["pb"]),
    (
        Claim::Text,
        &[
            "json", "jsonl", "txt", "md", "yaml", "yml", "toml", "csv", "tsv", "html", "xml",
            "jinja", "rst", "cfg", "ini", "log", "license",
        ],
    ),
    (
        Claim::Media,
        &[
            "png", "jpg", "jpeg", "gif", "webp", "svg", "ico", "bmp", "pdf", "mp3", "wav", "flac",
            "ogg", "mp4", "webm", "mov", "ttf", "woff", "woff2",
        ],
    ),
    (Claim::Source, &["py", "sh", "js", "ts", "ipynb", "c", "cc", "cpp", "cu", "h", "java", "rs"]),
];

impl Claim {
    /// The name of what is claimed.
    const fn format(self) -> Format {
        Format::new(match self {
            Self::Safetensors => "safetensors",
            Self::Npy => "npy",
            Self::Npz => "npz",
            Self::Zip => "zip",
            Self::Torch => "torch",
            Self::Binary => "binary",
            Self::Pickle => "pickle",
            Self::Compressed => "compressed",
            Self::Tar => "tar",
            Self::Hdf5 => "hdf5",
            Self::Keras => "keras",
            Self::Gguf => "gguf",
            Self::Onnx => "onnx",
            Self::TfLite => "tflite",
            Self::Protobuf => "protobuf",
            Self::Text => "text",
            Self::Media => "media",
            Self::Source => "script",
        })
    }

    /// Whether content of a family is no lie under this name.
    const fn admits(self, family: Family) -> bool {
        if matches!(family, Family::Neutral) {
            return true;
        }
        // An archive of Keras is a zip to everybody else.
        if matches!(family, Family::Keras) && !matches!(self, Self::Keras) {
            return self.admits(Family::Zip);
        }
        match self {
            Self::Safetensors => matches!(family, Family::Safetensors),
            Self::Npy => matches!(family, Family::Npy),
            Self::Npz | Self::Zip => matches!(family, Family::Zip),
            // Some user interfaces look for safetensors under `.ckpt`, and TensorFlow's
            // checkpoints share it.
            Self::Torch => matches!(
                family,
                Family::Pickle | Family::Zip | Family::Tar | Family::Safetensors | Family::Other
            ),
            Self::Binary => {
                !matches!(family, Family::Media | Family::OtherArchive | Family::Compressed)
            }
            Self::Pickle => {
                matches!(family, Family::Pickle | Family::Zip | Family::Tar | Family::Compressed)
            }
            Self::Compressed => matches!(family, Family::Compressed | Family::Pickle),
            // `model.pth.tar` is torch's more often than tar's; readers of tar decompress.
            Self::Tar => {
                matches!(family, Family::Tar | Family::Zip | Family::Pickle | Family::Compressed)
            }
            Self::Hdf5 => matches!(family, Family::Hdf5),
            // Keras wrote HDF5 under this name before version 3.
            Self::Keras => matches!(family, Family::Keras | Family::Hdf5),
            Self::Gguf => matches!(family, Family::Gguf),
            Self::Onnx => matches!(family, Family::Onnx),
            Self::TfLite => matches!(family, Family::TfLite),
            Self::Protobuf => matches!(family, Family::Other | Family::Onnx),
            // Text and pictures in each other's place harm nobody.
            Self::Text => matches!(family, Family::Text | Family::Script | Family::Media),
            Self::Media => matches!(family, Family::Text | Family::Media),
            Self::Source => matches!(family, Family::Text | Family::Script),
        }
    }
}

fn family(format: &Format) -> Family {
    match format.name() {
        "pickle" | "joblib" | "torch-legacy" | "dill" | "cloudpickle" => Family::Pickle,
        "zip" | "npz" | "torch-zip" | "torchscript" | "torch-package" | "torch-export"
        | "skops" | "torchserve" => Family::Zip,
        "keras" => Family::Keras,
        "tar" | "torch-tar" | "nemo" => Family::Tar,
        "gzip" | "bz2" | "bzip2" | "xz" | "lzma" | "lz4" | "zstd" | "zlib" | "zfile" => {
            Family::Compressed
        }
        "7z" | "rar" | "cab" => Family::OtherArchive,
        "safetensors" => Family::Safetensors,
        "npy" => Family::Npy,
        "hdf5" => Family::Hdf5,
        "gguf" => Family::Gguf,
        "onnx" => Family::Onnx,
        "tflite" => Family::TfLite,
        "native-code" | "elf" | "pe" | "mach-o" | "ape" | "wasm" | "java-class" => Family::Native,
        "script" => Family::Script,
        "text" | "json" | "yaml" | "markdown" | "jinja" | "svg" | "html" | "xml" | "toml"
        | "csv" | "safetensors-index" | "torch-index" | "lightgbm" | "openvino" | "pmml"
        | "ncnn" => Family::Text,
        "media" | "png" | "jpeg" | "gif" | "webp" | "pdf" | "wav" | "avi" | "flac" | "ogg"
        | "mp3" | "mp4" | "tiff" | "bmp" | "ico" | "opentype" | "truetype" | "woff"
        | "matroska" | "jpeg-xl" => Family::Media,
        "lfs-pointer" | "unknown" => Family::Neutral,
        _ => Family::Other,
    }
}

/// The lie in a file's name, if there is one: an extension that claims a format, and content that
/// is known and none of what such a name may hold. A polyglot that is what it claims, and more, is
/// no lie but a polyglot.
pub(super) fn mismatch(name: &str, found: &[Format]) -> Option<FileFact> {
    let base = name.rsplit(['/', '\\']).next()?;
    let extension = base.rsplit_once('.')?.1.to_lowercase();
    let (claim, _) = CLAIMS.iter().find(|(_, names)| names.contains(&extension.as_str()))?;
    if found.is_empty() || found.iter().any(|format| claim.admits(family(format))) {
        return None;
    }
    Some(FileFact::NameMismatch { claimed: claim.format(), found: found.to_vec() })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn lies(name: &str, found: &[&'static str]) -> bool {
        let found: Vec<Format> = found.iter().map(|name| Format::new(name)).collect();
        mismatch(name, &found).is_some()
    }

    #[test]
    fn what_a_loader_opens_under_a_name_is_no_lie() {
        for (name, found) in [
            ("model.safetensors", "safetensors"),
            ("pytorch_model.bin", "torch-zip"),
            ("pytorch_model.bin", "pickle"),
            ("training_args.bin", "torch-legacy"),
            ("model.bin", "elf"),
            ("a/model.pt", "pickle"),
            ("a/model.pt", "torch-zip"),
            ("model.ckpt", "safetensors"),
            ("checkpoint.pth.tar", "torch-legacy"),
            ("model.pkl", "gzip"),
            ("model.pkl", "torch-zip"),
            ("model.joblib", "joblib"),
            ("model.pkl.z", "zlib"),
            ("model.pkl.gz", "pickle"),
            ("arrays.npz", "npz"),
            ("model.keras", "hdf5"),
            ("config.json", "text"),
            ("model.safetensors.index.json", "safetensors-index"),
            ("model.safetensors", "lfs-pointer"),
            ("logo.png", "jpeg"),
            ("README.md", "markdown"),
            ("weights", "pickle"),
            ("weights.dat", "pickle"),
            ("MODEL.SAFETENSORS", "safetensors"),
        ] {
            assert!(!lies(name, &[found]), "{name} {found}");
        }
        assert!(!lies("a.safetensors", &[]));
        assert!(!lies("a.safetensors", &["safetensors", "pickle"]));
        assert!(!lies("a.tflite", &["tflite", "zip"]));
    }

    #[test]
    fn lies_are_told() {
        for (name, found) in [
            ("model.safetensors", "pickle"),
            ("model.SafeTensors", "torch-zip"),
            ("model.safetensors", "text"),
            ("a.npy", "pickle"),
            ("a.npz", "pickle"),
            ("config.json", "pickle"),
            ("notes.txt", "zip"),
            ("README.md", "elf"),
            ("logo.png", "pickle"),
            ("logo.png", "script"),
            ("a.zip", "7z"),
            ("a.pt", "png"),
            ("a.pt", "text"),
            ("a.pt", "7z"),
            ("pytorch_model.bin", "7z"),
            ("a.gguf", "ape"),
            ("a.onnx", "pickle"),
            ("a.h5", "pickle"),
            ("saved_model.pb", "pickle"),
            ("a.py", "pickle"),
        ] {
            assert!(lies(name, &[found]), "{name} {found}");
        }
        let found = [Format::new("pickle")];
        assert_eq!(
            mismatch("x.npy", &found),
            Some(FileFact::NameMismatch { claimed: Format::new("npy"), found: found.to_vec() })
        );
    }
}
