import { pipeline, env, AutoModel, AutoTokenizer as Tokenizer, type Pipeline } from '@huggingface/transformers';
import type { Thing } from '@scope/package';
import { HfInference } from "@huggingface/inference";
import express from 'express';

// const old = await pipeline('task', 'Commented/out');
/* AutoModel.from_pretrained('Block/comment') */
env.allowLocalModels = false;
const MODEL: string = 'Xenova/all-MiniLM-L6-v2';
const ORG = 'Xenova';
const names = {
  detect: 'Xenova/detr-resnet-50',
  unused: 'Xenova/never-loaded',
};
const route = 'users/profile';
const type = "image/webp";
const pattern = /from_pretrained\('a\/b'\)/;

export async function load(model?: string): Promise<Pipeline> {
  const embed = await pipeline('feature-extraction', MODEL, { revision: 'v3' });
  const detector = await pipeline('object-detection', names.detect);
  const tokenizer = await Tokenizer.from_pretrained(`${ORG}/bert-base-uncased`);
  const speech = await AutoModel.from_pretrained(process.env.SPEECH ?? 'onnx-community/whisper-base');
  const chosen = await AutoModel.from_pretrained(model);
  const client = new HfInference(process.env.TOKEN);
  await client.textGeneration({ model: 'bigscience/bloom-560m', inputs: 'a/b' });
  const app = express().use('/api/models', route);
  await fetch('https://huggingface.co/Xenova/clip-vit-base-patch32/resolve/main/config.json');
  return embed;
}
