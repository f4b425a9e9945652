//! Which files are loaded by unpickling, and which of them have a safetensors twin.

use std::collections::HashMap;

use crate::evidence::{Dossier, Fact, FileEvidence, PickleFact};

/// Formats whose loaders unpickle.
const PICKLE_FORMATS: &[&str] = &[
    "pickle",
    "joblib",
    "dill",
    "cloudpickle",
    "torch-zip",
    "torch-legacy",
    "torch-tar",
    "torchscript",
    "torch-package",
];

/// Extensions under which torch weights are usually saved.
const WEIGHT_EXTENSIONS: &[&str] = &["bin", "pt", "pth", "ckpt"];

/// Whether loading the file means unpickling: by its format, or because a pickle stream was found
/// anywhere in it.
pub(super) fn is_pickle_based(file: &FileEvidence) -> bool {
    file.formats.iter().any(|format| PICKLE_FORMATS.contains(&format.name()))
        || file
            .evidence
            .iter()
            .any(|evidence| matches!(evidence.fact, Fact::Pickle(PickleFact::Stream(_))))
}

/// Whether it holds torch weights: a torch format, or a pickle under a usual name of weights.
pub(super) fn holds_torch_weights(file: &FileEvidence) -> bool {
    is_pickle_based(file)
        && (file.formats.iter().any(|format| format.name().starts_with("torch"))
            || extension(&file.path)
                .is_some_and(|extension| WEIGHT_EXTENSIONS.contains(&extension.as_str())))
}

/// Whether the file is safetensors, or an index of such files.
pub(super) fn is_safetensors(file: &FileEvidence) -> bool {
    file.formats.iter().any(|format| format.name() == "safetensors")
        || file.path.to_lowercase().ends_with(".safetensors")
}

/// The safetensors files of a model, to be found by the pickle that holds the same weights: one
/// pass over the files, however many pickles ask.
pub(super) struct SafetensorsTwins<'a>(HashMap<(&'a str, String), &'a FileEvidence>);

impl<'a> SafetensorsTwins<'a> {
    pub(super) fn of(dossier: &'a Dossier) -> Self {
        let mut twins = HashMap::new();
        for file in dossier.files.iter().filter(|file| is_safetensors(file)) {
            twins.entry(folder_and_stem(&file.path)).or_insert(file);
        }
        Self(twins)
    }

    /// The file that holds the same weights as `file`, by the naming habits of the Hub:
    /// `pytorch_model-00001-of-00002.bin` and `model.safetensors`, `adapter_model.bin` and
    /// `adapter_model.safetensors`.
    pub(super) fn twin_of(&self, file: &'a FileEvidence) -> Option<&'a FileEvidence> {
        self.0.get(&folder_and_stem(&file.path)).copied()
    }
}

fn extension(path: &str) -> Option<String> {
    let name = path.rsplit('/').next()?;
    name.rsplit_once('.').map(|(_, extension)| extension.to_lowercase())
}

/// The folder, and the name without extension, shard number and the `pytorch_` of old habits.
fn folder_and_stem(path: &str) -> (&str, String) {
    let (folder, name) = path.rsplit_once('/').unwrap_or(("", path));
    let stem = name.rsplit_once('.').map_or(name, |(stem, _)| stem);
    let stem = without_shard_number(stem).to_lowercase();
    let stem = match stem.as_str() {
        "pytorch_model" => "model".to_owned(),
        _ => stem,
    };
    (folder, stem)
}

/// `model` of `model-00001-of-00002`.
fn without_shard_number(stem: &str) -> &str {
    let digits = |text: &str| !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit());
    stem.rsplit_once("-of-")
        .filter(|(_, count)| digits(count))
        .and_then(|(front, _)| front.rsplit_once('-'))
        .filter(|(_, number)| digits(number))
        .map_or(stem, |(name, _)| name)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::rules::tests::dossiers::{dossier, file};

    #[test]
    fn twins_are_found_by_the_habits_of_the_hub() {
        let cases = [
            ("pytorch_model.bin", "model.safetensors", true),
            ("pytorch_model-00001-of-00002.bin", "model-00001-of-00003.safetensors", true),
            ("unet/diffusion_pytorch_model.bin", "unet/diffusion_pytorch_model.safetensors", true),
            ("adapter_model.bin", "adapter_model.safetensors", true),
            ("adapter_model.bin", "model.safetensors", false),
            ("unet/model.bin", "vae/model.safetensors", false),
            ("a-of-1.bin", "a.safetensors", false),
        ];
        for (pickle, safetensors, twin) in cases {
            let dossier = dossier([
                file(pickle).format("torch-zip"),
                file(safetensors).format("safetensors"),
            ]);
            assert_eq!(
                SafetensorsTwins::of(&dossier).twin_of(&dossier.files[0]).is_some(),
                twin,
                "{pickle} {safetensors}"
            );
        }
    }
}
