const { pipeline: run } = await import('https://cdn.jsdelivr.net/npm/@xenova/transformers@2.17.2');
const T = require('@xenova/transformers');

const summarise = await run('summarization', 'Xenova/distilbart-cnn-6-6');
const vision = await T.AutoModel.from_pretrained("Xenova/vit-base-patch16-224", { quantized: true });
class Store { static from_pretrained(x) { return x; } }
Store.from_pretrained('own/class');
function pipelined(a, b) { return a; }
pipelined('text', 'left/right');
