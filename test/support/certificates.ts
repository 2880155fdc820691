/** Certificates for tests, made by openssl: one authority, and servers on 127.0.0.1 that it has signed. */
import { execFileSync } from 'node:child_process';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';

export interface ServerFiles {
  readonly cert: string;
  readonly key: string;
}

const CURVE = ['-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:P-256', '-nodes'];

export class Authority {
  /** PEM file of its certificate. */
  readonly ca: string;
  readonly #dir: string;

  constructor(dir: string) {
    this.#dir = dir;
    this.ca = join(dir, 'ca.pem');
    const subject = ['-subj', '/CN=tributary test authority', '-days', '2'];
    openssl(['req', '-x509', ...CURVE, ...subject, '-keyout', this.#file('ca-key.pem'), '-out', this.ca]);
  }

  /** A new key and certificate, under a name of their own; `days` below 0: its time is over. */
  server(name: string, days = 2): ServerFiles {
    const [cert, key, request] = [this.#file(`${name}.pem`), this.#file(`${name}-key.pem`), this.#file(`${name}.csr`)];
    openssl(['req', ...CURVE, '-subj', `/CN=${name}`, '-keyout', key, '-out', request]);
    const extensions = this.#file(`${name}.ext`);
    writeFileSync(extensions, 'subjectAltName = IP:127.0.0.1\n');
    const signer = ['-CA', this.ca, '-CAkey', this.#file('ca-key.pem'), '-CAcreateserial', '-days', String(days)];
    openssl(['x509', '-req', '-in', request, ...signer, '-extfile', extensions, '-out', cert]);
    return { cert, key };
  }

  #file(name: string): string {
    return join(this.#dir, name);
  }
}

function openssl(args: readonly string[]): void {
  execFileSync('openssl', args, { stdio: 'pipe' });
}
