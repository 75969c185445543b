// Usage: node openai.mjs BASE_URL MODELS
// MODELS is a JSON object: operation -> model. Runs those operations with the provider's own client and prints one JSON object with what it understood.
import OpenAI, { toFile } from 'openai';

const [baseURL, models] = [process.argv[2], JSON.parse(process.argv[3])];
const client = new OpenAI({ baseURL: `${baseURL}/v1`, apiKey: 'key-of-the-client', maxRetries: 0 });
const messages = [{ role: 'user', content: 'Say hello to Grace Hopper' }];
const tools = [{
  type: 'function',
  function: {
    name: 'get_weather',
    description: 'Weather of a city',
    parameters: { type: 'object', properties: { city: { type: 'string' } }, required: ['city'] },
  },
}];

const operations = {
  async chat(model) {
    const { data, request_id } = await client.chat.completions.create({ model, messages }).withResponse();
    return { text: data.choices[0].message.content, tokens: data.usage.total_tokens, requestId: request_id };
  },

  async chatStream(model) {
    let text = '';
    let chunks = 0;
    for await (const chunk of await client.chat.completions.create({ model, messages, stream: true })) {
      text += chunk.choices[0]?.delta?.content ?? '';
      chunks++;
    }
    return { text, chunks };
  },

  async chatStreamUsage(model) {
    let tokens = 0;
    const stream = await client.chat.completions.create({ model, messages, stream: true, stream_options: { include_usage: true } });
    for await (const chunk of stream) tokens = chunk.usage?.total_tokens ?? tokens;
    return { tokens };
  },

  async tools(model) {
    const { choices } = await client.chat.completions.create({ model, messages, tools });
    return { finish: choices[0].finish_reason, calls: choices[0].message.tool_calls.map(call => ({ name: call.function.name, arguments: JSON.parse(call.function.arguments) })) };
  },

  async responses(model) {
    const { output_text, usage } = await client.responses.create({ model, input: 'Say hello to Grace Hopper' });
    return { text: output_text, tokens: usage.total_tokens };
  },

  async responsesStream(model) {
    let text = '';
    let last = '';
    for await (const event of await client.responses.create({ model, input: 'Say hello to Grace Hopper', stream: true })) {
      if (event.type === 'response.output_text.delta') text += event.delta;
      last = event.type;
    }
    return { text, last };
  },

  async embeddings(model) {
    // The client asks for base64 by itself and decodes it.
    const { data } = await client.embeddings.create({ model, input: ['one', 'two'] });
    return { count: data.length, dimensions: data[0].embedding.length };
  },

  async image(model) {
    const { data } = await client.images.generate({ model, prompt: 'A lighthouse', response_format: 'b64_json' });
    return { start: Buffer.from(data[0].b64_json, 'base64').subarray(1, 4).toString('latin1') };
  },

  async transcription(model) {
    const file = await toFile(Buffer.from('RIFF\0\0\0\0WAVEfmt '), 'hello.wav', { type: 'audio/wav' });
    return { text: (await client.audio.transcriptions.create({ model, file })).text };
  },

  async speech(model) {
    const answer = await client.audio.speech.create({ model, voice: 'alloy', input: 'Hello', response_format: 'wav' });
    return { type: answer.headers.get('content-type'), start: Buffer.from(await answer.arrayBuffer()).subarray(0, 4).toString('latin1') };
  },

  async models() {
    const ids = [];
    for await (const model of client.models.list()) ids.push(model.id);
    return { ids };
  },

  async error(model) {
    try {
      await client.chat.completions.create({ model, messages });
      return { type: 'no error' };
    } catch (error) {
      return { type: error.constructor.name, status: error.status, code: error.code, requestId: error.requestID };
    }
  },
};

const results = {};
for (const [operation, model] of Object.entries(models)) results[operation] = await operations[operation](model);
console.log(JSON.stringify(results));
