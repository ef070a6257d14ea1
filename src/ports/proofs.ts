import type { Statement } from '../domain/escalation/decision-proof';

/** Vouches for a person with the installation's key. */
export interface ProofSigner {
  /** The mac, in hexadecimal. @throws ConfigurationError where the key cannot be had */
  sign(statement: Statement): Promise<string>;
}

/** Tells whether somebody with the installation's key vouched for a person. */
export interface ProofVerifier {
  holds(statement: Statement, mac: string): Promise<boolean>;
}
