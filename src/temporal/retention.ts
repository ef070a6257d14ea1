import { callUnary } from './grpc-probe';

const UPDATE_NAMESPACE = '/temporal.api.workflowservice.v1.WorkflowService/UpdateNamespace';

/** How long the embedded server keeps closed histories, in seconds: ten years, where its own default is a day. */
export const RETENTION_SECONDS = 3650 * 86_400;

/**
 * Makes a namespace keep closed histories for {@link RETENTION_SECONDS}; kept in the server's database. False when
 * the server does not let it: histories then end after the server's own time, which is no reason not to run.
 */
export async function keepHistories(address: string, namespace: string): Promise<boolean> {
  try {
    await callUnary(address, UPDATE_NAMESPACE, updateNamespaceRequest(namespace), 2_000);
    return true;
  } catch {
    return false;
  }
}

// UpdateNamespaceRequest { namespace = 1, config = 3 { workflow_execution_retention_ttl = 1 { seconds = 1 } } }.
function updateNamespaceRequest(namespace: string): Buffer {
  const duration = Buffer.concat([Buffer.from([0x08]), varint(RETENTION_SECONDS)]);
  return Buffer.concat([field(1, Buffer.from(namespace)), field(3, field(1, duration))]);
}

function field(number: number, bytes: Buffer): Buffer {
  return Buffer.concat([Buffer.from([number * 8 + 2]), varint(bytes.length), bytes]);
}

function varint(value: number): Buffer {
  const bytes: number[] = [];
  let rest = value;
  for (; rest >= 0x80; rest = Math.floor(rest / 0x80)) bytes.push((rest % 0x80) + 0x80);
  return Buffer.from([...bytes, rest]);
}
