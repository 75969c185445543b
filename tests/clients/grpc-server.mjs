// Usage: node grpc-server.mjs ADDRESS
// An ext_proc service and a health service for the product's own gRPC client. Says "listening PORT", then one line for each call that its client left.
// Request metadata x-case chooses the behaviour. Ends when standard input does.
import { ExternalProcessor, Health, grpc } from './ext-proc.mjs';

const behaviours = {
  // Answers in kind; bodies come back unchanged.
  phases(call) {
    call.on('data', request => call.write(answer(request, call.metadata)));
    call.on('end', () => call.end());
  },

  denied(call) {
    call.emit('error', { code: grpc.status.PERMISSION_DENIED, details: 'zutritt für 5% der Gäste' });
  },

  lateError(call) {
    call.on('data', request => {
      call.write(answer(request, call.metadata));
      call.emit('error', { code: grpc.status.ABORTED, details: 'later' });
    });
  },

  // Never answers.
  silent(call) {
    call.on('data', () => { });
  },

  // Ends with OK without an answer.
  empty(call) {
    call.end();
  },

  // Sends 200 messages at once.
  burst(call) {
    for (let number = 0; number < 200; number++) call.write({ response_body: { response: { body_mutation: { body: Buffer.from(`data: ${number}\n\n`) } } } });
    call.end();
  },
};

function answer(request, metadata) {
  const kind = request.request;
  if (kind.endsWith('body')) return { [kind]: { response: { body_mutation: { body: request[kind].body } } } };
  const header = { key: 'x-level', raw_value: Buffer.from(metadata.get('x-level')[0] ?? 'none') };
  return { [kind]: { response: { header_mutation: { set_headers: [{ header }] } } } };
}

const server = new grpc.Server({ 'grpc.max_receive_message_length': -1 });
server.addService(ExternalProcessor.service, {
  Process(call) {
    const name = call.metadata.get('x-case')[0] ?? 'phases';
    call.on('cancelled', () => console.log(`left ${name}`));
    behaviours[name](call);
  },
});
server.addService(Health.service, {
  Check(call, callback) {
    if ((call.request.service ?? '') === '') callback(null, { status: 'SERVING' });
    else callback({ code: grpc.status.NOT_FOUND, details: 'unknown' });
  },
  Watch(call) {
    call.write({ status: 'SERVING' });
    call.write({ status: 'NOT_SERVING' });
    call.end();
  },
});
server.bindAsync(process.argv[2], grpc.ServerCredentials.createInsecure(), (error, port) => {
  if (error) throw error;
  console.log(`listening ${port}`);
});
process.stdin.on('end', () => server.forceShutdown());
process.stdin.resume();
