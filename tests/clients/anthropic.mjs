// Usage: node anthropic.mjs BASE_URL MODELS
// MODELS is a JSON object: operation -> model. Runs those operations with the provider's own client and prints one JSON object with what it understood.
import Anthropic from '@anthropic-ai/sdk';

const [baseURL, models] = [process.argv[2], JSON.parse(process.argv[3])];
const client = new Anthropic({ baseURL, apiKey: 'key-of-the-client', maxRetries: 0 });
const messages = [{ role: 'user', content: 'Say hello to Grace Hopper' }];
const tools = [{ name: 'get_weather', description: 'Weather of a city', input_schema: { type: 'object', properties: { city: { type: 'string' } }, required: ['city'] } }];
const textOf = message => message.content.filter(block => block.type === 'text').map(block => block.text).join('');

const operations = {
  async message(model) {
    const message = await client.messages.create({ model, max_tokens: 300, messages });
    return { text: textOf(message), stop: message.stop_reason, output: message.usage.output_tokens };
  },

  async messageStream(model) {
    const stream = client.messages.stream({ model, max_tokens: 300, messages });
    let deltas = '';
    stream.on('text', text => { deltas += text; });
    const message = await stream.finalMessage();
    return { text: textOf(message), deltas, stop: message.stop_reason, output: message.usage.output_tokens };
  },

  async tools(model) {
    const message = await client.messages.create({ model, max_tokens: 300, messages, tools });
    return { stop: message.stop_reason, calls: message.content.filter(block => block.type === 'tool_use').map(block => ({ name: block.name, input: block.input })) };
  },

  async countTokens(model) {
    return { input: (await client.messages.countTokens({ model, messages })).input_tokens };
  },

  async error(model) {
    try {
      await client.messages.create({ model, max_tokens: 300, messages });
      return { type: 'no error' };
    } catch (error) {
      return { type: error.constructor.name, status: error.status, kind: error.error?.error?.type, requestId: error.requestID };
    }
  },
};

const results = {};
for (const [operation, model] of Object.entries(models)) results[operation] = await operations[operation](model);
console.log(JSON.stringify(results));
