// Signing and verifying by hand, the quickest way that Node knows.
import { createPrivateKey, createPublicKey, sign, verify } from 'node:crypto';

/** DER as two numbers of 32 bytes: asking Node 24 for that form directly halves its speed. */
const p1363 = (der) => {
  const out = Buffer.alloc(64);
  let at = 2;
  for (const end of [32, 64]) {
    const length = der[at + 1];
    const number = der.subarray(at + 2 + Math.max(0, length - 32), at + 2 + length);
    number.copy(out, end - number.length);
    at += 2 + length;
  }
  return out;
};

/** A number of DER: without leading zeros, but for the one that keeps it from being negative. */
const derInteger = (bytes) => {
  const trimmed = bytes.subarray(bytes.findIndex((byte) => byte !== 0));
  const sign = trimmed[0] > 0x7f ? [0] : [];
  return Buffer.concat([Buffer.of(2, trimmed.length + sign.length, ...sign), trimmed]);
};

const derOf = (raw) => {
  const numbers = Buffer.concat([derInteger(raw.subarray(0, 32)), derInteger(raw.subarray(32))]);
  return Buffer.concat([Buffer.of(0x30, numbers.length), numbers]);
};

const encoded = (value) => Buffer.from(JSON.stringify(value)).toString('base64url');

export const openKey = (jwk) => {
  const privateKey = createPrivateKey({ key: jwk, format: 'jwk' });
  const publicKey = createPublicKey(privateKey);
  const isEcdsa = jwk.alg === 'ES256';
  const headers = new Map(['at+jwt', 'JWT'].map((typ) => [typ, encoded({ alg: jwk.alg, kid: jwk.kid, typ })]));
  return {
    sign: (typ, claims) => {
      const input = `${headers.get(typ)}.${encoded(claims)}`;
      const signature = sign('sha256', Buffer.from(input), privateKey);
      return `${input}.${(isEcdsa ? p1363(signature) : signature).toString('base64url')}`;
    },
    /** The claims of an access token that this key has signed. */
    verified: (jwt) => {
      const [head, body, signature] = jwt.split('.');
      if (head !== headers.get('at+jwt') || signature === undefined) return undefined;
      const raw = Buffer.from(signature, 'base64url');
      if (isEcdsa && raw.length !== 64) return undefined;
      return verify('sha256', Buffer.from(`${head}.${body}`), publicKey, isEcdsa ? derOf(raw) : raw)
        ? JSON.parse(Buffer.from(body, 'base64url').toString('utf8'))
        : undefined;
    },
  };
};
