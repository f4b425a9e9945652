//! The policies that come with the program: ordinary policy files, embedded.

/// A policy that a policy can extend by name.
#[derive(Clone, Copy, Debug)]
pub struct Preset {
    /// `baseline`
    pub name: &'static str,
    /// What kind of preset it is.
    pub kind: PresetKind,
    /// The file.
    pub text: &'static str,
}

/// What a preset is for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum PresetKind {
    /// A whole policy.
    Policy,
    /// Globals that hold data: part of `baseline`.
    Globals,
    /// Globals of one library, for those who load its models.
    Library,
}

macro_rules! presets {
    ($($name:literal $kind:ident $path:literal;)*) => {
        &[$(Preset {
            name: $name,
            kind: PresetKind::$kind,
            text: include_str!(concat!("../../policies/", $path)),
        }),*]
    };
}

/// All presets: policies first, then groups of globals, then libraries.
pub const PRESETS: &[Preset] = presets! {
    "baseline" Policy "baseline.yaml";
    "strict" Policy "strict.yaml";
    "walkthrough" Policy "walkthrough.yaml";
    "tensors" Globals "globals/tensors.yaml";
    "stdlib" Globals "globals/stdlib.yaml";
    "numpy" Globals "globals/numpy.yaml";
    "scipy" Globals "globals/scipy.yaml";
    "pandas" Globals "globals/pandas.yaml";
    "scikit-learn" Globals "globals/scikit-learn.yaml";
    "joblib" Globals "globals/joblib.yaml";
    "omegaconf" Globals "globals/omegaconf.yaml";
    "training-args" Globals "globals/training-args.yaml";
    "torch-module" Library "libraries/torch-module.yaml";
    "boosting" Library "libraries/boosting.yaml";
    "lightning" Library "libraries/lightning.yaml";
    "torchvision" Library "libraries/torchvision.yaml";
    "timm" Library "libraries/timm.yaml";
    "sentence-transformers" Library "libraries/sentence-transformers.yaml";
    "spacy" Library "libraries/spacy.yaml";
    "statsmodels" Library "libraries/statsmodels.yaml";
    "torchao" Library "libraries/torchao.yaml";
    "tokenizers" Library "libraries/tokenizers.yaml";
    "transformers" Library "libraries/transformers.yaml";
    "flair" Library "libraries/flair.yaml";
    "yolov5" Library "libraries/yolov5.yaml";
    "yolov11" Library "libraries/yolov11.yaml";
    "pyannote" Library "libraries/pyannote.yaml";
    "project-args" Library "libraries/project-args.yaml";
};

impl Preset {
    /// The preset of that name.
    pub fn find(name: &str) -> Option<&'static Self> {
        PRESETS.iter().find(|preset| preset.name == name)
    }

    /// How it is shown: `preset baseline`.
    pub fn title(&self) -> String {
        format!("preset {}", self.name)
    }
}

/// Whether `text` names a preset rather than a file: it has neither a `/` nor a YAML suffix.
pub fn is_preset_name(text: &str) -> bool {
    !text.contains(['/', '\\']) && !text.ends_with(".yaml") && !text.ends_with(".yml")
}
