// The ext_proc and health services as @grpc/grpc-js sees them, from the same proto files that the product's messages are made of.
import { fileURLToPath } from 'node:url';
import grpc from '@grpc/grpc-js';
import protoLoader from '@grpc/proto-loader';

const protos = fileURLToPath(new URL('../../ExtProc.Protocol/Protos', import.meta.url));
const definition = protoLoader.loadSync(['envoy/service/ext_proc/v3/external_processor.proto', 'grpc/health/v1/health.proto'], {
  includeDirs: [protos], keepCase: true, longs: Number, enums: String, oneofs: true,
});
const packages = grpc.loadPackageDefinition(definition);

export { grpc };
export const ExternalProcessor = packages.envoy.service.ext_proc.v3.ExternalProcessor;
export const Health = packages.grpc.health.v1.Health;
