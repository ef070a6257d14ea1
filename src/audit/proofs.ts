import { createHmac, timingSafeEqual } from 'node:crypto';
import { provenText, type Statement } from '../domain/escalation/decision-proof';
import type { ProofSigner, ProofVerifier } from '../ports/proofs';

/** Proofs made and looked at with one key, which is asked for when it is first needed. */
export function createProofs(request: { readonly key: () => Promise<string> }): ProofSigner & ProofVerifier {
  let asked: Promise<string> | undefined;
  const macOf = async (statement: Statement): Promise<Buffer> => {
    asked ??= request.key().catch((error: unknown) => {
      asked = undefined;
      throw error;
    });
    return createHmac('sha256', await asked)
      .update(provenText(statement))
      .digest();
  };
  return {
    sign: async (statement) => (await macOf(statement)).toString('hex'),
    holds: async (statement, mac) => {
      const given = Buffer.from(mac, 'hex');
      const right = await macOf(statement);
      return given.length === right.length && timingSafeEqual(given, right);
    },
  };
}
