//! A token endpoint that fails once, then gives out tokens for those who know the secret.

use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::{SystemTime, UNIX_EPOCH};

use base64::Engine;
use base64::engine::general_purpose::{STANDARD, URL_SAFE_NO_PAD};
use ring::rand::SystemRandom;
use ring::signature::{ECDSA_P256_SHA256_FIXED_SIGNING, EcdsaKeyPair, KeyPair};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::{TcpListener, TcpStream};

/// Who signs tokens.
pub(crate) struct Signer(EcdsaKeyPair);

impl Signer {
    pub(crate) fn new() -> Signer {
        let random = SystemRandom::new();
        let key = EcdsaKeyPair::generate_pkcs8(&ECDSA_P256_SHA256_FIXED_SIGNING, &random).unwrap();
        Signer(EcdsaKeyPair::from_pkcs8(&ECDSA_P256_SHA256_FIXED_SIGNING, key.as_ref(), &random).unwrap())
    }

    /// What the broker needs to check tokens: a JSON Web Key Set.
    pub(crate) fn keys(&self) -> String {
        let (x, y) = self.0.public_key().as_ref()[1..].split_at(32);
        let [x, y] = [x, y].map(|part| URL_SAFE_NO_PAD.encode(part));
        format!(r#"{{"keys":[{{"kty":"EC","crv":"P-256","alg":"ES256","use":"sig","kid":"k","x":"{x}","y":"{y}"}}]}}"#)
    }

    /// A token that is good for an hour.
    pub(crate) fn token(&self, subject: &str) -> String {
        let now = SystemTime::now().duration_since(UNIX_EPOCH).unwrap().as_secs();
        let claims = format!(r#"{{"sub":"{subject}","iat":{now},"exp":{}}}"#, now + 3600);
        let [header, claims] = [r#"{"alg":"ES256","kid":"k"}"#, &claims].map(|text| URL_SAFE_NO_PAD.encode(text));
        let signed = format!("{header}.{claims}");
        let signature = self.0.sign(&SystemRandom::new(), signed.as_bytes()).unwrap();
        format!("{signed}.{}", URL_SAFE_NO_PAD.encode(signature.as_ref()))
    }
}

/// Serves until it is dropped; counts the requests.
pub(crate) async fn serve(listener: TcpListener, signer: &Signer, asked: &AtomicUsize) {
    while let Ok((mut socket, _)) = listener.accept().await {
        let request = read(&mut socket).await;
        let (status, body) = answer(&request, signer, asked.fetch_add(1, Ordering::SeqCst));
        let length = body.len();
        let reply = format!("HTTP/1.1 {status} x\r\ncontent-length: {length}\r\nconnection: close\r\n\r\n{body}");
        socket.write_all(reply.as_bytes()).await.unwrap();
    }
}

fn answer(request: &str, signer: &Signer, before: usize) -> (u16, String) {
    let credentials = STANDARD.encode("erin:erin-secret");
    let is_known = request.contains(&format!("Basic {credentials}"));
    match (before, is_known && request.ends_with("grant_type=client_credentials&scope=kafka")) {
        (0, _) => (503, String::new()),
        (_, true) => (200, format!("{{\"access_token\":\"{}\"}}", signer.token("erin"))),
        (_, false) => (401, r#"{"error":"invalid_client","error_description":"who?"}"#.to_owned()),
    }
}

async fn read(socket: &mut TcpStream) -> String {
    let mut request = Vec::new();
    loop {
        let mut part = [0; 4096];
        let size = socket.read(&mut part).await.unwrap();
        request.extend_from_slice(&part[..size]);
        let text = String::from_utf8_lossy(&request).into_owned();
        if size == 0 || text.contains("grant_type=client_credentials&scope=kafka") {
            return text;
        }
    }
}
