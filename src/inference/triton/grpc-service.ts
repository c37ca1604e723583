import { fromJSON, type MethodDefinition } from '@grpc/proto-loader';
import type { TensorMetadata } from './transport.js';

/** A model by its name. */
export interface ModelRequest {
  name: string;
}

export interface ReadyAnswer {
  ready: boolean;
}

export interface MetadataAnswer {
  inputs: TensorMetadata[];
  outputs: TensorMetadata[];
}

export interface GrpcInferRequest {
  modelName: string;
  parameters: Record<string, { int64Param: number }>;
  inputs: TensorMetadata[];
  outputs: { name: string }[];
  /** Of each input, in its order, little-endian. */
  rawInputContents: Uint8Array[];
}

export interface GrpcInferAnswer {
  outputs: TensorMetadata[];
  rawOutputContents: Uint8Array[];
}

const text = (id: number) => ({ id, type: 'string' });
const several = (id: number, type: string) => ({ id, type, rule: 'repeated' });

/**
 * What is used of `inference.GRPCInferenceService`, by the field numbers of open_inference_grpc.proto
 * (https://github.com/open-inference/open-inference-protocol). Of the names only those of the service and its methods are on the wire.
 */
const PROTOCOL = {
  nested: {
    inference: {
      nested: {
        GRPCInferenceService: {
          methods: {
            ServerReady: { requestType: 'Nothing', responseType: 'Ready' },
            ModelReady: { requestType: 'Model', responseType: 'Ready' },
            ModelMetadata: { requestType: 'Model', responseType: 'Metadata' },
            ModelInfer: { requestType: 'Infer', responseType: 'Inferred' },
          },
        },
        Nothing: { fields: {} },
        Model: { fields: { name: text(1) } },
        Ready: { fields: { ready: { id: 1, type: 'bool' } } },
        Tensor: { fields: { name: text(1), datatype: text(2), shape: several(3, 'int64') } },
        Metadata: { fields: { inputs: several(4, 'Tensor'), outputs: several(5, 'Tensor') } },
        Parameter: { fields: { int64Param: { id: 2, type: 'int64' } } },
        Output: { fields: { name: text(1) } },
        Infer: {
          fields: {
            modelName: text(1),
            parameters: { id: 4, keyType: 'string', type: 'Parameter' },
            inputs: several(5, 'Tensor'),
            outputs: several(6, 'Output'),
            rawInputContents: several(7, 'bytes'),
          },
        },
        Inferred: { fields: { outputs: several(5, 'Tensor'), rawOutputContents: several(6, 'bytes') } },
      },
    },
  },
};

export interface GrpcInferenceService {
  ServerReady: MethodDefinition<object, ReadyAnswer>;
  ModelReady: MethodDefinition<ModelRequest, ReadyAnswer>;
  ModelMetadata: MethodDefinition<ModelRequest, MetadataAnswer>;
  ModelInfer: MethodDefinition<GrpcInferRequest, GrpcInferAnswer>;
}

// Read from a description, the methods have no types of their own.
export const grpcInferenceService = fromJSON(PROTOCOL as Parameters<typeof fromJSON>[0], {
  ...{ keepCase: true, longs: Number, defaults: true },
})['inference.GRPCInferenceService'] as unknown as GrpcInferenceService;
