#!/usr/bin/env python3
"""Writes the models of this example. Nothing but Python's standard library is needed.

    python3 examples/quickstart/make.py

The models are as small as they can be and the bad ones are inert: the one "payload" prints a
line. They are assembled byte by byte, so that no library has to be installed and the files are
the same on every machine. Running this again changes nothing.
"""

import json
import struct
import zipfile
from pathlib import Path

MODELS = Path(__file__).resolve().parent / "models"


def write(path: str, content: bytes | str) -> None:
    target = MODELS / path
    target.parent.mkdir(parents=True, exist_ok=True)
    target.write_bytes(content if isinstance(content, bytes) else content.encode())


def safetensors(tensors: dict[str, tuple[list[int], bytes]], hole: bytes = b"") -> bytes:
    """A safetensors file of float32 tensors; `hole` stands between the first and the second."""
    header, data = {"__metadata__": {"format": "pt"}}, b""
    for index, (name, (shape, values)) in enumerate(tensors.items()):
        if index == 1:
            data += hole
        span = [len(data), len(data) + len(values)]
        header[name] = {"dtype": "F32", "shape": shape, "data_offsets": span}
        data += values
    text = json.dumps(header, separators=(",", ":")).encode()
    text += b" " * (-len(text) % 8)
    return struct.pack("<Q", len(text)) + text + data


def floats(*values: float) -> bytes:
    return struct.pack(f"<{len(values)}f", *values)


class Pickle:
    """Assembles a pickle, opcode by opcode (protocol 2, as torch and older scikit-learn write)."""

    def __init__(self) -> None:
        self.code = b"\x80\x02"

    def imports(self, module: str, name: str) -> "Pickle":
        self.code += b"c" + module.encode() + b"\n" + name.encode() + b"\n"
        return self

    def text(self, text: str) -> "Pickle":
        raw = text.encode()
        self.code += b"X" + struct.pack("<I", len(raw)) + raw
        return self

    def number(self, number: int) -> "Pickle":
        self.code += b"K" + bytes([number])
        return self

    def raw(self, opcodes: bytes) -> "Pickle":
        self.code += opcodes
        return self

    def bytes(self) -> bytes:
        return self.code + b"."


def tensor(pickle: Pickle, key: str, count: int) -> Pickle:
    """A float32 vector as torch.save writes it: its numbers are the record data/<key>."""
    pickle.imports("torch._utils", "_rebuild_tensor_v2")
    pickle.raw(b"((").text("storage").imports("torch", "FloatStorage")
    pickle.text(key).text("cpu").number(count).raw(b"tQ")
    pickle.number(0).number(count).raw(b"\x85").number(1).raw(b"\x85\x89")
    pickle.imports("collections", "OrderedDict").raw(b")R")
    return pickle.raw(b"tR")


def checkpoint(path: str, pickle: bytes, records: dict[str, bytes]) -> None:
    """A torch checkpoint: a zip of stored records."""
    target = MODELS / path
    target.parent.mkdir(parents=True, exist_ok=True)
    with zipfile.ZipFile(target, "w", zipfile.ZIP_STORED) as archive:
        every = {"data.pkl": pickle, "byteorder": b"little", **records, "version": b"3\n"}
        for name, content in every.items():
            # A fixed date: the file is the same whenever it is made.
            member = zipfile.ZipInfo(f"archive/{name}", (1980, 1, 1, 0, 0, 0))
            archive.writestr(member, content)


def card(title: str, license: str | None, sections: dict[str, str]) -> str:
    front = "---\nlanguage: en\n" + (f"license: {license}\n" if license else "") + "---\n\n"
    body = "".join(f"\n## {heading}\n\n{text}\n" for heading, text in sections.items())
    return f"{front}# {title}\n{body}"


