export const secrets = {
  none: 'no secret',
  keyring: 'the secret is in the keyring of this system',
  environment: (name: string) => `the secret is read from ${name}`,
  session: 'the secret is kept in memory until Deskbell ends: this system has no keyring',
};
