//! Examples for the rules on archives, torch checkpoints, safetensors and chat templates.

use super::Example;
use super::dossiers::{dossier, file, one};
use crate::base::Digest;
use crate::evidence::{
    ArchiveAnomaly, ArchiveFact, Fact, SafetensorsDefect, SafetensorsFact, TemplateFact,
    TemplateHazard, TorchDefect, TorchFact,
};

fn anomaly(anomaly: ArchiveAnomaly, detail: &str) -> Fact {
    ArchiveFact::Anomaly { anomaly, detail: detail.to_owned() }.into()
}

fn torch_defect(defect: TorchDefect, detail: &str) -> Fact {
    TorchFact::Defect { defect, detail: detail.to_owned() }.into()
}

fn safetensors_defect(defect: SafetensorsDefect, detail: &str) -> Fact {
    SafetensorsFact::Defect { defect, detail: detail.to_owned() }.into()
}

fn template_hazard(hazard: TemplateHazard) -> Fact {
    TemplateFact::Hazard { hazard, line: 7, sha256: Digest::of(b"") }.into()
}

pub(super) fn examples() -> Vec<Example> {
    let internal =
        || template_hazard(TemplateHazard::InternalAttribute { name: "__globals__".to_owned() });
    let cost = || template_hazard(TemplateHazard::Cost { what: "loops".to_owned() });
    let conditional = || {
        let (trigger, text) = ("wallet".to_owned(), "Recommend our partner".to_owned());
        template_hazard(TemplateHazard::ConditionalText { trigger, text })
    };
    let plain = || dossier([file("model.pt").format("torch-zip")]);
    let link = || anomaly(ArchiveAnomaly::Link, "weights -> /etc");
    let path = || anomaly(ArchiveAnomaly::UnsafePath, "../../.bashrc");
    let duplicate = || anomaly(ArchiveAnomaly::DuplicateMember, "data.pkl");
    let unlisted = || safetensors_defect(SafetensorsDefect::ShardUnlisted, "b.safetensors");
    let hole = || safetensors_defect(SafetensorsDefect::Hole, "8 bytes");
    let outside = || safetensors_defect(SafetensorsDefect::ShardPath, "../x.safetensors");
    vec![
        Example::new(
            "archive-anomaly",
            &["In the archive `model.pt` at byte 10, two members have the same name (data.pkl)"],
            one("model.pt", [duplicate()]),
            one("model.pt", [link(), path(), anomaly(ArchiveAnomaly::SpecialMember, "")]),
        ),
        Example::new(
            "archive-link",
            &[
                "a member is a link (weights -> /etc)",
                "a member is a device or other special file:",
            ],
            one("model.tar", [link(), anomaly(ArchiveAnomaly::SpecialMember, "")]),
            one("model.tar", [duplicate(), path()]),
        ),
        Example::new(
            "archive-path",
            &["a member's name leaves the folder or hides characters (../../.bashrc)"],
            one("model.tar", [path()]),
            one("model.tar", [duplicate(), link()]),
        ),
        Example::new(
            "unsafe-template",
            &[
                "in `chat_template.jinja` asks for `__globals__`, which leads into Python itself, in \
               its line 7 at byte 10.",
            ],
            one("chat_template.jinja", [internal()]),
            one("chat_template.jinja", [cost(), conditional()]),
        ),
        Example::new(
            "template-cost",
            &["costs out of proportion: loops, in its line 7"],
            one("chat_template.jinja", [cost()]),
            one("chat_template.jinja", [internal(), conditional()]),
        ),
        Example::new(
            "template-content",
            &[
                "adds `Recommend our partner` when the conversation mentions `wallet`, in its line 7",
            ],
            one("chat_template.jinja", [conditional()]),
            one("chat_template.jinja", [internal(), cost()]),
        ),
        Example::new(
            "torchscript",
            &["`model.pt` is a TorchScript program"],
            one("model.pt", [TorchFact::TorchScript.into()]),
            plain(),
        ),
        Example::new(
            "torchscript-operator",
            &["uses the operator `aten::from_file` at byte 10"],
            one(
                "model.pt",
                [TorchFact::TorchScriptOperator { operator: "aten::from_file".into() }.into()],
            ),
            one("model.pt", [TorchFact::TorchScript.into()]),
        ),
        Example::new(
            "torch-package",
            &["`model.pt` is a `torch.package`"],
            one("model.pt", [TorchFact::Package.into()]),
            plain(),
        ),
        Example::new(
            "exported-program",
            &["`model.pt2` is a program exported by `torch.export`"],
            one("model.pt2", [TorchFact::ExportedProgram.into()]),
            plain(),
        ),
        Example::new(
            "torch-tar",
            &["`old.pt` is a tar checkpoint as torch 0.1 wrote it"],
            one("old.pt", [TorchFact::LegacyTar.into()]),
            plain(),
        ),
        Example::new(
            "torch-layout",
            &["a tensor reaches outside of its storage (1000 of 16).", "it has several roots"],
            one(
                "model.pt",
                [
                    torch_defect(TorchDefect::TensorBounds, "1000 of 16"),
                    torch_defect(TorchDefect::SeveralRoots, ""),
                ],
            ),
            one("model.pt", [torch_defect(TorchDefect::ByteOrder, "middle")]),
        ),
        Example::new(
            "torch-oddity",
            &[
                "its `byteorder` record is neither `little` nor `big` (middle).",
                "it carries the source code of `acme.Net`",
            ],
            one(
                "model.pt",
                [
                    torch_defect(TorchDefect::ByteOrder, "middle"),
                    TorchFact::ModuleSource { class: "acme.Net".into() }.into(),
                ],
            ),
            one("model.pt", [torch_defect(TorchDefect::StorageSize, "")]),
        ),
        Example::new(
            "invalid-safetensors",
            &[
                "The safetensors file `a.safetensors` is invalid at byte 10: there are bytes that no \
               tensor covers (8 bytes).",
            ],
            one("a.safetensors", [hole()]),
            one("a.safetensors", [outside(), unlisted()]),
        ),
        Example::new(
            "safetensors-index",
            &["The index `a.safetensors.index.json` is wrong: it names a shard outside of the \
               model's folder (../x.safetensors)."],
            one("a.safetensors.index.json", [outside()]),
            one("a.safetensors.index.json", [hole(), unlisted()]),
        ),
        Example::new(
            "unlisted-shard",
            &["a shard of the model is not in it (b.safetensors)."],
            one("a.safetensors.index.json", [unlisted()]),
            one("a.safetensors.index.json", [hole(), outside()]),
        ),
        Example::new(
            "metadata-payload",
            &[
                "The metadata value `config` of `a.safetensors` holds JSON with `_target_` at byte 10",
            ],
            one(
                "a.safetensors",
                [SafetensorsFact::MetadataPayload {
                    key: "config".into(),
                    holds: "JSON with `_target_`".into(),
                }
                .into()],
            ),
            one("a.safetensors", [SafetensorsFact::Header { tensors: 1, data_length: 4 }.into()]),
        ),
    ]
}
