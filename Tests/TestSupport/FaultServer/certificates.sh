#!/bin/sh
# Makes an authority and certificates of all kinds, good and bad, in the folder $1.
set -eu
cd "$1"

authority() { # NAME
    openssl req -x509 -newkey ec -pkeyopt ec_paramgen_curve:prime256v1 -nodes -days 2 -subj "/CN=$1" \
        -keyout "$1.key" -out "$1.pem"
}

certificate() { # NAME AUTHORITY DAYS ALTERNATIVE-NAMES
    openssl req -newkey ec -pkeyopt ec_paramgen_curve:prime256v1 -nodes -subj "/CN=$1" -keyout "$1.key" -out "$1.csr"
    printf 'subjectAltName=%s\n' "$4" >"$1.ext"
    openssl x509 -req -in "$1.csr" -CA "$2.pem" -CAkey "$2.key" -CAcreateserial -days "$3" -extfile "$1.ext" \
        -out "$1.pem"
}

{
    authority ca
    authority other-ca
    certificate server ca 2 DNS:localhost,DNS:collector.invalid,IP:127.0.0.1
    certificate wrong-host ca 2 DNS:elsewhere.example
    certificate expired ca -1 DNS:localhost,IP:127.0.0.1
    certificate unknown other-ca 2 DNS:localhost,IP:127.0.0.1
    certificate client ca 2 DNS:agent.example
    certificate second-client ca 2 DNS:agent.example
    cp client.pem locked-client.pem
    openssl pkey -in client.key -aes256 -passout pass:secret -out locked-client.key
} 2>certificates.log || { cat certificates.log >&2; exit 1; }
