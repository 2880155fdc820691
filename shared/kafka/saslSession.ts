/**
 * A broker may limit how long a SASL session is used (connections.max.reauth.ms). The library would authenticate again
 * in the middle of the traffic, where the broker takes only SASL messages between handshake and last token: a request
 * that falls in between costs the connection, and inside a transaction its outcome. So the session is used to its
 * planned end, and the next request gets a fresh connection instead.
 */
import { type SASLCustomAuthenticator, saslOAuthBearer, saslPlain, saslScramSha } from '@platformatic/kafka';

type AuthenticationCallback = Parameters<SASLCustomAuthenticator>[6];
type SaslAuthenticateResponse = NonNullable<Parameters<AuthenticationCallback>[1]>;

/** The library's own mechanisms, with the session's lifetime told to us instead of to the library. */
export function sessionKeeper(onSessionLifetime: (lifetimeMs: number) => void): SASLCustomAuthenticator {
  return (mechanism, connection, api, username, password, token, callback) => {
    const done = (error: Error | null, response?: SaslAuthenticateResponse): void => {
      if (error || !response) {
        callback(error ?? new Error('no answer to SASL authentication'));
        return;
      }
      if (response.sessionLifetimeMs > 0n) onSessionLifetime(Number(response.sessionLifetimeMs));
      callback(null, { ...response, sessionLifetimeMs: 0n });
    };
    // The library's callback type has a hidden promise as well, which nobody looks at here.
    const answer = done as AuthenticationCallback;
    if (mechanism === 'PLAIN') saslPlain.authenticate(api, connection, username ?? '', password ?? '', answer);
    else if (mechanism === 'OAUTHBEARER') saslOAuthBearer.authenticate(api, connection, token ?? '', {}, answer);
    else if (mechanism === 'SCRAM-SHA-256' || mechanism === 'SCRAM-SHA-512') {
      const algorithm = mechanism === 'SCRAM-SHA-256' ? 'SHA-256' : 'SHA-512';
      saslScramSha.authenticate(
        api,
        connection,
        algorithm,
        username ?? '',
        password ?? '',
        saslScramSha.defaultCrypto,
        answer,
      );
    } else callback(new Error(`SASL mechanism ${mechanism} is not supported`));
  };
}
