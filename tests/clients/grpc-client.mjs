// Usage: node grpc-client.mjs ADDRESS
// Calls the test's ext_proc service (InteropProcessor) in every way that can go right or wrong and prints one JSON object: case -> what the client saw.
import { ExternalProcessor, Health, grpc } from './ext-proc.mjs';

const address = process.argv[2];
const credentials = grpc.credentials.createInsecure();
const processor = new ExternalProcessor(address, credentials, { 'grpc.max_receive_message_length': -1, 'grpc.max_send_message_length': -1 });
const health = new Health(address, credentials);

const behave = name => {
  const metadata = new grpc.Metadata();
  metadata.set('x-case', name);
  return metadata;
};

// Sends the requests, each after the answer to the one before, and collects what came back and how it ended.
const converse = (requests, { name = 'phases', options = {}, client = processor, half = true } = {}) => new Promise(resolve => {
  const waiting = [...requests];
  const answers = [];
  const call = client.Process(behave(name), options);
  const next = () => {
    if (waiting.length > 0) call.write(waiting.shift());
    else if (half) call.end();
  };
  let failure = null;
  call.on('data', answer => {
    answers.push(answer);
    next();
  });
  call.on('error', error => failure = error);
  call.on('status', status => resolve({ answers, code: status.code, details: status.details, accepts: failure?.metadata?.get('grpc-accept-encoding')[0] }));
  next();
});

const ended = ({ code, details, answers }) => ({ code, details, answers: answers.length });
const headers = (name, value) => ({ request_headers: { headers: { headers: [{ key: name, raw_value: Buffer.from(value) }] } }, metadata_context: {} });

const cases = {
  healthCheck: () => new Promise((resolve, reject) => health.Check({ service: '' }, (error, answer) => error ? reject(error) : resolve(answer.status))),

  healthUnknown: () => new Promise(resolve => health.Check({ service: 'nobody' }, error => resolve(error.code))),

  healthWatch: () => new Promise(resolve => {
    const call = health.Watch({ service: 'nobody' });
    call.on('data', answer => {
      resolve(answer.status);
      call.cancel();
    });
    call.on('error', () => { });
  }),

  async phases() {
    const { answers, code } = await converse([
      headers(':path', '/v1/chat/completions'),
      { request_body: { body: Buffer.from('{"model":"naïve"}'), end_of_stream: true }, metadata_context: {} },
      { response_headers: { headers: { headers: [{ key: ':status', raw_value: Buffer.from('200') }] } } },
      { response_body: { body: Buffer.from('data: 1\n\n') } },
      { response_body: { end_of_stream: true } },
    ]);
    const set = answers[0].request_headers.response.header_mutation.set_headers[0].header;
    return {
      code,
      kinds: answers.map(answer => answer.response),
      seen: `${set.key} ${set.raw_value.toString()}`,
      requestBody: answers[1].request_body.response.body_mutation.body.toString(),
      chunk: answers[3].response_body.response.body_mutation.body.toString(),
      last: answers[4].response_body.response.body_mutation.body.length,
    };
  },

  denied: async () => ended(await converse([headers('a', 'b')], { name: 'denied' })),

  throws: async () => ended(await converse([headers('a', 'b')], { name: 'throws' })),

  lateError: async () => ended(await converse([headers('a', 'b')], { name: 'lateError', half: false })),

  deadline: async () => ended(await converse([headers('a', 'b')], { name: 'silent', options: { deadline: Date.now() + 300 } })),

  async gzip() {
    const client = new ExternalProcessor(address, credentials, { 'grpc.default_compression_algorithm': grpc.compressionAlgorithms.gzip });
    const { code, accepts } = await converse([headers('a', 'b')], { client });
    client.close();
    return { code, accepts };
  },

  async large() {
    const body = Buffer.alloc(8 << 20, 'large');
    const { code, answers } = await converse([{ request_body: { body, end_of_stream: true } }]);
    return { code, same: body.equals(answers[0].request_body.response.body_mutation.body) };
  },

  // The handler answers once and returns; this side goes on sending.
  async early() {
    const body = Buffer.alloc(64 << 10);
    return ended(await converse([{ request_body: { body } }, { request_body: { body } }, { request_body: { body } }], { name: 'early', half: false }));
  },

  unknownService: () => new Promise(resolve => {
    const identity = value => value;
    processor.makeUnaryRequest('/no.such.Service/Method', identity, identity, Buffer.alloc(0), error => resolve(error.code));
  }),

  cancel: () => new Promise(resolve => {
    const call = processor.Process(behave('phases'));
    call.on('data', () => call.cancel());
    call.on('error', error => resolve(error.code));
    call.write(headers('a', 'b'));
  }),

  async many() {
    const results = await Promise.all(Array.from({ length: 200 }, async (_, number) => {
      const { code, answers } = await converse(Array.from({ length: 20 }, (_, turn) => ({ response_body: { body: Buffer.from(`${number}/${turn}`) } })));
      return code === 0 && answers.length === 20 && answers.every((answer, turn) => answer.response_body.response.body_mutation.body.toString() === `${number}/${turn}`);
    }));
    return results.filter(good => good).length;
  },
};

const results = {};
for (const [name, run] of Object.entries(cases)) results[name] = await run();
processor.close();
health.close();
console.log(JSON.stringify(results));
