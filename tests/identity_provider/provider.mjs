// An identity provider on loopback: any name signs in there, by its own pages.
import { generateKeyPairSync, randomBytes } from 'node:crypto'
import Provider from 'oidc-provider'

const [port, clientId, secret, back] = process.argv.slice(2)
const key = generateKeyPairSync('rsa', { modulusLength: 2048 }).privateKey.export({ format: 'jwk' })
const provider = new Provider(`http://localhost:${port}`, {
  clients: [{ client_id: clientId, client_secret: secret, redirect_uris: [back] }],
  cookies: { keys: [randomBytes(16).toString('hex')] },
  jwks: { keys: [{ ...key, use: 'sig', alg: 'RS256', kid: 'made' }] },
  pkce: { required: () => true },
})
provider.listen(Number(port), 'localhost', () => console.log('ready'))