def complete(purpose: str, limits: str, data: str, measure: str) -> dict[str, str]:
    """The sections of a card that says what a reader has to know."""
    return {
        "Intended use": f"{purpose} It is meant for people who can look at the single case "
        "themselves and who know how the model was made.",
        "Limitations": f"{limits} Whatever lies far from the training data is answered with the "
        "same confidence, so a low score is no warning.",
        "Bias and fairness": "Groups that are rare in the data were compared with the others, and "
        "the results differ by up to four points. Smaller groups were not studied.",
        "Risks": "Decisions about a single person must not rest on its output alone. Misuse for "
        "ranking people would do harm, because its mistakes are not evenly spread.",
        "Training data": f"{data} Duplicates were removed, and nothing was added by hand.",
        "Evaluation": f"{measure} It was measured once, after training, on data that was set "
        "aside before; the confidence interval is plus or minus two points.",
        "Ethical considerations": "The data carries no names. The team that maintains the model "
        "is responsible for looking at complaints every month.",
    }


REVIEWS = complete(
    "The model sorts English customer reviews into positive and negative ones.",
    "It knows two classes only, and irony is mostly taken at its word.",
    "About 67,000 sentences of the Stanford Sentiment Treebank, from film reviews.",
    "Accuracy of 0.91 on 872 sentences.",
)
CHURN = complete(
    "The model estimates which subscriptions will be cancelled within a quarter.",
    "It knows one country and one tariff, and nothing of the last two weeks.",
    "Records of 41,000 subscriptions from three years.",
    "Area under the curve of 0.83 on 4,100 subscriptions.",
)
PARTS = complete(
    "The model recognises eleven kinds of machine parts in photographs from above.",
    "Dim light and parts that lie on each other confuse it.",
    "About 9,000 photographs from two workshops, labelled by the people who work there.",
    "Accuracy of 0.96 on 900 photographs.",
)
SPEECH = complete(
    "The model writes down German speech from meetings.",
    "Dialects, names and two people who speak at once are often wrong.",
    "Six hundred hours of read and free speech under an open license.",
    "A word error rate of 14 percent on ten hours.",
)

CONFIG = json.dumps({"architectures": ["DistilBertForSequenceClassification"], "num_labels": 2})


def main() -> None:
    # Good: weights that cannot run code, and a complete model card.
    weights = {"classifier.weight": ([2, 2], floats(0.5, -0.5, 0.25, -0.25)),
               "classifier.bias": ([2], floats(0.0, 1.0))}
    write("distilbert-sst2/model.safetensors", safetensors(weights))
    write("distilbert-sst2/config.json", CONFIG + "\n")
    write("distilbert-sst2/README.md", card("DistilBERT for reviews", "apache-2.0", REVIEWS))

    # Bad: unpickling it runs a shell command (an inert one).
    command = Pickle().imports("os", "system").text("echo this could have been anything")
    write("churn-forest/model.pkl", command.raw(b"\x85R").bytes())
    write("churn-forest/README.md", card("Churn forest", "mit", CHURN))

    # Bad: an ordinary torch checkpoint, but for one class that nobody has allowed.
    pickle = Pickle().raw(b"}(").text("fc.weight")
    tensor(pickle, "0", 4).text("head")
    pickle.imports("acme_vision.heads", "CosineHead").raw(b")R").raw(b"u")
    checkpoint("resnet50-parts/pytorch_model.bin", pickle.bytes(),
               {"data/0": floats(1.0, 2.0, 3.0, 4.0)})
    write("resnet50-parts/README.md", card("ResNet-50 for parts", "apache-2.0", PARTS))

    # Bad: bytes between two tensors that belong to neither.
    frames = {"encoder.weight": ([2], floats(1.0, 2.0)), "decoder.weight": ([2], floats(3.0, 4.0))}
    hidden = b"bytes that no tensor covers".ljust(32, b".")
    write("whisper-tiny-de/model.safetensors", safetensors(frames, hole=hidden))
    write("whisper-tiny-de/README.md", card("Whisper tiny, German", "mit", SPEECH))

    # Bad: sound weights of which nobody says what they are, for what, or under which license.
    adapter = {"lora_A": ([2], floats(0.1, 0.2)), "lora_B": ([2], floats(0.3, 0.4))}
    write("support-llama-lora/adapter_model.safetensors", safetensors(adapter))
    write("support-llama-lora/adapter_config.json", json.dumps({"peft_type": "LORA"}) + "\n")


if __name__ == "__main__":
    main()
