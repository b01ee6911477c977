"""Makes `bert_checkpoint`: a small random BERT, and what `transformers` computes with it.

The script needs packages that the tests do not: pip install torch 'transformers<5', and then
python kit/tests/data/make_bert_checkpoint.py
"""

import sys
from pathlib import Path

import numpy as np
import torch
import transformers

FOLDER = Path(__file__).with_name("bert_checkpoint")
PIECES = ["[PAD]", "[UNK]", "[CLS]", "[SEP]", "[MASK]", "a", "go", "##od", "film", "bad"]
LENGTHS = (12, 7, 1)  # Of texts, which are padded to the first.


def main(activation: str) -> None:
    """Writes the folder: the model as `save_pretrained` does, and `expected.npz`."""
    torch.manual_seed(0)
    config = transformers.BertConfig(
        vocab_size=24,
        hidden_size=16,
        num_hidden_layers=2,
        num_attention_heads=4,
        intermediate_size=40,
        max_position_embeddings=20,
        # As large as after training: exact and approximate GELU, for one, can be told apart.
        initializer_range=0.4,
        hidden_act=activation,
    )
    model = transformers.BertModel(config).eval()
    with torch.no_grad():
        for name, value in model.named_parameters():
            if name.endswith("bias") or "LayerNorm" in name:  # Which start as zeros and ones.
                value += 0.2 * torch.randn_like(value)
    ids = torch.randint(1, config.vocab_size, (len(LENGTHS), LENGTHS[0]))
    for row, length in zip(ids, LENGTHS, strict=True):
        row[length:] = 0
    with torch.no_grad():
        outputs = model(ids, attention_mask=(ids > 0).long())
    model.save_pretrained(FOLDER)
    (FOLDER / "vocab.txt").write_text("\n".join(PIECES) + "\n", encoding="utf-8")
    np.savez_compressed(
        FOLDER / f"expected_{activation}.npz",
        ids=ids.numpy().astype(np.int32),
        hidden=outputs.last_hidden_state.numpy(),
        pooled=outputs.pooler_output.numpy(),
    )


if __name__ == "__main__":
    print(sys.version, torch.__version__, transformers.__version__)
    for activation in ("gelu_new", "gelu"):  # The weights are the same.
        main(activation)
