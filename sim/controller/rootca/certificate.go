package rootca

// Certificate is what every kube-root-ca.crt holds: a certificate of the cluster's authority, "kubernetes". It is the same
// in all worlds, and nobody holds its key.
const Certificate = `-----BEGIN CERTIFICATE-----
MIIBcjCCARigAwIBAgIBATAKBggqhkjOPQQDAjAVMRMwEQYDVQQDEwprdWJlcm5l
dGVzMB4XDTI2MDEwMTAwMDAwMFoXDTM2MDEwMTAwMDAwMFowFTETMBEGA1UEAxMK
a3ViZXJuZXRlczBZMBMGByqGSM49AgEGCCqGSM49AwEHA0IABDIym6MeWr1S6mRk
tR6+6W8KhB6Tw3+7FWyCxYhnncolWmmfXK+pe3MAyLipxzFPCtSB9ZAH3Qun/SU7
ECMndgWjWTBXMA4GA1UdDwEB/wQEAwICpDAPBgNVHRMBAf8EBTADAQH/MB0GA1Ud
DgQWBBSYuZuKlx0IWDOWRjpomKBYRk5a5TAVBgNVHREEDjAMggprdWJlcm5ldGVz
MAoGCCqGSM49BAMCA0gAMEUCIADO8HBLWvm+NNEwVUUooz6nv4jNjFMFijOl1BXp
2yJCAiEAoEOQjOA/DlqvFtfNHhx3qHZJzi1ekeGCj9DxOUuxtKI=
-----END CERTIFICATE-----
`
