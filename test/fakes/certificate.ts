/** A certificate for this machine that nobody trusts, and its key: made for tests, good for a hundred years. */
export const untrusted = {
  cert: `-----BEGIN CERTIFICATE-----
MIIBmjCCAUGgAwIBAgIUR8yrrZrv2up1hfC5QDXp8AFp/eMwCgYIKoZIzj0EAwIw
FDESMBAGA1UEAwwJbG9jYWxob3N0MCAXDTI2MTEyNDE2MzcxMFoYDzIxMjYxMDMx
MTYzNzEwWjAUMRIwEAYDVQQDDAlsb2NhbGhvc3QwWTATBgcqhkjOPQIBBggqhkjO
PQMBBwNCAARm1np0z6fggxA8kNY4lQViBO0Z8XMfPuFvEDFOIKtzpi+eC2FrUBWr
eLPGCLrfB+ZauBODBu9kt93iF4/Rpvj9o28wbTAdBgNVHQ4EFgQUtGuurwhFVSdE
l+pMpKbCzpZzsU4wHwYDVR0jBBgwFoAUtGuurwhFVSdEl+pMpKbCzpZzsU4wDwYD
VR0TAQH/BAUwAwEB/zAaBgNVHREEEzARgglsb2NhbGhvc3SHBH8AAAEwCgYIKoZI
zj0EAwIDRwAwRAIgBXvT9ou2OSo13nb9/SvdO12MassI+hubNxqXdtc4tGgCIGuo
s3jioDWOn4H3OhiziIhAzfEJzM7jRsUYnyQ7K9uW
-----END CERTIFICATE-----
`,
  key: `-----BEGIN PRIVATE KEY-----
MIGHAgEAMBMGByqGSM49AgEGCCqGSM49AwEHBG0wawIBAQQgGWTGlj+5g9+Ns/cF
2v3d/Nrogn0UCemmajXA7O8SNRWhRANCAARm1np0z6fggxA8kNY4lQViBO0Z8XMf
PuFvEDFOIKtzpi+eC2FrUBWreLPGCLrfB+ZauBODBu9kt93iF4/Rpvj9
-----END PRIVATE KEY-----
`,
};
